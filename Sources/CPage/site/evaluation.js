// SPDX-License-Identifier: Apache-2.0

import { evaluate, Refusal } from "./api.js";
import { numericColumn } from "./csv.js";

/** The most groups that are evaluated, each by a request. */
const mostGroups = 40;

/** The numbers of the columns that are inputs or weights; throws if a required one is missing, or is text. */
export function inputColumns(loss, { names, columns }, offsets) {
    const numbers = {};
    for (const [input, index] of Object.entries(offsets).filter(([, offset]) => offset !== undefined)) {
        numbers[input] = numericColumn(columns[index]);
        if (!numbers[input])
            throw new SyntaxError(`The column ${names[index]} has texts that are not numbers.`);
    }
    const lacking = loss.inputs.find(({ name, required }) => required && !numbers[name]);
    if (lacking) throw new SyntaxError(`Choose a column for ${lacking.name}.`);
    return numbers;
}

/** The loss of all rows, their statistics, and the loss of each row; rows with missing values are skipped. */
export function evaluateTable(loss, numbers, signal) {
    return evaluate(
        loss.href,
        { ...numbers, missing: "skip", outputs: ["loss", "elements", "statistics"] },
        signal,
    );
}

/** The loss and statistics of the rows of each group, largest groups first. */
export async function evaluateGroups(loss, numbers, names, signal) {
    const rows = Map.groupBy(
        names.map((_, index) => index),
        (index) => names[index],
    );
    const groups = [...rows].sort((a, b) => b[1].length - a[1].length).slice(0, mostGroups);
    const results = [];
    for (const [name, indices] of groups) {
        const own = Object.fromEntries(
            Object.entries(numbers).map(([input, column]) => [input, indices.map((index) => column[index])]),
        );
        try {
            const result = await evaluate(
                loss.href,
                { ...own, missing: "skip", outputs: ["loss", "statistics"] },
                signal,
            );
            results.push({ name, count: indices.length, result });
        } catch (error) {
            if (!(error instanceof Refusal)) throw error;
            results.push({ name, count: indices.length, reason: error.message });
        }
    }
    return results;
}
