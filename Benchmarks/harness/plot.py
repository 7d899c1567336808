# SPDX-License-Identifier: Apache-2.0
"""Plots of a run as SVG, readable on light and dark pages."""

import math
import statistics
from html import escape
from pathlib import Path

from .run import OURS, Run, Row

WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 70, 30, 60, 90
# The distance of the outermost points from the axis.
INSET = 36

STYLE = """
  .page { fill: #ffffff } text { font-family: system-ui, sans-serif; font-size: 13px; fill: #3d4450 }
  .title { font-size: 16px; font-weight: 600; fill: #1c2128 } .small { font-size: 11px }
  .grid { stroke: #d8dde4 } .axis { stroke: #6e7781 } .fifth { fill: #2466b8; opacity: 0.10 }
  .line { stroke: #2466b8; stroke-width: 2; fill: none } .point { fill: #2466b8 }
  .range { stroke: #2466b8; stroke-width: 1.5 }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0f141a } text { fill: #b8c0ca } .title { fill: #f0f3f6 }
    .grid { stroke: #2b323b } .axis { stroke: #8b949e } .fifth { fill: #6cb0ff; opacity: 0.16 }
    .line, .range { stroke: #6cb0ff } .point { fill: #6cb0ff }
  }
"""


def write_plots(run: Run, folder: Path) -> None:
    """Writes `linear.svg` if the run has that section."""
    rows = [row for row in run.rows if row.section == "linear"]
    if len(rows) > 1:
        (folder / "linear.svg").write_text(linear(run, rows))


def linear(run: Run, rows: list[Row]) -> str:
    """Plots nanoseconds per element over the number of elements, on a logarithmic axis."""
    points = []
    for row in rows:
        values = [value * 1e9 for value in row.values[OURS]]
        points.append((count(row), row.median(OURS) * 1e9, min(values), max(values)))
    step = tick_step(max(high for *_, high in points))
    top = step * math.ceil(1.1 * max(high for *_, high in points) / step)
    first, last = math.log10(points[0][0]), math.log10(points[-1][0])

    def x(n: float) -> float:
        width = WIDTH - LEFT - RIGHT - 2 * INSET
        return LEFT + INSET + (math.log10(n) - first) / (last - first) * width

    def y(nanoseconds: float) -> float:
        return HEIGHT - BOTTOM - nanoseconds / top * (HEIGHT - TOP - BOTTOM)

    lines = []
    for index in range(round(top / step) + 1):
        height, label = y(index * step), f"{index * step:g}"
        lines.append(segment("grid" if index else "axis", LEFT, height, WIDTH - RIGHT, height))
        lines.append(caption(LEFT - 8, height + 4, label, anchor="end"))
    middle = statistics.median(median for _, median, *_ in points)
    lines.append(
        f'<rect class="fifth" x="{LEFT}" y="{y(1.2 * middle):.1f}"'
        f' width="{WIDTH - LEFT - RIGHT}" height="{y(0.8 * middle) - y(1.2 * middle):.1f}"/>'
    )
    lines.append(caption(WIDTH - RIGHT - 4, y(0.8 * middle) + 14, "band: within a fifth of the median", "small", "end"))
    path = " ".join(f"{x(n):.1f},{y(median):.1f}" for n, median, *_ in points)
    lines.append(f'<polyline class="line" points="{path}"/>')
    for n, median, low, high in points:
        lines.append(segment("range", x(n), y(low), x(n), y(high)))
        lines.append(f'<circle class="point" cx="{x(n):.1f}" cy="{y(median):.1f}" r="4"/>')
        lines.append(caption(x(n), y(high) - 10, f"{median:.0f}"))
        lines.append(segment("axis", x(n), y(0), x(n), y(0) + 5))
        lines.append(caption(x(n), y(0) + 20, f"{n:,}"))
    middle = (TOP + HEIGHT - BOTTOM) / 2
    axis = "elements per request (n, logarithmic)"
    lines.append(caption((LEFT + WIDTH - RIGHT) / 2, HEIGHT - BOTTOM + 42, axis))
    lines.append(
        f'<text transform="translate(20 {middle}) rotate(-90)" text-anchor="middle">'
        "processor time (ns per element)</text>"
    )
    lines.append(caption(LEFT, 30, "Processor time per element, by request size", "title", "start"))
    what = "POST /v1/losses/mse, loss and gradient; median and range over rounds"
    lines.append(caption(LEFT, 48, what, "small", "start"))
    facts = ", ".join(run.machine.values()) + f"; {run.date}"
    lines.append(caption(LEFT, HEIGHT - 14, facts, "small", "start"))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        ' aria-label="Processor time per element by request size">\n'
        f"<style>{STYLE}</style>\n"
        f'<rect class="page" width="{WIDTH}" height="{HEIGHT}" rx="6"/>\n' + "\n".join(lines) + "\n</svg>\n"
    )


def count(row: Row) -> int:
    """The n of a case such as `n = 1,000`."""
    return int(row.case.removeprefix("n = ").replace(",", ""))


def tick_step(most: float) -> float:
    """A step of 1, 2 or 5 times a power of ten that divides `most` into four to nine steps."""
    power = 10 ** math.floor(math.log10(most))
    return next(step for step in (power / 5, power / 2, power, 2 * power) if most / step <= 9.5)


def segment(kind: str, x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def caption(x: float, y: float, text: str, kind: str = "", anchor: str = "middle") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
