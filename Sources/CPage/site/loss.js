// SPDX-License-Identifier: Apache-2.0

import { get } from "./api.js";
import { folded } from "./names.js";

/** A loss or penalty: its description, its options with their ranges, and its examples. */
export class Loss {
    static async load(href) {
        const entry = await get(href);
        const [schema, { examples }] = await Promise.all([get(entry.schema), get(entry.examples)]);
        return new Loss(entry, schema, examples);
    }

    constructor(entry, schema, examples) {
        this.entry = entry;
        this.href = entry.schema.replace(/\/schema$/, "");
        this.name = entry.name;
        this.inputs = entry.inputs;
        this.options = entry.options.map((option) => ranged(option, schema.properties[option.name]));
        this.examples = examples;
    }

    /** The first examples, which have nothing but inputs and the options on which their domains depend. */
    get plainExamples() {
        const others = ["tokens", "sequences", "everything", "unreduced"];
        const plain = this.examples.filter(({ name }) => !others.includes(name));
        return plain.length > 0 ? plain : this.examples;
    }

    /** The options that a request would have, from chosen values and the defaults. */
    resolved(chosen) {
        return resolved(this.options, chosen);
    }

    /**
     * Inputs that are valid with some options: those of an example, but for inputs whose numbers it has for
     * other options, and which another example has.
     */
    example(chosen) {
        const [options, standard] = [this.resolved(chosen), this.resolved({})];
        const fits = ({ forms }, request) =>
            forms
                .flatMap(({ when = {} }) => Object.keys(when))
                .every((option) => (request[option] ?? standard[option]) === options[option]);
        const requests = this.plainExamples.map(({ request }) => request);
        const count = (request) => this.inputs.filter((input) => fits(input, request)).length;
        const best = requests.reduce((one, other) => (count(other) > count(one) ? other : one));
        const present = this.inputs.filter(({ name }) => name in best);
        return Object.fromEntries(
            present.map((input) => {
                const source = [best, ...requests].find((request) => fits(input, request)) ?? best;
                return [input.name, source[input.name] ?? best[input.name]];
            }),
        );
    }

    /** The options that a name implies. */
    implied(name) {
        return this.entry.aliases.find((alias) => folded(alias.name) === folded(name))?.implies ?? {};
    }

    input(name) {
        return this.inputs.find((input) => input.name === name);
    }

    /** The form of an input that has a shape of this depth with some options. */
    form(name, chosen, isVector) {
        const options = this.resolved(chosen);
        const forms = this.input(name).forms.filter(({ when = {} }) =>
            Object.entries(when).every(([option, value]) => options[option] === value),
        );
        const hasDepth = ({ shape }) => /[A-Z]/.test(shape) === isVector;
        return forms.find(hasDepth) ?? forms[0] ?? this.input(name).forms[0];
    }

    get isPenalty() {
        return this.entry.family === "regularization";
    }

    /** Whether a request can hold many units, one for each item of the first dimension. */
    get isBatched() {
        return this.inputs[0].forms[0].shape.startsWith("*");
    }

    /** The names of the inputs in which the loss is differentiated unless a request says otherwise. */
    get differentiable() {
        return this.inputs.filter((input) => input.differentiable).map(({ name }) => name);
    }
}

/** An option with the range of its numbers, or the choices that it has, from the JSON Schema of its values. */
export function ranged(option, schema) {
    const choices = schema?.enum?.filter((choice) => choice !== null);
    return { ...option, range: rangeOf(schema), choices };
}

/** The values of options, from chosen ones and the defaults. */
export function resolved(options, chosen) {
    return Object.fromEntries(options.map(({ name, default: value }) => [name, chosen[name] ?? value]));
}

/** The bounds of a number in a JSON Schema. */
export function rangeOf(schema = {}) {
    const number = schema.oneOf?.find(({ type }) => type === "number") ?? schema;
    return {
        low: number.minimum ?? number.exclusiveMinimum ?? -Infinity,
        high: number.maximum ?? number.exclusiveMaximum ?? Infinity,
        isLowOpen: number.exclusiveMinimum !== undefined,
        isHighOpen: number.exclusiveMaximum !== undefined,
    };
}
