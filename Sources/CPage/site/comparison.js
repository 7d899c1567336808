// SPDX-License-Identifier: Apache-2.0

import { pagePath, Refusal } from "./api.js";
import { h } from "./dom.js";
import { remover } from "./forms.js";
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
    /** The losses that have no curve, and why. */
    #refused = h("ul", { class: "message", role: "status" });
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

    /** @param onRemove Is called with the text of a choice to remove. */
    constructor(onRemove) {
        this.#onRemove = onRemove;
        this.element = h(
            "figure",
            { class: "curve-figure" },
            this.#legend,
            this.#refused,
            h("div", { class: "panels" }, this.#panel.element),
            h("div", { class: "slider whole" }, this.#slider),
            this.#readout,
            this.#table,
        );
        new ResizeObserver(() => this.draw(this.#view)).observe(this.element);
    }

    async load(choices, view) {
        this.element.setAttribute("aria-busy", "true");
        const found = await Promise.all(choices.map(curveOf));
        this.#curves = found.filter(({ samples }) => samples);
        this.#legend.replaceChildren(...this.#curves.map((curve, series) => this.#legendItem(curve, series)));
        this.#refused.replaceChildren(
            ...found
                .filter(({ reason }) => reason)
                .map(({ text, reason }) =>
                    h(
                        "li",
                        {},
                        `${text}: ${reason} `,
                        remover(text, () => this.#onRemove(text)),
                    ),
                ),
        );
        this.draw(view);
        this.element.removeAttribute("aria-busy");
    }

    #legendItem({ name, text, words, label, page }, series) {
        return h(
            "li",
            {},
            swatch(series),
            h("a", { href: page }, name),
            words || label ? ` (${[words, label].filter(Boolean).join("; ")}) ` : " ",
            remover(text, () => this.#onRemove(text)),
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
                label: curve.text,
                series,
                points: this.#points(curve),
            })),
        });
        this.#table.replaceChildren(
            ...numbersTable(
                "prediction",
                this.#curves.map(({ text, samples }) => ({ label: text, samples })),
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
            return { name: curve.text, nearest, y, series };
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

/** The first curve of the scene of a loss with options, or the reason that there is none. */
async function curveOf({ text, words, query, loss, values }) {
    try {
        const scene = new Scene(loss, values);
        const { axis, curves } = scene;
        const grid = evenly(axis.low, axis.high, loss.isBatched ? counts.batched : counts.single);
        const [samples] = await sampleCurves(
            scene,
            curves.map(() => grid),
        );
        const page = pagePath(loss.href) + query;
        return { name: loss.name, text, words, label: curves[0].label, axis, samples, page };
    } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        return { text, reason: error.message };
    }
}
