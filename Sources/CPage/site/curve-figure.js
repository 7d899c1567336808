// SPDX-License-Identifier: Apache-2.0

import { Refusal } from "./api.js";
import { curvesOf, overlayOf } from "./curves.js";
import { debounced, freshID, h, latest } from "./dom.js";
import { numberOf } from "./forms.js";
import { exact, short } from "./numbers.js";
import { Panel } from "./panel.js";
import { sampleCurves } from "./sampling.js";
import { numbersTable, numberText, pairs, swatch } from "./tables.js";
import { probeName } from "./units.js";

const quantities = [
    { name: "losses", label: "loss", height: 244 },
    { name: "gradients", label: "gradient", height: 140 },
    { name: "hessians", label: "Hessian", height: 132 },
];

/** The figure of a loss: the loss, its gradient and its Hessian over one number, with a point to drag. */
export class CurveFigure {
    #scene;
    #overlays = [];
    #curves = [];
    #isLogarithmic = false;
    #x;
    #onMove;
    #legend = h("ul", { class: "legend" });
    #message = h("p", { class: "message", role: "status" });
    #readout = h("div", { class: "readout" });
    #jumps = h("p", { class: "jumps" });
    #table = h("details", { class: "numbers" });
    #pointLabel;
    #slider;
    #field;
    #point;

