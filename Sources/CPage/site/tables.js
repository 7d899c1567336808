// SPDX-License-Identifier: Apache-2.0

import { h } from "./dom.js";
import { exact } from "./numbers.js";

/** The most rows of a table of curves, which has every so many of their numbers. */
const mostRows = 41;

/** A table with names of columns, which scrolls if it is too wide or long. */
export function grid(label, heads, rows) {
    return h(
        "div",
        { class: "scroll", tabindex: 0, role: "region", "aria-label": label },
        h("table", {}, h("thead", {}, headRow(heads)), body(rows)),
    );
}

function headRow(heads) {
    return h(
        "tr",
        {},
        heads.map((head) => h("th", { scope: "col" }, head)),
    );
}

function body(rows) {
    return h(
        "tbody",
        {},
        rows.map((cells) =>
            h(
                "tr",
                {},
                cells.map((cell) => h("td", {}, cell)),
            ),
        ),
    );
}

/** A table whose rows have a name first. */
export function pairs(caption, rows, heads = []) {
    return h(
        "table",
        {},
        caption === "" ? [] : h("caption", {}, caption),
        heads.length === 0
            ? []
            : h(
                  "thead",
                  {},
                  h(
                      "tr",
                      {},
                      h("td"),
                      heads.map((head) => h("th", { scope: "col" }, head)),
                  ),
              ),
        h(
            "tbody",
            {},
            rows.map(([name, ...cells]) =>
                h(
                    "tr",
                    {},
                    h("th", { scope: "row" }, name),
                    cells.map((cell) => h("td", {}, cell)),
                ),
            ),
        ),
    );
}

/** A list of names and what they mean. */
export function facts(rows) {
    return rows.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value)));
}

/** A number, or the word that there is none. */
export function numberText(number) {
    return Number.isFinite(number) ? exact(number) : "none";
}

/** The numbers of curves as a table, for `details`. */
export function numbersTable(xLabel, curves) {
    if (curves.length === 0) return [];
    const step = Math.max(1, Math.ceil(curves[0].samples.xs.length / mostRows));
    const hasLabels = curves.length > 1;
    const rows = curves.flatMap(({ label, samples: { xs, losses, gradients, hessians } }) =>
        xs
            .map((x, index) => [
                ...(hasLabels ? [label] : []),
                ...[x, losses[index], gradients[index], hessians[index]].map(numberText),
            ])
            .filter((_, index) => index % step === 0),
    );
    return [
        h("summary", {}, "The numbers as a table"),
        grid(
            "numbers of the curves",
            [...(hasLabels ? ["curve"] : []), xLabel, "loss", "gradient", "Hessian"],
            rows,
        ),
    ];
}

/** A short line in the colour of a series. */
export function swatch(series, isOverlay = false) {
    return h("span", {
        class: `swatch series-${series}${isOverlay ? " overlay" : ""}`,
        "aria-hidden": "true",
    });
}
