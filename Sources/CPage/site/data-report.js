// SPDX-License-Identifier: Apache-2.0

import { h } from "./dom.js";
import { histogram } from "./histogram.js";
import { sampleSize } from "./long-file.js";
import { exact, short } from "./numbers.js";
import { facts, grid } from "./tables.js";

/** The most groups that are shown. */
const mostGroups = 500;

/**
 * The losses and metrics, the two models, the groups and the worst rows as tables, and a histogram of the first loss.
 *
 * @param result What `evaluateTable` and its like return.
 * @param terms The `losses` and `metrics`, in the order of the results.
 * @param models The names of the predictions of one model or two.
 * @param isLong Whether they are of a file that was evaluated in parts.
 */
export function evaluationReport(result, { terms, models, isLong }) {
    const { losses, metrics = [], groups = [], rows } = result;
    const [main] = losses;
    return [
        headline(main, models[0]),
        models.length > 1 ? comparison([...losses, ...metrics], models) : [],
        h("h2", {}, `Results of ${models[0]}`),
        resultsTable(losses, metrics, terms),
        isLong ? longNote(terms.metrics, models) : [],
        groups.length > 0 ? [h("h2", {}, "By group"), groupTable(groups, models)] : [],
        result.whole ? elementSections(main.name, result) : [],
        h("h2", {}, "The worst"),
        losses.map((loss, index) => worstRows(loss, rows, index === 0)),
        result.whole ? [] : note("Archives of up to 32 MiB have a histogram too."),
    ].flat(2);
}

/** The beginning of a text. */
function brief(text) {
    return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function headline(main, model) {
    return [
        h("p", { class: "eyebrow" }, `${main.name} of ${model}`),
        h("p", { class: "figure-number" }, valueText(main), errorText(main.standard_error)),
    ];
}

function errorText(standardError) {
    return Number.isFinite(standardError) ? ` ± ${short(standardError)}` : "";
}

function note(...texts) {
    return h("p", { class: "note" }, texts);
}

/** What the results of a long file lack, and why. */
function longNote(metrics, models) {
    const texts = [
        "The file has more than 32 MiB, so it was evaluated in parts while it was read, whose sums the server has merged.",
    ];
    if (models.length > 1)
        texts.push("The standard errors of the differences of the models are computed by this page.");
    if (metrics.length > 0)
        texts.push(
            "A metric needs all rows at once and has not been computed:",
            `${metrics.map(({ text }) => text).join(", ")}.`,
            "For metrics, drop an .npz archive of the columns, which may be longer, or a part of the rows.",
        );
    return note(texts.join(" "));
}

function statisticsList({ statistics, skipped }, rows) {
    return h(
        "dl",
        { class: "facts" },
        facts(
            [...Object.entries(statistics), ["rows skipped", skipped]]
                .filter(([, value]) => value !== undefined)
                .map(([name, value]) => [name.replaceAll("_", " "), statisticText(value, rows)]),
        ),
    );
}

/** A number, or a loss with the line or index of its row. */
function statisticText(value, { heads: [noun], at }) {
    if (value?.place === undefined) return exact(value);
    const [label] = at(value.place);
    return `${exact(value.loss)} ${noun === "line" ? "in line" : "at"} ${label}`;
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
    const table = grid(
        "groups",
        ["group", "rows", ...heads],
        groups.slice(0, mostGroups).map((group) => [
            brief(group.group) || "(empty)",
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
    const count = groups.length;
    return count > mostGroups
        ? [table, note(`These are the first ${mostGroups} of ${count} groups.`)]
        : table;
}

/** The statistics and the histogram of the losses of the rows. */
function elementSections(name, { whole, elements, rows }) {
    const losses = elements.filter((loss) => loss !== null);
    const { count } = whole.statistics;
    return [
        h("h2", {}, `Losses one by one: ${name}`),
        statisticsList(whole, rows),
        losses.length > 0 ? histogram(losses) : [],
        losses.length === sampleSize && count > sampleSize
            ? note(`The histogram is that of ${sampleSize} losses drawn at random.`)
            : [],
    ];
}

/** The rows of the greatest losses, with their cells if they are known. */
function worstRows({ name, worst = [] }, { heads: [label, ...names], at }, isOpen) {
    return h(
        "details",
        { open: isOpen },
        h("summary", {}, name),
        grid(
            `rows by ${name}`,
            [label, "loss", ...names],
            worst.map(({ loss, place }) => {
                const [row, ...cells] = at(place);
                return [row, exact(loss), ...cells.map(brief)];
            }),
        ),
    );
}