    /** @param onMove Is called with the number of the axis at which the point is. */
    constructor(onMove) {
        this.#onMove = debounced(200, onMove);
        this.panels = quantities.map(
            (quantity, index) =>
                new Panel({
                    ...quantity,
                    isLast: index === quantities.length - 1,
                    onMove: (x) => this.move(x),
                }),
        );
        const id = freshID("point");
        this.#slider = h("input", {
            type: "range",
            id,
            min: 0,
            max: 1000,
            class: "point",
            oninput: () =>
                this.move(this.#range[0] + ((this.#range[1] - this.#range[0]) * this.#slider.value) / 1000),
        });
        this.#field = h("input", {
            type: "text",
            inputmode: "decimal",
            class: "exact",
            "aria-label": "the exact number of the point",
            onchange: () => {
                const x = numberOf(this.#field);
                if (x !== undefined) this.move(x, true);
            },
        });
        this.#pointLabel = h("label", { for: id });
        this.element = h(
            "figure",
            { class: "curve-figure" },
            this.#legend,
            this.#message,
            h(
                "div",
                { class: "panels" },
                this.panels.map(({ element }) => element),
            ),
            h("div", { class: "slider point-slider" }, this.#pointLabel, this.#slider, this.#field),
            this.#readout,
            this.#jumps,
            this.#table,
        );
        new ResizeObserver(() => this.#draw()).observe(this.element);
    }

    get #range() {
        return [this.#scene.axis.low, this.#scene.axis.high];
    }

    /** Shows a scene, and the curves of conventions over it. */
    async show(scene, { x, overlays = [], isLogarithmic = false } = {}) {
        // A point that is being moved stays where it is.
        const keepsPoint = this.#scene?.axis.label === scene.axis.label;
        this.#scene = scene;
        this.#isLogarithmic = isLogarithmic;
        this.element.setAttribute("aria-busy", "true");
        try {
            this.#curves = await curvesOf(scene);
            this.#overlays = await Promise.all(overlays.map((one) => overlayOf(scene, one, this.#curves)));
            this.#message.textContent = "";
        } catch (error) {
            if (!(error instanceof Refusal)) throw error;
            this.#curves = [];
            this.#message.textContent = error.message;
        }
        const [low, high] = this.#range;
        const wanted = keepsPoint ? this.#x : x;
        this.#x = wanted >= low && wanted <= high ? wanted : scene.axis.start;
        this.#pointLabel.textContent = scene.axis.label;
        this.#draw();
        await this.#place(this.#x);
        this.element.removeAttribute("aria-busy");
    }

    #draw() {
        const width = this.element.clientWidth;
        if (!this.#scene || width === 0) return;
        const allKinks = [...new Set(this.#curves.flatMap(({ kinks }) => kinks).map(({ x }) => x))];
        for (const [index, { name }] of quantities.entries()) {
            const panel = this.panels[index];
            const own = this.#curves.map(({ label, series, samples }) => ({
                label,
                series,
                points: samples.points(name),
            }));
            const others = this.#overlays
                .filter(({ isSame }) => !isSame)
                .flatMap((overlay, order) =>
                    overlay.samples.map((samples) => ({
                        label: overlay.name,
                        series: 3 + (order % 3),
                        isOverlay: true,
                        points: samples.points(name),
                    })),
                );
            if (name !== "losses")
                panel.label = `${quantities[index].label} in ${probeName(this.#scene.probe)}`;
            const hasValues = own.some(({ points }) => points.some(([, y]) => Number.isFinite(y)));
            panel.element.classList.toggle("empty", !hasValues);
            panel.draw({
                width,
                range: this.#range,
                xLabel: this.#scene.axis.label,
                curves: [...own, ...others],
                kinks: allKinks,
                isLogarithmic: this.#isLogarithmic && name === "losses",
            });
        }
        this.#showLegend();
        this.#jumps.replaceChildren(...this.#jumpTexts());
        this.#table.replaceChildren(...numbersTable(this.#scene.axis.label, this.#curves));
        this.#showPoint();
    }

    #showLegend() {
        const own =
            this.#curves.length > 1
                ? this.#curves.map(({ label, series }) => h("li", {}, swatch(series), label))
                : [];
        const others = this.#overlays.map(({ name, version, isSame, reason }, order) =>
            h(
                "li",
                {},
                isSame || reason ? [] : swatch(3 + (order % 3), true),
                `${name} ${version}`,
                isSame ? ": the same numbers" : reason ? `: ${reason}` : "",
            ),
        );
        this.#legend.replaceChildren(...own, ...others);
    }

    /** The sentence about jumps, each of which moves the point. */
    #jumpTexts() {
        const words = { losses: "the loss", gradients: "the gradient", hessians: "the Hessian" };
        const jumps = this.#curves
            .flatMap(({ kinks }) => kinks)
            .filter((one, index, all) => all.findIndex(({ x }) => x === one.x) === index);
        if (jumps.length === 0 || jumps.length > 8) return [];
        return [
            "Jumps: ",
            ...jumps.flatMap(({ x, quantity }, index) => [
                index === 0 ? "" : ", ",
                `${words[quantity]} at `,
                h("button", { type: "button", class: "link", onclick: () => this.move(x) }, short(x)),
            ]),
            ".",
        ];
    }

    /** Moves the point, and tells where it is. */
    async move(x, isExact = false) {
        const place = this.#place(x, isExact);
        this.#onMove(this.#x);
        await place;
    }

    /** Places the point, whose numbers the service computes. */
    async #place(x, isExact = false) {
        const [low, high] = this.#range;
        const step = 10 ** Math.floor(Math.log10((high - low) / 1000));
        this.#x = isExact ? x : Math.min(high, Math.max(low, Math.round(x / step) * step || 0));
        if (!isExact) this.#x = Number(this.#x.toPrecision(6));
        this.#slider.value = Math.round((1000 * (this.#x - low)) / (high - low));
        if (document.activeElement !== this.#field) this.#field.value = this.#x;
        await this.#evaluatePoint();
    }

    #evaluatePoint = latest(async () => {
        if (this.#curves.length === 0) return;
        try {
            this.#point = {
                x: this.#x,
                values: await sampleCurves(
                    this.#scene,
                    this.#scene.curves.map(() => [this.#x]),
                ),
            };
        } catch (error) {
            if (!(error instanceof Refusal)) throw error;
            this.#message.textContent = error.message;
            return;
        }
        this.#showPoint();
    });

    #showPoint() {
        if (!this.#point || this.#point.values.length !== this.#curves.length) return;
        const { x, values } = this.#point;
        const { rate, isPlain } = this.#scene.axis;
        for (const [index, { name }] of quantities.entries()) {
            this.panels[index].point(
                x,
                values.map((samples, series) => ({
                    y: samples[name][0],
                    series,
                    ...(name === "losses" && {
                        slope: finite(samples.gradients[0] * rate(x)),
                        bend: isPlain && !this.#isLogarithmic ? finite(samples.hessians[0]) : undefined,
                    }),
                })),
            );
        }
        this.#readout.replaceChildren(this.#readoutTable(x, values));
        this.#slider.setAttribute(
            "aria-valuetext",
            `${short(x)}: ${values
                .map(({ losses }, index) =>
                    `loss ${short(losses[0])} ${this.#curves[index].label && `with ${this.#curves[index].label}`}`.trim(),
                )
                .join(", ")}`,
        );
    }

    #readoutTable(x, values) {
        return pairs(
            `At ${this.#scene.axis.label} = ${exact(x)}`,
            values.map((samples, index) => [
                [swatch(index), this.#curves[index].label || "value"],
                ...quantities.map(({ name }) => numberText(samples[name][0])),
            ]),
            quantities.map(({ label }) => label),
        );
    }
}

function finite(number) {
    return Number.isFinite(number) ? number : undefined;
}
