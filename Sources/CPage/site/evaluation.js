// SPDX-License-Identifier: Apache-2.0

import { evaluate, Refusal, sendFile } from "./api.js";
import { inputsOf } from "./terms.js";

/** What the histogram and the facts of the main loss are made of. */
const outputs = ["loss", "elements", "statistics"];

/** Whether a loss can be evaluated over the rows of a table or the arrays of an archive. */
export function canEvaluate({ unit, family }) {
    return ["element", "row"].includes(unit) && family !== "regularization";
}

/** Throws unless all losses are of elements, which a column has. */
export function checkElements(losses) {
    const other = losses.find(({ loss }) => loss.entry.unit !== "element");
    if (!other) return;
    throw new SyntaxError(
        `${other.loss.name} has a loss for each row of several numbers, and a column has one number for each: ` +
            "drop an .npz archive with arrays of rows.",
    );
}

/** Throws if an input that is required has no column or array. */
export function checkInputs(terms, offsets, noun) {
    const lacking = inputsOf(terms).find(({ name, required }) => required && offsets[name] === undefined);
    if (lacking)
        throw new SyntaxError(`Choose ${noun === "array" ? "an array" : "a column"} for ${lacking.name}.`);
}

/** The fields, of some names, that have a column or array. */
function chosen(offsets, names) {
    return Object.entries(offsets).filter(([name, offset]) => offset !== undefined && names.includes(name));
}

/** The names of the fields that some losses and metrics read. */
function fieldsOf(terms) {
    return [...inputsOf(terms).map(({ name }) => name), "weights", "mask"];
}

/** The numbers of the columns that some losses and metrics read, by field. */
export function columnsOf(terms, table, offsets) {
    const column = ([name, offset]) => [name, table.numbers(offset)];
    return Object.fromEntries(chosen(offsets, fieldsOf(terms)).map(column));
}

/** The losses and metrics as requests have them. */
function lists({ losses, metrics }) {
    const requests = (terms) => terms.map(({ request }) => request);
    return { losses: requests(losses), metrics: requests(metrics) };
}

/**
 * The losses and metrics of the rows of a table, and the losses one by one of the first; rows with missing
 * values are skipped.
 *
 * @param terms The `losses` and `metrics`.
 * @param offsets The columns of the inputs, of `weights`, `mask` and `group`, and of the predictions of another
 *     model, `baseline`.
 * @returns The result of `POST /v1/evaluations`, and of the first loss the result as `whole` and the losses one by one
 *     as `elements`; `rows` has the `heads` of a table of rows and, `at` a place, the cells of one.
 */
export async function evaluateTable(terms, table, offsets, signal) {
    const all = [...terms.losses, ...terms.metrics];
    checkElements(terms.losses);
    checkInputs(all, offsets, "column");
    const { weights, mask, ...inputs } = columnsOf(all, table, offsets);
    const [{ loss, values }] = terms.losses;
    const [primary] = loss.inputs;
    const request = { ...lists(terms), inputs, weights, mask, missing: "skip" };
    if (offsets.group !== undefined) request.groups = table.columns[offsets.group];
    if (offsets.baseline !== undefined) {
        const [own, other] = paired(inputs[primary.name], table.numbers(offsets.baseline));
        inputs[primary.name] = own;
        request.baseline = { [primary.name]: other };
    }
    try {
        const evaluation = await evaluate("/v1/evaluations", request, signal);
        const numbers = Object.fromEntries(loss.inputs.map(({ name }) => [name, inputs[name]]));
        const single = { ...values, ...numbers, weights, mask, missing: "skip", outputs };
        const { elements, ...whole } = await evaluate(loss.href, single, signal);
        const rows = { heads: ["line", ...table.names], at: ([row]) => table.row(row) };
        return { ...evaluation, whole, elements, rows };
    } catch (error) {
        throw placed(error, table, offsets);
    }
}

/** The predictions of two models, each without those that the other lacks. */
export function paired(own, other) {
    const present = (values) =>
        values.map((value, row) => (own[row] === null || other[row] === null ? null : value));
    return [present(own), present(other)];
}

/** The refusal of a number, with its cell; another error as it is. */
export function placed(error, table, offsets) {
    if (!(error instanceof Refusal)) return error;
    const [first, ...rest] = error.problem.pointer?.split("/").slice(1) ?? [];
    const [input, row] = first === "inputs" ? rest : [first, rest.at(-1)];
    if (offsets[input] === undefined || !(Number(row) < table.count)) return error;
    return table.error(Number(row), offsets[input], `: ${error.message}`);
}

/**
 * The same for the arrays of an archive, which the service reads.
 *
 * @param mostElements The bytes of an archive of which the losses one by one are asked for too.
 */
export async function evaluateArchive(terms, archive, offsets, { signal, onProgress, mostElements }) {
    const all = [...terms.losses, ...terms.metrics];
    checkInputs(all, offsets, "array");
    const type = "application/x-npz";
    const [{ loss, values }] = terms.losses;
    const members = Object.fromEntries(chosen(offsets, fieldsOf(all)));
    const groups = offsets.group === undefined ? undefined : await archive.groups(offsets.group);
    if (offsets.baseline !== undefined) members[`baseline.${loss.inputs[0].name}`] = offsets.baseline;
    const { losses, metrics } = lists(terms);
    const fields = { losses: JSON.stringify(losses), metrics: JSON.stringify(metrics), missing: "skip" };
    const query = new URLSearchParams(fields);
    const body = archive.with(members, groups && { groups: groups.member });
    const evaluation = await sendFile(`/v1/evaluations?${query}`, body, { type, signal, onProgress });
    for (const one of evaluation.groups ?? []) one.group = groups.names?.[one.group] ?? one.group;
    evaluation.groups?.sort((one, other) => (one.group < other.group ? -1 : 1));
    const rows = { heads: ["index"], at: (place) => [`[${place.join(", ")}]`] };
    if (archive.blob.size > mostElements) return { ...evaluation, rows };
    const single = new URLSearchParams({ ...values, missing: "skip", outputs });
    const own = archive.with(Object.fromEntries(chosen(offsets, fieldsOf([terms.losses[0]]))));
    const path = `${loss.href}?${single}`;
    const { elements, ...whole } = await sendFile(path, own, { type, signal, onProgress });
    return { ...evaluation, whole, elements: elements.flat(Infinity), rows };
}
