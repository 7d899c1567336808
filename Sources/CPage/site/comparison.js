// SPDX-License-Identifier: Apache-2.0

import { pagePath, Refusal } from "./api.js";
import { h } from "./dom.js";
import { Loss } from "./loss.js";
import { evenly, exact, short } from "./numbers.js";
import { Panel } from "./panel.js";
import { sampleCurves } from "./sampling.js";
import { Scene } from "./scene.js";
import { numbersTable, numberText, pairs, swatch } from "./tables.js";

export const quantities = [
    { name: "losses", label: "loss" },
    { name: "gradients", label: "gradient" },
    { name: "hessians", label: "Hessian" },
];

/** The count of numbers of a curve; each is a request of its own where units cannot be batched. */
const counts = { batched: 241, single: 41 };

/** A figure with the standard curve of several losses, each over its own range. */
export class Comparison {
    #curves = [];
    #view = { quantity: "losses", isNormalised: false };
    #onRemove;
    #message = h("p", { class: "message", role: "status" });
    #legend = h("ul", { class: "legend" });
    #readout = h("div", { class: "readout" });
    #table = h("details", { class: "numbers" });
    #panel = new Panel({ label: "loss", height: 340, isLast: true, onMove: (x) => this.#point(x) });
    #slider = h("input", {
        type: "range",
        min: 0,
        max: 1000,
        value: 600,
        "aria-label": "prediction",
        oninput: () => {
            const [low, high] = this.#range;
            this.#point(low + ((high - low) * this.#slider.value) / 1000);
        },
    });

    /** @param onRemove Is called with the name of a loss to remove. */
    constructor(onRemove) {
        this.#onRemove = onRemove;
        this.element = h(
            "figure",
            { class: "curve-figure" },
            this.#legend,
            this.#message,
            h("div", { class: "panels" }, this.#panel.element),
            h("div", { class: "slider whole" }, this.#slider),
            this.#readout,
            this.#table,
        );
        new ResizeObserver(() => this.draw(this.#view)).observe(this.element);
    }

    tell(text) {
        this.#message.textContent = text;
    }

    async load(hrefs, view) {
        this.tell("");
        this.element.setAttribute("aria-busy", "true");
        const found = await Promise.all(hrefs.map(curveOf));
        this.#curves = found.filter(({ samples }) => samples);
        this.tell(
            found
                .filter(({ reason }) => reason)
                .map(({ name, reason }) => `${name}: ${reason}`)
                .join(" "),
        );
        this.#legend.replaceChildren(...this.#curves.map((curve, series) => this.#legendItem(curve, series)));
        this.draw(view);
        this.element.removeAttribute("aria-busy");
    }

    #legendItem({ name, label, page }, series) {
        return h(
            "li",
            {},
            swatch(series),
            h("a", { href: page }, name),
            label ? ` (${label}) ` : " ",
            h(
                "button",
                {
                    type: "button",
                    class: "link",
                    "aria-label": `remove ${name}`,
                    onclick: () => this.#onRemove(name),
                },
                "remove",
            ),
        );
    }

    get #range() {
        const axes = this.#curves.map(({ axis }) => axis);
        return [Math.min(...axes.map(({ low }) => low)), Math.max(...axes.map(({ high }) => high))];
    }

    /** Draws a quantity of the curves, divided by its greatest magnitude if it is to be normalised. */
    draw(view) {
        this.#view = view;
        const width = this.element.clientWidth;
        if (width === 0 || this.#curves.length === 0) return;
        const { label } = quantities.find(({ name }) => name === view.quantity) ?? quantities[0];
        this.#panel.label = label + (view.isNormalised ? ", divided by its greatest magnitude" : "");
        this.#panel.draw({
            width,
            range: this.#range,
            xLabel: [...new Set(this.#curves.map(({ axis }) => axis.label))].join(" or "),
            curves: this.#curves.map((curve, series) => ({
                label: curve.name,
                series,
                points: this.#points(curve),
            })),
        });
        this.#table.replaceChildren(
            ...numbersTable(
                "prediction",
                this.#curves.map(({ name, samples }) => ({ label: name, samples })),
            ),
        );
        this.#slider.dispatchEvent(new Event("input"));
    }

    #points({ samples }) {
        const points = samples.points(this.#view.quantity);
        if (!this.#view.isNormalised) return points;
        const greatest = Math.max(...points.map(([, y]) => Math.abs(y)).filter(Number.isFinite));
        return points.map(([x, y]) => [x, y / greatest]);
    }

    /** Shows the numbers at the samples that are nearest to a number of the axis. */
    #point(x) {
        if (this.#curves.length === 0) return;
        const [low, high] = this.#range;
        this.#slider.value = Math.round((1000 * (x - low)) / (high - low));
        this.#slider.setAttribute("aria-valuetext", short(x));
        const marks = this.#curves.map((curve, series) => {
            const [nearest, y] = this.#points(curve).reduce((best, one) =>
                Math.abs(one[0] - x) < Math.abs(best[0] - x) ? one : best,
            );
            return { name: curve.name, nearest, y, series };
        });
        this.#panel.point(marks[0].nearest, marks);
        this.#readout.replaceChildren(
            pairs(
                "",
                marks.map(({ name, nearest, y, series }) => [
                    [swatch(series), name],
                    `at ${exact(nearest)}`,
                    numberText(y),
                ]),
            ),
        );
    }
}

/** The first curve of the standard scene of a loss, or the reason that there is none. */
async function curveOf(href) {
    const loss = await Loss.load(href);
    try {
        const scene = new Scene(loss);
        const { axis, curves } = scene;
        const grid = evenly(axis.low, axis.high, loss.isBatched ? counts.batched : counts.single);
        const [samples] = await sampleCurves(
            scene,
            curves.map(() => grid),
        );
        return { name: loss.name, label: curves[0].label, axis, samples, page: pagePath(href) };
    } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        return { name: loss.name, reason: error.message };
    }
}
