# SPDX-License-Identifier: Apache-2.0
"""A run as Markdown."""

import statistics

from .run import OURS, Run, Row


def markdown(run: Run, sections: list[str] | None = None) -> str:
    """One table of the rows of some sections, or all, and below it what has to be said."""
    rows = [row for row in run.rows if not sections or row.section in sections]
    names = list(dict.fromkeys([OURS] + [name for row in rows for name in row.values]))
    lines = []
    if rows:
        lines += [f"| | | {' | '.join(names)} |", f"|---|---|{'---:|' * len(names)}"]
        case = None
        for row in rows:
            title = f"{row.section}: {row.case}"
            shown = "" if title == case else title
            case = title
            lines.append(f"| {shown} | {row.quantity} | {' | '.join(cell(row, name) for name in names)} |")
        spreads = [row.spread for row in rows if len(row.values.get(OURS, [])) > 1]
        lines += ["", "In brackets: how many times the value of loss-server, paired within rounds. Medians"]
        lines[-1] += f" of {run.rounds} alternating rounds"
        if spreads:
            lines[-1] += (
                f"; from round to round the values of a row differ by {statistics.median(spreads):.0%}"
                f" in the median, by {max(spreads):.0%} at most"
            )
        lines[-1] += "."
    for section, text in run.texts.items():
        if not sections or section in sections:
            lines += ["", f"{section}:", "```", text, "```"]
    facts = "; ".join(list(run.machine.values()) + [f"{name} {v}" for name, v in run.versions.items()])
    lines += ["", f"{run.date}: {facts}. `{run.command}`"]
    for what in run.notes + [f"skipped: {what}" for what in run.skipped]:
        lines.append(f"- {what}")
    lines += [f"- FAILED: {failure}" for failure in run.failures]
    return "\n".join(lines).strip() + "\n"


def cell(row: Row, name: str) -> str:
    if name not in row.values:
        return ""
    ratio = row.ratio(name)
    bracket = f" ({number(ratio)})" if ratio is not None else ""
    return text(row.median(name), row.unit) + bracket


def text(value: float, unit: str) -> str:
    """A value with its unit, in three digits; times are given in seconds."""
    if unit == "s":
        for size, name in (1, "s"), (1e-3, "ms"), (1e-6, "us"):
            if value >= size:
                return f"{number(value / size)} {name}"
        return f"{number(value * 1e9)} ns"
    return f"{number(value)} {unit}".strip()


def number(value: float) -> str:
    """Three digits, without an exponent."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
