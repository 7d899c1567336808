// SPDX-License-Identifier: Apache-2.0

import { evaluate, Refusal, sendFile } from "./api.js";

/** The most groups that are evaluated, each by a request. */
const mostGroups = 40;

const outputs = ["loss", "elements", "statistics"];

/** Whether a loss can be evaluated over the rows of a table or the arrays of an archive. */
export function canEvaluate({ unit, family }) {
    return ["element", "row"].includes(unit) && family !== "regularization";
}

/** The numbers of the columns that are inputs, weights or a mask; throws if a required one is missing, or is text. */
export function inputColumns(loss, table, offsets) {
    checkElements(loss);
    checkInputs(loss, offsets, "column");
    return Object.fromEntries(chosen(offsets).map(([input, offset]) => [input, table.numbers(offset)]));
}

function checkElements(loss) {
    if (loss.entry.unit === "element") return;
    throw new SyntaxError(
        `${loss.name} has a loss for each row of several numbers, and a column has one number for each: ` +
            "drop an .npz archive with arrays of rows.",
    );
}

function chosen(offsets) {
    return Object.entries(offsets).filter(([, offset]) => offset !== undefined);
}

function checkInputs(loss, offsets, noun) {
    const lacking = loss.inputs.find(({ name, required }) => required && offsets[name] === undefined);
    if (lacking)
        throw new SyntaxError(`Choose ${noun === "array" ? "an array" : "a column"} for ${lacking.name}.`);
}

/** The loss of all rows, their statistics, and the loss of each row; rows with missing values are skipped. */
export async function evaluateTable(loss, options, numbers, { table, offsets, signal }) {
    try {
        return await evaluate(loss.href, { ...options, ...numbers, missing: "skip", outputs }, signal);
    } catch (error) {
        throw placed(error, table, offsets);
    }
}

/** The refusal of a number, with its cell; another error as it is. */
function placed(error, table, offsets) {
    if (!(error instanceof Refusal)) return error;
    const [, input, row] = error.problem.pointer?.split("/") ?? [];
    if (offsets[input] === undefined || !(Number(row) < table.count)) return error;
    return table.error(Number(row), offsets[input], `: ${error.message}`);
}

/** The same for the arrays of an archive, which the service reads. */
export function evaluateArchive(loss, options, archive, offsets, { signal, onProgress }) {
    checkInputs(loss, offsets, "array");
    const query = new URLSearchParams({ ...options, missing: "skip", outputs });
    const body = archive.with(Object.fromEntries(chosen(offsets)));
    return sendFile(`${loss.href}?${query}`, body, { type: "application/x-npz", signal, onProgress });
}

/** The loss and statistics of a long file, which the service evaluates while it arrives. */
export function evaluateFile(loss, options, { file, names }, offsets, { signal, onProgress }) {
    checkElements(loss);
    checkInputs(loss, offsets, "column");
    const columns = chosen(offsets).map(([input, offset]) => `${input}:${names[offset]}`);
    const query = new URLSearchParams({
        ...options,
        columns,
        missing: "skip",
        outputs: ["loss", "statistics"],
    });
    return sendFile(`${loss.href}?${query}`, file, { type: "text/csv", signal, onProgress });
}

/** The loss and statistics of all rows, without those of each. */
export function evaluateMean(loss, options, numbers, signal) {
    const request = { ...options, ...numbers, missing: "skip", outputs: ["loss", "statistics"] };
    return evaluate(loss.href, request, signal);
}

/**
 * The numbers with the predictions of two models, each without the rows in which either is missing.
 *
 * @param other The predictions of the other model.
 */
export function withPredictions(loss, numbers, other) {
    const [{ name }] = loss.inputs;
    const own = numbers[name];
    const paired = (values) =>
        values.map((value, row) => (own[row] === null || other[row] === null ? null : value));
    return [own, other].map((values) => ({ ...numbers, [name]: paired(values) }));
}

/**
 * The loss and statistics of the rows of each group, largest groups first.
 *
 * @param models The numbers of one or two models, which differ in the predictions.
 * @returns For each group, its name, the count of its rows, and for each model the result or a reason.
 */
export async function evaluateGroups(loss, options, models, names, signal) {
    const rows = Map.groupBy(
        names.map((_, index) => index),
        (index) => names[index],
    );
    const groups = [...rows].sort((a, b) => b[1].length - a[1].length).slice(0, mostGroups);
    const results = [];
    for (const [name, indices] of groups) {
        const parts = models.map((numbers) =>
            Object.fromEntries(
                Object.entries(numbers).map(([input, column]) => [
                    input,
                    indices.map((index) => column[index]),
                ]),
            ),
        );
        const evaluated = await Promise.all(parts.map((part) => meanOrReason(loss, options, part, signal)));
        results.push({ name, count: indices.length, evaluated });
    }
    return results;
}

async function meanOrReason(loss, options, numbers, signal) {
    try {
        return { result: await evaluateMean(loss, options, numbers, signal) };
    } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        return { reason: error.message };
    }
}
