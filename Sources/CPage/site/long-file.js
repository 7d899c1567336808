// SPDX-License-Identifier: Apache-2.0

import { evaluate } from "./api.js";
import { readParts } from "./csv.js";
import { checkElements, checkInputs, columnsOf, paired, placed } from "./evaluation.js";

/** The number of characters of rows that are evaluated at once. */
const partLength = 1 << 20;

/** The number of partial sums that are merged into one. */
const mostPartials = 8;

/** The number of the greatest losses that are listed. */
const mostWorst = 10;

/** The most losses of which a histogram is drawn. */
export const sampleSize = 100_000;

/** The quantile of the normal distribution for intervals of 95 %. */
const quantile = 1.959963984540054;

/**
 * The losses of the rows of a CSV file of any length, which is evaluated in parts while it is read.
 *
 * The service computes the losses and partial sums of each part, and merges these: the results have the same bits as
 * those of one request. Metrics cannot be merged.
 *
 * @param losses The losses.
 * @param offsets The columns of the inputs, of `weights`, `mask` and `group`, and of `baseline`.
 * @returns What `evaluateTable` does, without metrics, and without the baseline of groups.
 */
export async function evaluateFile(losses, file, offsets, { signal, onProgress }) {
    checkElements(losses);
    checkInputs(losses, offsets, "column");
    const sums = losses.map((term) => new LongLoss(term, offsets));
    const sample = new Sample();
    let first = 0;
    let pending;
    for await (const table of readParts(file, partLength, onProgress, signal)) {
        await pending;
        pending = addPart(sums, sample, { table, first }, signal);
        // The error is thrown where the part is awaited, after the next one has been read.
        pending.catch(() => {});
        first += table.count;
    }
    await pending;
    const totals = await Promise.all(sums.map((one) => one.total(signal)));
    const [main] = totals;
    return {
        losses: totals.map(({ result }) => result),
        groups: main.groups.map(({ group }, place) => ({
            group,
            losses: totals.map(({ groups }) => groups[place]),
        })),
        whole: { statistics: main.statistics, skipped: sums[0].skipped },
        elements: sample.numbers,
        rows: { heads: ["line", ...main.names], at: ([index]) => main.rows.get(index) },
    };
}

/** Adds the losses of the rows of a part, and of the first loss a sample. */
async function addPart(sums, sample, part, signal) {
    if (part.table.count === 0) return;
    const [elements] = await Promise.all(sums.map((one) => one.add(part, signal)));
    for (const loss of elements) if (loss !== null) sample.add(loss);
}

/** The sums of a loss, and its greatest ones with their rows. */
class LongLoss {
    skipped = 0;
    #term;
    #offsets;
    #own = new PartialSums();
    #others = new PartialSums();
    #differences = new Differences();
    #worst = [];
    #least;
    #names;

    constructor(term, offsets) {
        this.#term = term;
        this.#offsets = offsets;
    }

