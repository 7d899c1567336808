// SPDX-License-Identifier: Apache-2.0

import { h } from "./dom.js";
import { histogram } from "./histogram.js";
import { exact, short } from "./numbers.js";
import { facts, grid } from "./tables.js";

/** The mean with its statistics, a histogram, and the worst rows and the groups as tables. */
export function dataReport(whole, groups, table) {
    const { statistics, elements } = whole;
    const worst = elements
        .map((loss, index) => ({ loss, index }))
        .filter(({ loss }) => loss !== null)
        .sort((a, b) => b.loss - a.loss)
        .slice(0, 10);
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
                    .map(([name, value]) => [name.replaceAll("_", " "), exact(value?.loss ?? value)]),
            ),
        ),
        h("h2", {}, "Losses of the rows"),
        histogram(elements.filter((loss) => loss !== null)),
        groups.length > 0 ? [h("h2", {}, "By group"), groupTable(groups)] : [],
        h("h2", {}, "The worst rows"),
        rowsTable(worst, table),
    ].flat();
}

function groupTable(groups) {
    return grid(
        "groups",
        ["group", "rows", "loss", "standard error"],
        groups.map(({ name, count, result, reason }) => [
            name,
            String(count),
            result ? exact(result.loss) : reason,
            result ? short(result.statistics.standard_error) : "",
        ]),
    );
}

function rowsTable(worst, { names, columns }) {
    return grid(
        "rows",
        ["row", "loss", ...names],
        worst.map(({ loss, index }) => [
            String(index + 1),
            exact(loss),
            ...columns.map((column) => column[index]),
        ]),
    );
}
