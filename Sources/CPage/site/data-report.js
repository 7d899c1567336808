// SPDX-License-Identifier: Apache-2.0

import { h } from "./dom.js";
import { histogram } from "./histogram.js";
import { exact, short } from "./numbers.js";
import { facts, grid } from "./tables.js";

/** The mean of a long file with its statistics. */
export function fileReport(whole) {
    return [
        headline(exact(whole.loss), whole.statistics.standard_error),
        statisticsList(whole, {}),
        note(
            "The server has evaluated this file while it arrived, so that it may be of any length. Files of up to ",
            "32 MiB have metrics, other losses, a histogram, the worst rows and groups too.",
        ),
    ];
}

/**
 * The losses and metrics, the two models, the groups and the worst rows as tables, and a histogram of the first loss.
 *
 * @param terms The `losses` and `metrics`, in the order of the results.
 * @param models The names of the predictions of one model or two.
 * @param table The cells of the rows, if they are known.
 */
export function evaluationReport({ evaluation, whole }, { terms, models, table = {} }) {
    const { losses, metrics = [], groups = [] } = evaluation;
    const [main] = losses;
    return [
        headline(valueText(main), main.standard_error),
        h("h2", {}, "Losses and metrics"),
        resultsTable(losses, metrics, terms),
        models.length > 1 ? comparison([...losses, ...metrics], models) : [],
        groups.length > 0 ? [h("h2", {}, "By group"), groupTable(groups, models)] : [],
        whole ? elementSections(main.name, whole, table) : [],
        h("h2", {}, "The worst"),
        losses.map((loss, index) => worstRows(loss, table, index === 0)),
        whole ? [] : note("Archives of up to 32 MiB have a histogram too."),
    ].flat(2);
}

function headline(value, standardError) {
    return h("p", { class: "figure-number" }, value, errorText(standardError));
}

function errorText(standardError) {
    return Number.isFinite(standardError) ? ` ± ${short(standardError)}` : "";
}

function note(...texts) {
    return h("p", { class: "note" }, texts);
}

function statisticsList({ statistics, skipped }, table) {
    return h(
        "dl",
        { class: "facts" },
        facts(
            [...Object.entries(statistics), ["rows skipped", skipped]]
                .filter(([, value]) => value !== undefined)
                .map(([name, value]) => [name.replaceAll("_", " "), statisticText(value, table)]),
        ),
    );
}

/** A number, or a loss with its place, in the line of its row if that is known. */
function statisticText(value, { lines }) {
    if (value?.place === undefined) return exact(value);
    const [row] = value.place;
    return `${exact(value.loss)} ${lines ? `in line ${lines[row]}` : `at [${value.place.join(", ")}]`}`;
}

/** Members of a metric that are not parts of its value. */
const described = ["name", "metric", "value", "reason", "standard_error", "interval", "baseline"];

function resultsTable(losses, metrics, terms) {
    const row = (result, better = "", parts = []) => [
        result.name,
        [valueText(result), parts],
        short(result.standard_error),
        intervalText(result.interval),
        better,
        String(result.count ?? ""),
    ];
    return grid(
        "results",
        ["loss or metric", "value", "standard error", "95 % interval", "better", "losses"],
        [
            ...losses.map((loss) => row(loss, "lower")),
            ...metrics.map((metric, index) => row(metric, terms.metrics[index].better, partsOf(metric))),
        ],
    );
}

/** The parts of a metric, such as the reliability of a Brier score. */
function partsOf(metric) {
    return Object.entries(metric)
        .filter(([name]) => !described.includes(name))
        .map(([name, part]) => h("div", {}, `${name.replaceAll("_", " ")} ${exact(part)}`));
}

/** A value: a number, a list, or a line for each row of a matrix; or the reason that there is none. */
function valueText({ value, reason }) {
    if (value === null || value === undefined) return reason ?? "none";
    if (!Array.isArray(value)) return exact(value);
    const isMatrix = Array.isArray(value[0]);
    const line = (row) => row.map(exact).join(", ");
    return isMatrix ? value.map((row) => h("div", {}, line(row))) : line(value);
}

function intervalText(interval) {
    return interval ? interval.map((bound) => short(bound, 5)).join(" to ") : "";
}

/** The results of two models beside each other, with their differences on the same rows. */
function comparison(results, models) {
    const [own, other] = models;
    return [
        h("h2", {}, "The models"),
        h(
            "p",
            {},
            h("strong", {}, verdict(results[0], models)),
            " Rows without either prediction are left out.",
        ),
        grid(
            "models",
            ["loss or metric", own, other, "difference", "standard error", "95 % interval"],
            results.map((result) => {
                const { baseline } = result;
                return [
                    result.name,
                    valueText(result),
                    valueText(baseline),
                    exact(baseline.difference ?? null),
                    short(baseline.standard_error),
                    intervalText(baseline.interval),
                ];
            }),
        ),
    ];
}

/** Which model has the lower loss, and whether that may be chance. */
function verdict({ name, baseline: { difference, interval } }, [own, other]) {
    if (difference === null) return "No row has both predictions.";
    if (difference === 0) return `Both models have the same ${name}.`;
    const better = `${difference < 0 ? own : other} has the lower ${name}`;
    if (!interval) return `${better}.`;
    const [low, high] = interval;
    return low > 0 || high < 0
        ? `${better}: the interval of the difference of the same rows does not contain 0.`
        : `${better}, but the interval of the difference contains 0, so that it may be chance.`;
}

function groupTable(groups, models) {
    const results = ({ losses = [], metrics = [] }) => [...losses, ...metrics];
    const heads = results(groups[0]).flatMap(({ name, baseline }) =>
        baseline ? [name, `${name}, difference to ${models[1]}`] : [name],
    );
    return grid(
        "groups",
        ["group", "rows", ...heads],
        groups.map((group) => [
            group.group || "(empty)",
            String(group.losses[0].count),
            ...results(group).flatMap((result) => {
                const own = [valueText(result), errorText(result.standard_error)];
                const { baseline } = result;
                return baseline
                    ? [own, [exact(baseline.difference), errorText(baseline.standard_error)]]
                    : [own];
            }),
        ]),
    );
}

/** The statistics and the histogram of the losses of the rows. */
function elementSections(name, whole, table) {
    const losses = whole.elements.flat(Infinity).filter((loss) => loss !== null);
    return [
        h("h2", {}, `Losses one by one: ${name}`),
        statisticsList(whole, table),
        losses.length > 0 ? histogram(losses) : [],
    ];
}

/** The rows of the greatest losses, with their cells if they are known. */
function worstRows({ name, worst = [] }, { names = [], columns = [], lines }, isOpen) {
    return h(
        "details",
        { open: isOpen },
        h("summary", {}, name),
        grid(
            `rows by ${name}`,
            [lines ? "line" : "index", "loss", ...names],
            worst.map(({ loss, place }) => [
                lines ? String(lines[place[0]]) : `[${place.join(", ")}]`,
                exact(loss),
                ...columns.map((column) => column[place[0]]),
            ]),
        ),
    );
}
