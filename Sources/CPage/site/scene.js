// SPDX-License-Identifier: Apache-2.0

import { rangeOf } from "./loss.js";
import { pictureOf } from "./pictures.js";
import { at, exampleUnit, places, probeName } from "./units.js";

/**
 * The picture that explains a loss: the number that varies, over which range, and the numbers that are
 * held, which may be several, with a curve for each.
 */
export class Scene {
    /** The standard scene of a loss with some options. */
    constructor(loss, chosen = {}) {
        this.loss = loss;
        this.chosen = { ...presetOptions(loss, chosen), ...chosen };
        this.unit = exampleUnit(loss, this.chosen);
        this.held = heldNumbers(this);
        this.probe = this.probes[0];
        this.picture = pictureOf(loss);
        this.picture?.arrange(this);
    }

    /** The options of requests: those that differ from the defaults. */
    get options() {
        const standard = this.loss.resolved({});
        const entries = Object.entries(this.chosen).filter(([name, value]) => value !== standard[name]);
        const partial = this.isDistribution && "check_sums" in standard ? { check_sums: false } : {};
        return { ...Object.fromEntries(entries), ...partial };
    }

    /** The numbers that can vary, differentiable ones first. */
    get probes() {
        const numbers = Object.keys(this.unit).flatMap((input) =>
            places(this.unit[input]).map((place) => ({ input, place })),
        );
        const usable = this.loss.differentiable.filter((input) => this.#canVary(input));
        return numbers.filter(({ input }) => usable.includes(input));
    }

    /** Whether single numbers of an input can vary; those of a distribution can if its sum is not checked. */
    #canVary(input) {
        if (!(input in this.unit)) return false;
        const { kind } = this.form(input);
        const isChecked = input !== this.loss.inputs[0].name || !("check_sums" in this.loss.resolved({}));
        return !isDiscrete(kind) && !(kind === "distribution" && isChecked);
    }

    /** The probe with a name. */
    vary(name) {
        const probe = this.probes.find((one) => probeName(one) === name);
        if (probe) this.probe = probe;
        return this;
    }

    form(input) {
        return this.loss.form(input, this.chosen, Array.isArray(this.unit[input]));
    }

    get isDistribution() {
        return Object.keys(this.unit).some((input) => this.form(input).kind === "distribution");
    }

    /** The axis of the number that varies. */
    get axis() {
        const special = this.picture?.axis?.(this);
        return (
            special ??
            plainAxis(
                this.form(this.probe.input),
                at(this.unit[this.probe.input], this.probe.place),
                probeName(this.probe),
                this.loss.entry.unit !== "element",
            )
        );
    }

    /** The curves: a unit for each combination of held numbers, at most six, with a label. */
    get curves() {
        const lists = Object.entries(this.held).filter(
            ([input, values]) => input !== this.probe.input && values.length > 1,
        );
        const combinations = lists.reduce(
            (all, [input, values]) =>
                all.flatMap((one) => values.map((value) => ({ ...one, [input]: value }))),
            [{}],
        );
        return combinations.slice(0, 6).map((combination) => ({
            label: Object.entries(combination)
                .map(([input, value]) => `${input} = ${[value].flat().join(", ")}`)
                .join(", "),
            unit: { ...this.unit, ...this.first, ...combination },
        }));
    }

    get first() {
        return Object.fromEntries(Object.entries(this.held).map(([input, values]) => [input, values[0]]));
    }
}

function isDiscrete(kind) {
    return ["class_indices", "counts", "integers", "ranks", "values"].includes(kind);
}

/**
 * Rows are shown over logits, where a loss takes them and nothing else is chosen, and penalties with a
 * strength that can be seen.
 */
function presetOptions(loss, chosen) {
    if (loss.entry.family === "regularization") return "strength" in loss.resolved({}) ? { strength: 1 } : {};
    if (loss.entry.unit === "element") return {};
    const deciding = loss.inputs[0].forms.flatMap(({ when = {} }) => Object.keys(when));
    const isChosen = deciding.some((option) => chosen[option] === true);
    return deciding.includes("from_logits") && !isChosen ? { from_logits: true } : {};
}

/** The numbers of each scalar input but the first, with a curve for each. */
function heldNumbers(scene) {
    const inputs = Object.keys(scene.unit).filter((input) => !Array.isArray(scene.unit[input]));
    let hasSeveral = false;
    return Object.fromEntries(
        inputs.map((input) => {
            const standard = scene.unit[input];
            const several =
                hasSeveral || input === scene.loss.inputs[0].name ? [] : severalNumbers(scene, input);
            hasSeveral ||= several.length > 1;
            return [input, several.length > 1 ? several : [standard]];
        }),
    );
}

function severalNumbers(scene, input) {
    const { kind, number } = scene.form(input);
    if (kind === "values") return [...number.enum].reverse().slice(0, 3);
    if (kind === "class_indices") return [0, 1];
    if (input === "advantages") return [1, -1];
    if (scene.loss.entry.family === "binary" && number.minimum === 0 && number.maximum === 1) return [1, 0];
    return [];
}

/**
 * The axis of a number over the part of its domain that a picture can show.
 *
 * The losses of rows may be infinite at the ends of a domain, which are then left out.
 */
function plainAxis({ number }, center, label, isRow) {
    const { low, high, isLowOpen, isHighOpen } = rangeOf(number);
    const isLow = low > -1e6;
    const isHigh = high < 1e6;
    const reach = Math.max(4, 2 ** Math.ceil(Math.log2(Math.abs(center) || 1)) * 2);
    let range = [-reach, reach];
    if (isLow && isHigh) range = [low, high];
    else if (isLow) range = [low, low + reach];
    else if (isHigh) range = [high - reach, high];
    const inset = (range[1] - range[0]) / 400;
    return {
        label,
        low: range[0] + (isLow && (isLowOpen || isRow || isAlmostZero(low)) ? inset : 0),
        high: range[1] - (isHigh && (isHighOpen || isRow) ? inset : 0),
        start: Math.min(range[1] - inset, Math.max(range[0] + inset, center)),
        value: (x) => x,
        rate: () => 1,
        isPlain: true,
    };
}

/** Whether a bound stands for a number above zero. */
function isAlmostZero(bound) {
    return bound > 0 && bound < 1e-6;
}
