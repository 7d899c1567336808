// SPDX-License-Identifier: Apache-2.0

import { freshID, svg } from "./dom.js";
import { axisRange, short, ticks } from "./numbers.js";
import { linearScale, logarithmicScale } from "./scales.js";

const margins = { left: 58, right: 14, top: 26, bottom: 16 };

/** A drawing of curves over a shared horizontal axis, with a cursor that has a point on each curve. */
export class Panel {
    #cursor = svg("g", { class: "cursor" });
    #clip = freshID("clip");
    #horizontal;
    #vertical;

    /**
     * @param label The quantity, which labels the vertical axis.
     * @param height The height in pixels, without the label of the horizontal axis.
     * @param onMove Is called with a number of the horizontal axis when the pointer drags there.
     */
    constructor({ label, height, isLast = false, onMove }) {
        Object.assign(this, { label, height, isLast });
        this.element = svg("svg", { class: "panel" });
        this.element.addEventListener("pointerdown", (event) => {
            this.element.setPointerCapture(event.pointerId);
            onMove(this.#numberAt(event));
        });
        this.element.addEventListener("pointermove", (event) => {
            if (this.element.hasPointerCapture(event.pointerId)) onMove(this.#numberAt(event));
        });
    }

    #numberAt(event) {
        const box = this.element.getBoundingClientRect();
        return this.#horizontal.inverse(event.clientX - box.left);
    }

    /**
     * Draws everything but the cursor.
     *
     * @param curves Each with `points`, pairs of numbers, and `series`, which selects its colour.
     * @param kinks Numbers of the horizontal axis to mark.
     */
    draw({ width, range, xLabel, curves, kinks = [], isLogarithmic = false }) {
        const bottom = margins.bottom + (this.isLast ? 28 : 0);
        const size = { width, height: this.height + bottom };
        const shown = curves.map((curve) => ({
            ...curve,
            points: curve.points.map(([x, y]) => [x, isLogarithmic && !(y > 0) ? NaN : y]),
        }));
        const values = shown.flatMap(({ points }) => points.map(([, y]) => y));
        this.#horizontal = linearScale(range, [margins.left, width - margins.right]);
        const ends = [this.height, margins.top];
        this.#vertical = isLogarithmic
            ? logarithmicScale(values, ends)
            : linearScale(axisRange(values), ends);
        this.element.setAttribute("viewBox", `0 0 ${size.width} ${size.height}`);
        this.element.setAttribute("height", size.height);
        this.element.setAttribute("role", "img");
        this.element.setAttribute("aria-label", `${this.label} over ${xLabel}: ${describe(shown)}`);
        this.element.replaceChildren(
            svg(
                "defs",
                {},
                svg(
                    "clipPath",
                    { id: this.#clip },
                    svg("rect", {
                        x: margins.left,
                        y: margins.top - 4,
                        width: Math.max(0, width - margins.left - margins.right),
                        height: this.height - margins.top + 8,
                    }),
                ),
            ),
            this.#axes(size, xLabel),
            svg(
                "g",
                { "clip-path": `url(#${this.#clip})` },
                kinks.map((x) =>
                    svg("line", {
                        class: "kink",
                        x1: this.#horizontal(x),
                        x2: this.#horizontal(x),
                        y1: margins.top,
                        y2: this.height,
                    }),
                ),
                shown.map((curve) =>
                    svg("path", {
                        class: `curve series-${curve.series}${curve.isOverlay ? " overlay" : ""}`,
                        d: this.#path(curve.points),
                    }),
                ),
            ),
            this.#cursor,
        );
    }

    #axes({ width }, xLabel) {
        const right = width - margins.right;
        const across = ticks(...this.#horizontal.domain, Math.max(3, width / 75)).map((x) =>
            [
                svg("line", {
                    class: "grid",
                    x1: this.#horizontal(x),
                    x2: this.#horizontal(x),
                    y1: margins.top,
                    y2: this.height,
                }),
                this.isLast &&
                    svg(
                        "text",
                        {
                            class: "tick",
                            x: this.#horizontal(x),
                            y: this.height + 16,
                            "text-anchor": "middle",
                        },
                        short(x),
                    ),
            ].filter(Boolean),
        );
        const up = this.#vertical.ticks(Math.max(2, this.height / 42)).map((y) => [
            svg("line", {
                class: y === 0 ? "zero" : "grid",
                x1: margins.left,
                x2: right,
                y1: this.#vertical(y),
                y2: this.#vertical(y),
            }),
            svg(
                "text",
                { class: "tick", x: margins.left - 7, y: this.#vertical(y) + 4, "text-anchor": "end" },
                short(y),
            ),
        ]);
        return svg(
            "g",
            { class: "axes", "aria-hidden": "true" },
            across,
            up,
            svg("text", { class: "label", x: margins.left, y: margins.top - 9 }, this.label),
            this.isLast
                ? svg("text", { class: "label", x: right, y: this.height + 38, "text-anchor": "end" }, xLabel)
                : [],
        );
    }

