// SPDX-License-Identifier: Apache-2.0

import { h } from "./dom.js";
import { histogram } from "./histogram.js";
import { exact, placeIn, shapeOf, short } from "./numbers.js";
import { facts, grid } from "./tables.js";

/**
 * The mean with its statistics, a histogram, and the worst rows, the models and the groups as tables.
 *
 * @param whole The result of all rows.
 * @param models The means of one or two models, by the names of their columns.
 * @param groups Those of the rows of each group.
 * @param table The cells of the rows, if they are known.
 */
export function dataReport(whole, { models = [], groups = [], table = { names: [], columns: [] } } = {}) {
    const { statistics, elements } = whole;
    return [
        h("h2", {}, "Loss"),
        h(
            "p",
            { class: "figure-number" },
            exact(whole.loss),
            Number.isFinite(statistics.standard_error) ? ` ± ${short(statistics.standard_error)}` : "",
        ),
        h(
            "dl",
            { class: "facts" },
            facts(
                [...Object.entries(statistics), ["rows skipped", whole.skipped]]
                    .filter(([, value]) => value !== undefined)
                    .map(([name, value]) => [name.replaceAll("_", " "), statisticText(value, table)]),
            ),
        ),
        models.length > 1 ? comparison(models) : [],
        groups.length > 0 ? [h("h2", {}, "By group"), groupTable(groups, models)] : [],
        elements ? elementSections(elements, table) : noElements(),
    ].flat(2);
}

function noElements() {
    return h(
        "p",
        { class: "note" },
        "The server has evaluated this file while it arrived, so that it may be of any length. Files of up to ",
        "32 MiB have a histogram, the worst rows and groups too.",
    );
}

/** A number, or a loss with its place, in the line of its row if that is known. */
function statisticText(value, { lines }) {
    if (value?.place === undefined) return exact(value);
    const [row] = value.place;
    return `${exact(value.loss)} ${lines ? `in line ${lines[row]}` : `at [${value.place.join(", ")}]`}`;
}

/** The histogram of the losses, and the worst of them. */
function elementSections(elements, table) {
    const losses = elements.flat(Infinity);
    const shape = shapeOf(elements);
    const worst = losses
        .map((loss, index) => ({ loss, index }))
        .filter(({ loss }) => loss !== null)
        .sort((a, b) => b.loss - a.loss)
        .slice(0, 10);
    return [
        h("h2", {}, "Losses one by one"),
        histogram(losses.filter((loss) => loss !== null)),
        h("h2", {}, "The worst"),
        rowsTable(worst, table, shape),
    ];
}

/** The means of two models beside each other. */
function comparison(models) {
    const [lower, higher] = models.toSorted((a, b) => a.result.loss - b.result.loss);
    const verdict =
        lower.result.loss === higher.result.loss
            ? "Both models have the same loss."
            : `${lower.name} has the lower loss.`;
    return [
        h("h2", {}, "The models"),
        h(
            "p",
            {},
            h("strong", {}, verdict),
            " Rows without either prediction are left out. The standard errors are those of each mean by itself; on ",
            "the same rows, the difference of two models usually varies less.",
        ),
        grid(
            "models",
            ["predictions", "rows", "loss", "standard error"],
            models.map(({ name, result }) => [
                name,
                String(result.statistics.count),
                exact(result.loss),
                short(result.statistics.standard_error),
            ]),
        ),
    ];
}

function groupTable(groups, models) {
    const heads = models.flatMap(({ name }) =>
        models.length > 1 ? [`loss of ${name}`, "standard error"] : ["loss", "standard error"],
    );
    return grid(
        "groups",
        ["group", "rows", ...heads],
        groups.map(({ name, count, evaluated }) => [
            name,
            String(count),
            ...evaluated.flatMap(({ result, reason }) => [
                result ? exact(result.loss) : reason,
                result ? short(result.statistics.standard_error) : "",
            ]),
        ]),
    );
}

function rowsTable(worst, { names, columns, lines }, shape) {
    return grid(
        "rows",
        [lines ? "line" : "index", "loss", ...names],
        worst.map(({ loss, index }) => [
            lines ? String(lines[index]) : placeIn(shape, index),
            exact(loss),
            ...columns.map((column) => column[index]),
        ]),
    );
}
