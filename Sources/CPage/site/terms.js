// SPDX-License-Identifier: Apache-2.0

import { entryNamed, folded } from "./names.js";

/**
 * Losses and metrics of an evaluation: the text that chooses one and names its result, its `owner`, which has the
 * options, and the values of these, the inputs that it reads, of which some are required, and what a request has for it.
 */

/** The loss of a choice that has been loaded. */
export function lossTerm({ text, loss, values }) {
    const request = { loss: loss.name, ...values, name: text };
    return { text, name: loss.name, owner: loss, values, inputs: loss.inputs, request, loss };
}

/**
 * The metric of a choice by its own name, with the options that an alias implies unless others are chosen.
 *
 * @param metrics The metrics of the service.
 * @throws SyntaxError with a name or an option that does not exist, or a value that is not allowed.
 */
export function metricTerm(choice, metrics) {
    const metric = entryNamed(metrics, choice.name);
    if (!metric) throw new SyntaxError(`There is no metric ${choice.name}. ${nearest(choice.name, metrics)}`);
    const values = { ...metric.implied(choice.name), ...choice.values(metric) };
    return {
        text: choice.text,
        name: choice.name,
        owner: metric,
        values,
        // The service compares predictions with targets; other inputs are for some metrics or options only.
        inputs: metric.entry.inputs.map((name, place) => ({ name, required: place < 2 })),
        request: { metric: metric.name, ...values, name: choice.text },
        better: metric.entry.better,
    };
}

/** The metrics with similar names, or all of them. */
function nearest(name, metrics) {
    const sought = folded(name);
    const similar = metrics.filter(({ name, aliases }) =>
        [name, ...aliases].map(folded).some((one) => one.includes(sought) || sought.includes(one)),
    );
    const names = (similar.length > 0 ? similar : metrics).map((metric) => metric.name).join(", ");
    return similar.length > 0 ? `Did you mean: ${names}?` : `There are: ${names}.`;
}

/** The inputs that some losses and metrics read, each once; required if any of them requires it. */
export function inputsOf(terms) {
    const inputs = new Map();
    for (const { name, required } of terms.flatMap((term) => term.inputs))
        inputs.set(name, inputs.get(name) || required);
    return [...inputs].map(([name, required]) => ({ name, required }));
}
