# SPDX-License-Identifier: Apache-2.0
"""Renders a run as Markdown."""

import statistics
from dataclasses import replace

from .run import OURS, Run, Row

# The sections with a few quantities of many cases.
WIDE = {"formats"}


def markdown(run: Run, sections: list[str] | None = None, shortened: str = "") -> str:
    """Renders the rows of the given sections, or of all, as one table followed by remarks.

    The section `shortened` is reduced to the worst and the best case of each quantity.
    """
    rows = [row for row in run.rows if not sections or row.section in sections]
    wide = [row for row in rows if row.section in WIDE]
    rows = [row for row in rows if row.section not in WIDE]
    rows = [row for row in rows if row.section != shortened] + extremes(rows, shortened)
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
        lines += ["", "In parentheses: the ratio to the value of loss-server, paired within rounds."]
        if run.rounds > 1:
            lines.append(spread(run.rounds, rows))
    if wide:
        lines += [""] if lines else []
        lines += wide_table(wide)
        if run.rounds > 1:
            lines += ["", spread(run.rounds, wide)]
    for section, text in run.texts.items():
        if not sections or section in sections:
            lines += ["", f"{section}:", "```", text, "```"]
    facts = "; ".join(list(run.machine.values()) + [f"{name} {v}" for name, v in run.versions.items()])
    lines += ["", f"{run.date}: {facts}. `{run.command}`"]
    for section, sentence in run.notes:
        if not section or not sections or section in sections:
            lines.append(f"- {section}: {sentence}" if section else f"- {sentence}")
    lines += [f"- skipped: {what}" for what in run.skipped]
    lines += [f"- FAILED: {failure}" for failure in run.failures]
    return "\n".join(lines).strip() + "\n"


def wide_table(rows: list[Row]) -> list[str]:
    """The table of sections whose quantities are its columns; a contender besides ours has a line of its own."""
    quantities = list(dict.fromkeys(row.quantity for row in rows))
    cases = list(dict.fromkeys((row.case, name) for row in rows for name in row.values))
    order = list(dict.fromkeys(row.case for row in rows))
    cases.sort(key=lambda entry: (order.index(entry[0]), entry[1] != OURS))
    lines = [f"| | {' | '.join(quantities)} |", f"|---|{'---:|' * len(quantities)}"]
    for case, name in cases:
        own = {row.quantity: row for row in rows if row.case == case}
        cells = [cell(own[quantity], name) if quantity in own else "" for quantity in quantities]
        lines.append(f"| {case if name == OURS else f'{case}, {name}'} | {' | '.join(cells)} |")
    return lines


def extremes(rows: list[Row], section: str) -> list[Row]:
    """The worst and best case of each quantity of a section, relative to the closest peer."""
    found = []
    quantities = dict.fromkeys(row.quantity for row in rows if row.section == section)
    for quantity in quantities:
        cases = [row for row in rows if row.section == section and row.quantity == quantity]
        ranked = sorted(cases, key=lambda row: min((r for n in row.values if (r := row.ratio(n))), default=0))
        for word, row in ("worst", ranked[0]), ("best", ranked[-1]):
            found.append(replace(row, case=f"{word} of {len(cases)}, {row.case}"))
    return found


def spread(rounds: int, rows: list[Row]) -> str:
    """Describes the variation between rounds."""
    found = [(row.spread(name), row, name) for row in rows for name in row.values]
    most, row, name = max(found, key=lambda entry: entry[0])
    usual = statistics.median(share for share, *_ in found)
    return (
        f"Medians of {rounds} alternating rounds. The range is typically {usual:.0%} of the median, at"
        f" most {most:.0%} ({row.section}, {row.case}, {row.quantity}, {name})."
    )


def cell(row: Row, name: str) -> str:
    if name not in row.values:
        return ""
    ratio = row.ratio(name)
    bracket = f" ({number(ratio)})" if ratio is not None else ""
    return text(row.median(name), row.unit) + bracket


def text(value: float, unit: str) -> str:
    """Formats a value with three digits and its unit; times are given in seconds."""
    if unit == "s":
        for size, name in (1, "s"), (1e-3, "ms"), (1e-6, "us"):
            if value >= size:
                return f"{number(value / size)} {name}"
        return f"{number(value * 1e9)} ns"
    return f"{number(value)} {unit}".strip()


def number(value: float) -> str:
    """Formats a number with three digits, without an exponent."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
