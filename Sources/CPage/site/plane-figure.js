// SPDX-License-Identifier: Apache-2.0

import { Refusal } from "./api.js";
import { freshID, h, latest, svg } from "./dom.js";
import { paintMap } from "./heat-map.js";
import { exact, short, ticks } from "./numbers.js";
import { numberText, pairs } from "./tables.js";
import { replacing } from "./units.js";

const margins = { left: 52, right: 12, top: 26, bottom: 44 };
/** The numbers on each side of the grid. */
const side = 61;
/** Every so many numbers of the grid have an arrow. */
const spacing = 5;

/** A map of the loss over two numbers, with arrows along the steepest descent and a point to drag. */
export class PlaneFigure {
    #canvas = h("canvas", { "aria-hidden": "true" });
    #over = svg("svg");
    #point = svg("g", { class: "cursor" });
    #message = h("p", { class: "message", role: "status" });
    #readout = h("div", { class: "readout" });
    #plane;
    #grid;
    #place;
    #cell;
    #sliders;
    #size = 0;
    #clip = freshID("clip");

    constructor() {
        this.#sliders = [0, 1].map((axis) => {
            const id = freshID("plane");
            const label = h("label", { for: id });
            const field = h("input", {
                type: "range",
                id,
                min: 0,
                max: 1000,
                oninput: () => {
                    const { low, high } = this.#plane.axes[axis];
                    this.#move(replacing(this.#place, [axis], low + ((high - low) * field.value) / 1000));
                },
            });
            return { label, field };
        });
        this.element = h(
            "figure",
            { class: "plane-figure" },
            this.#message,
            h("div", { class: "plane" }, this.#canvas, this.#over),
            h(
                "div",
                { class: "plane-side" },
                this.#sliders.map(({ label, field }) => h("div", { class: "slider" }, label, field)),
                this.#readout,
                h(
                    "p",
                    { class: "note" },
                    "Dark is low. Arrows point along −gradient, the way a step of gradient descent goes.",
                ),
            ),
        );
        this.#over.addEventListener("pointerdown", (event) => {
            this.#over.setPointerCapture(event.pointerId);
            this.#drag(event);
        });
        this.#over.addEventListener("pointermove", (event) => {
            if (this.#over.hasPointerCapture(event.pointerId)) this.#drag(event);
        });
        new ResizeObserver(() => this.#draw()).observe(this.element);
        matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#draw());
    }

    /** Shows the plane of two numbers of a scene. */
    async show(plane) {
        this.#plane = plane;
        this.element.setAttribute("aria-busy", "true");
        this.#place = this.#place ?? plane.axes.map(({ start }) => start);
        for (const [index, { label, field }] of this.#sliders.entries())
            label.textContent = plane.axes[index].label ?? field.id;
        try {
            this.#grid = await plane.sample(side);
            this.#message.textContent = "";
        } catch (error) {
            if (!(error instanceof Refusal)) throw error;
            this.#grid = undefined;
            this.#message.textContent = error.message;
        }
        this.#size = 0;
        this.#draw();
        this.#move(this.#place);
        this.element.removeAttribute("aria-busy");
    }

    #draw() {
        const size = Math.min(470, this.element.clientWidth);
        if (!this.#grid || size === 0) return;
        this.#size = size;
        paintMap(this.#canvas, {
            size,
            margins,
            grid: this.#grid,
            contains: (place) => this.#plane.contains(place),
        });
        this.#over.setAttribute("viewBox", `0 0 ${size} ${size}`);
        for (const element of [this.#over, this.#canvas]) {
            element.style.width = `${size}px`;
            element.style.height = `${size}px`;
        }
        this.#over.setAttribute("role", "img");
        this.#over.setAttribute(
            "aria-label",
            `The loss over ${this.#plane.axes[0].label} and ${this.#plane.axes[1].label}`,
        );
        this.#over.replaceChildren(
            svg(
                "defs",
                {},
                svg(
                    "clipPath",
                    { id: this.#clip },
                    svg("rect", {
                        x: margins.left,
                        y: margins.top,
                        width: size - margins.left - margins.right,
                        height: size - margins.top - margins.bottom,
                    }),
                ),
            ),
            this.#axes(),
            this.#arrows(),
            this.#point,
        );
        this.#showPoint();
    }

    #horizontal(u) {
        const { low, high } = this.#plane.axes[0];
        return margins.left + ((u - low) / (high - low)) * (this.#size - margins.left - margins.right);
    }

    #vertical(v) {
        const { low, high } = this.#plane.axes[1];
        return (
            this.#size -
            margins.bottom -
            ((v - low) / (high - low)) * (this.#size - margins.top - margins.bottom)
        );
    }

    #axes() {
        const [across, up] = this.#plane.axes;
        const bottom = this.#size - margins.bottom;
        return svg(
            "g",
            { class: "axes", "aria-hidden": "true" },
            ticks(across.low, across.high, 5).map((u) =>
                svg(
                    "text",
                    { class: "tick", x: this.#horizontal(u), y: bottom + 16, "text-anchor": "middle" },
                    short(u),
                ),
            ),
            ticks(up.low, up.high, 5).map((v) =>
                svg(
                    "text",
                    { class: "tick", x: margins.left - 7, y: this.#vertical(v) + 4, "text-anchor": "end" },
                    short(v),
                ),
            ),
            svg(
                "text",
                { class: "label", x: this.#size - margins.right, y: bottom + 36, "text-anchor": "end" },
                `${across.label} →`,
            ),
            svg("text", { class: "label", x: margins.left, y: margins.top - 9 }, `↑ ${up.label}`),
        );
    }

    #arrows() {
        const cells = this.#grid
            .flatMap((row, y) => row.filter((_, x) => x % spacing === 0 && y % spacing === 0))
            .filter(
                ({ place, loss, slopes }) =>
                    Number.isFinite(loss) &&
                    slopes.every(Number.isFinite) &&
                    this.#plane.contains(this.#shares(place)),
            );
        // The few steepest places would leave no arrows elsewhere.
        const sorted = cells.map(({ slopes }) => Math.hypot(...slopes)).sort((one, other) => one - other);
        const steepest = sorted[Math.floor(0.9 * sorted.length)];
        const reach = ((this.#size - margins.left - margins.right) / (side - 1)) * spacing * 0.85;
        return svg(
            "g",
            { class: "arrows", "aria-hidden": "true", "clip-path": `url(#${this.#clip})` },
            cells.map(({ place: [u, v], slopes: [du, dv] }) => {
                const steepness = Math.hypot(du, dv);
                if (!(steepness > 1e-3 * steepest)) return [];
                const length = reach * Math.min(1, Math.sqrt(steepness / steepest));
                const [x, y] = [this.#horizontal(u), this.#vertical(v)];
                return arrow(x, y, x - (du / steepness) * length, y + (dv / steepness) * length);
            }),
        );
    }

    /** A place as shares of the axes. */
    #shares(place) {
        return place.map((number, index) => {
            const { low, high } = this.#plane.axes[index];
            return (number - low) / (high - low);
        });
    }

    #drag(event) {
        const box = this.#over.getBoundingClientRect();
        const scale = this.#size / box.width;
        const [across, up] = this.#plane.axes;
        const u =
            ((event.clientX - box.left) * scale - margins.left) / (this.#size - margins.left - margins.right);
        const v =
            (this.#size - margins.bottom - (event.clientY - box.top) * scale) /
            (this.#size - margins.top - margins.bottom);
        this.#move([across.low + u * (across.high - across.low), up.low + v * (up.high - up.low)]);
    }

    #move(place) {
        this.#place = place.map((number, index) => {
            const { low, high } = this.#plane.axes[index];
            return Number(Math.max(low, Math.min(high, number)).toPrecision(4));
        });
        for (const [index, { field }] of this.#sliders.entries()) {
            const { low, high } = this.#plane.axes[index];
            field.value = Math.round((1000 * (this.#place[index] - low)) / (high - low));
            field.setAttribute("aria-valuetext", short(this.#place[index]));
        }
        this.#evaluate();
    }

    #evaluate = latest(async () => {
        if (!this.#grid) return;
        const [cell] = await this.#plane.evaluate([this.#place]);
        this.#cell = cell;
        this.#showPoint();
    });

    #showPoint() {
        if (!this.#cell) return;
        const {
            place: [u, v],
            loss,
            slopes,
        } = this.#cell;
        const [x, y] = [this.#horizontal(u), this.#vertical(v)];
        this.#point.replaceChildren(svg("circle", { class: "dot series-1", cx: x, cy: y, r: 6 }));
        const [across, up] = this.#plane.axes;
        const rows = [
            ["loss", loss],
            [`∂ / ∂ ${across.label}`, slopes[0]],
            [`∂ / ∂ ${up.label}`, slopes[1]],
        ];
        this.#readout.replaceChildren(
            pairs(
                `At ${across.label} = ${exact(u)}, ${up.label} = ${exact(v)}`,
                rows.map(([name, number]) => [name, numberText(number)]),
            ),
        );
    }
}

function arrow(x, y, endX, endY) {
    const angle = Math.atan2(endY - y, endX - x);
    const head = [2.6, -2.6].map(
        (turn) =>
            `L${(endX + 4 * Math.cos(angle + turn)).toFixed(1)} ${(endY + 4 * Math.sin(angle + turn)).toFixed(1)}`,
    );
    const tip = `${endX.toFixed(1)} ${endY.toFixed(1)}`;
    return svg("path", { d: `M${x.toFixed(1)} ${y.toFixed(1)}L${tip}${head[0]}M${tip}${head[1]}` });
}