    #path(points) {
        let isOpen = false;
        return points
            .map(([x, y]) => {
                if (!Number.isFinite(y)) {
                    isOpen = false;
                    return "";
                }
                const command = isOpen ? "L" : "M";
                isOpen = true;
                return `${command}${this.#horizontal(x).toFixed(2)} ${clamp(this.#vertical(y)).toFixed(2)}`;
            })
            .join("");
    }

    /**
     * Moves the cursor, with a point for each mark, its tangent of slope `slope` and its parabola of second
     * derivative `bend`, if these are given.
     */
    point(x, marks) {
        if (!this.#horizontal) return;
        const left = this.#horizontal(x);
        const parts = marks
            .filter(({ y }) => Number.isFinite(y))
            .map(({ y, slope, bend, series }) => [
                slope === undefined
                    ? []
                    : svg("path", { class: `tangent series-${series}`, d: this.#line(x, y, slope) }),
                bend === undefined
                    ? []
                    : svg("path", { class: `bend series-${series}`, d: this.#parabola(x, y, slope, bend) }),
                svg("circle", {
                    class: `dot series-${series}`,
                    cx: left,
                    cy: clamp(this.#vertical(y)),
                    r: 5,
                }),
            ]);
        this.#cursor.replaceChildren(
            svg("line", { x1: left, x2: left, y1: margins.top, y2: this.height }),
            svg("g", { "clip-path": `url(#${this.#clip})` }, parts.flat(2)),
        );
    }

    #line(x, y, slope) {
        return this.#path(this.#horizontal.domain.map((end) => [end, y + slope * (end - x)]));
    }

    #parabola(x, y, slope, bend) {
        const [low, high] = this.#horizontal.domain;
        const reach = (high - low) * 0.16;
        return this.#path(
            Array.from({ length: 33 }, (_, index) => {
                const step = reach * (index / 16 - 1);
                return [x + step, y + slope * step + (bend * step * step) / 2];
            }),
        );
    }
}

/** Keeps a coordinate small enough for a path, well outside of what is shown. */
function clamp(coordinate) {
    return Math.max(-2000, Math.min(4000, coordinate));
}

/** What a curve does, in words, for those who cannot see it. */
function describe(curves) {
    return (
        curves
            .filter(({ points }) => points.some(([, y]) => Number.isFinite(y)))
            .map(({ label, points }) => {
                const finite = points.filter(([, y]) => Number.isFinite(y));
                const least = finite.reduce((a, b) => (b[1] < a[1] ? b : a));
                const [first, last] = [finite[0], finite.at(-1)];
                return (
                    `${label || "curve"} from ${short(first[1])} at ${short(first[0])} to ${short(last[1])} at ${short(last[0])}, ` +
                    `least ${short(least[1])} at ${short(least[0])}`
                );
            })
            .join("; ") || "no values"
    );
}