    /** Adds a part, and returns its losses. */
    async add({ table, first }, signal) {
        const { loss, values } = this.#term;
        const [primary] = loss.inputs;
        const request = {
            ...values,
            ...columnsOf([this.#term], table, this.#offsets),
            offset: first,
            missing: "skip",
            reduction: "sum",
            outputs: ["elements", "partial"],
        };
        if (this.#offsets.group !== undefined) request.groups = table.columns[this.#offsets.group];
        let other;
        if (this.#offsets.baseline !== undefined)
            [request[primary.name], other] = paired(
                request[primary.name],
                table.numbers(this.#offsets.baseline),
            );
        const own = await this.#evaluate(request, table, this.#offsets, signal);
        await this.#own.add(own.partial, signal);
        if (other) {
            const offsets = { ...this.#offsets, [primary.name]: this.#offsets.baseline };
            const theirs = await this.#evaluate(
                { ...request, [primary.name]: other },
                table,
                offsets,
                signal,
            );
            await this.#others.add(theirs.partial, signal);
            this.#differences.add(own.elements, theirs.elements, request.weights);
        }
        this.skipped += own.skipped ?? 0;
        this.#names = table.names;
        for (const [row, element] of own.elements.entries())
            if (element !== null) this.#note(element, { table, first, row });
        return own.elements;
    }

    async #evaluate(request, table, offsets, signal) {
        try {
            return await evaluate(this.#term.loss.href, request, signal);
        } catch (error) {
            throw placed(error, table, offsets);
        }
    }

    /** Keeps a row if its loss is among the greatest, or the least. */
    #note(loss, { table, first, row }) {
        const isLeast = !(loss >= this.#least?.loss);
        const isWorst = this.#worst.length < mostWorst || loss > this.#worst.at(-1).loss;
        if (!isLeast && !isWorst) return;
        const noted = { loss, place: [first + row], row: table.row(row) };
        if (isLeast) this.#least = noted;
        if (!isWorst) return;
        const place = this.#worst.findIndex((one) => one.loss < loss);
        this.#worst.splice(place < 0 ? this.#worst.length : place, 0, noted);
        this.#worst.length = Math.min(this.#worst.length, mostWorst);
    }

    /** The results of all rows and of the groups, and the rows that have been kept, by their places. */
    async total(signal) {
        const { text: name } = this.#term;
        const own = await this.#own.merged(signal);
        const result = { name, ...mean(own), worst: this.#worst };
        if (this.#offsets.baseline !== undefined) {
            const other = mean(await this.#others.merged(signal));
            const difference = result.value - other.value;
            result.baseline = {
                ...other,
                difference,
                ...spread(difference, this.#differences.standardError),
            };
        }
        const extreme = ({ loss, index }) => ({ loss, place: [index] });
        const { least, greatest, ...statistics } = own.statistics;
        return {
            result,
            groups: (own.groups ?? []).map((group) => ({ group: group.group, name, ...mean(group) })),
            statistics: { ...statistics, least: extreme(least), greatest: extreme(greatest) },
            rows: new Map([...this.#worst, this.#least].map(({ place: [index], row }) => [index, row])),
            names: this.#names,
        };
    }
}

/** The mean of merged sums, as `POST /v1/evaluations` writes one; those of a group may be empty. */
function mean({ loss, statistics }) {
    return { value: loss, count: statistics?.count ?? 0, ...spread(loss, statistics?.standard_error) };
}

function spread(value, standardError) {
    if (!Number.isFinite(standardError)) return { standard_error: null, interval: null };
    const distance = quantile * standardError;
    return { standard_error: standardError, interval: [value - distance, value + distance] };
}

/** Partial sums, of which several are merged into one by the service. */
class PartialSums {
    #partials = [];

    async add(partial, signal) {
        this.#partials.push(partial);
        if (this.#partials.length < mostPartials) return;
        const { partial: sum } = await this.#merge(["partial"], signal);
        this.#partials = [sum];
    }

    merged(signal) {
        return this.#merge(["loss", "statistics"], signal);
    }

    #merge(outputs, signal) {
        return evaluate("/v1/merge", { partials: this.#partials, outputs }, signal);
    }
}

/** The standard error of the mean difference of the losses of two models, as of the statistics of the service. */
class Differences {
    #count = 0;
    /** The first difference, from which the others are measured, so that squares do not cancel. */
    #origin;
    /** The sums of the weights, and of their squares. */
    #weights = 0;
    #squares = 0;
    /** The sums of weights times distances, and of squared weights times distances and their squares. */
    #sum = 0;
    #squareSum = 0;
    #squareSquares = 0;

    add(own, other, weights) {
        for (const [row, loss] of own.entries()) {
            if (loss === null || other[row] === null) continue;
            const weight = weights?.[row] ?? 1;
            this.#origin ??= loss - other[row];
            const distance = loss - other[row] - this.#origin;
            this.#count += 1;
            this.#weights += weight;
            this.#squares += weight ** 2;
            this.#sum += weight * distance;
            this.#squareSum += weight ** 2 * distance;
            this.#squareSquares += (weight * distance) ** 2;
        }
    }

    get standardError() {
        if (this.#count < 2) return undefined;
        const center = this.#sum / this.#weights;
        const squares = this.#squareSquares - 2 * center * this.#squareSum + center ** 2 * this.#squares;
        return Math.sqrt((this.#count / (this.#count - 1)) * Math.max(0, squares)) / this.#weights;
    }
}

/** Numbers of which each is equally likely to be kept (Algorithm R of A. Waterman). */
class Sample {
    numbers = [];
    #seen = 0;

    add(number) {
        this.#seen += 1;
        if (this.numbers.length < sampleSize) {
            this.numbers.push(number);
            return;
        }
        const place = Math.floor(Math.random() * this.#seen);
        if (place < sampleSize) this.numbers[place] = number;
    }
}
