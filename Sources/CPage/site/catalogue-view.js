// SPDX-License-Identifier: Apache-2.0

import { Address } from "./address.js";
import { catalogue, pagePath } from "./api.js";
import { debounced, freshID, h, latest } from "./dom.js";
import { advice, folded, linked } from "./names.js";
import { showSparkline } from "./sparkline.js";

/** The facts by which losses are filtered: a name, words, and a test of an entry of the catalogue. */
const facts = [
    ["convex", "convex", ({ properties }) => properties.includes("convex")],
    ["differentiable", "differentiable", ({ properties }) => properties.includes("differentiable")],
    [
        "robust",
        "robust: bounded gradient",
        ({ properties, bounds }) =>
            properties.includes("lipschitz") || (bounds?.gradient !== undefined && bounds.when === undefined),
    ],
    ["bounded", "bounded", ({ bounds }) => bounds?.loss !== undefined],
    ["symmetric", "symmetric", ({ properties }) => properties.includes("symmetric")],
    [
        "proper",
        "proper scoring rule",
        ({ properties }) => properties.includes("strictly_proper_scoring_rule"),
    ],
    [
        "calibrated",
        "classification calibrated",
        ({ properties }) => properties.includes("classification_calibrated"),
    ],
];

/** All losses by family, with a search of names and aliases, and filters by task and facts. */
export async function catalogueView() {
    const entries = await catalogue();
    const address = new Address();
    const families = [...new Set(entries.map(({ family }) => family))];
    const chosen = {
        query: address.get("q") ?? "",
        family: address.get("task") ?? "",
        facts: address.list("facts"),
    };
    const count = h("p", { class: "count", role: "status" });
    const hint = h("p", { class: "hint", "aria-live": "polite" });
    const cards = entries.map((entry) => ({ entry, ...card(entry) }));
    const sections = families.map((family) => ({
        family,
        element: h(
            "section",
            { class: "family", "aria-labelledby": `family-${family}` },
            h("h2", { id: `family-${family}` }, words(family)),
            h(
                "ul",
                { class: "cards" },
                cards.filter(({ entry }) => entry.family === family).map(({ element }) => element),
            ),
        ),
    }));

    let similar = [];
    const showCards = () => {
        for (const one of cards) {
            const match = similar.includes(one.entry.name) || matches(one.entry, chosen);
            one.element.hidden = !match;
            one.alias.textContent = match && match !== true ? `also called ${match}` : "";
        }
        for (const { family, element } of sections) {
            element.hidden = !cards.some((one) => one.entry.family === family && !one.element.hidden);
        }
        const shown = cards.filter(({ element }) => !element.hidden).length;
        count.textContent = shown === cards.length ? `${shown} losses` : `${shown} of ${cards.length} losses`;
    };
    /** Shows what the service says of a name that no loss has, and the losses that it takes it for. */
    const advise = latest(async () => {
        const query = chosen.query.trim();
        const isKnown = query === "" || entries.some((entry) => nameWith(entry, query));
        const found = isKnown ? { hint: "", entries: [] } : await advice(query);
        similar = found.entries.map(({ name }) => name);
        showCards();
        const isFiltered = isKnown && cards.every(({ element }) => element.hidden);
        const text = isFiltered ? "The losses with this name lack the chosen task or facts." : found.hint;
        hint.replaceChildren(...(await linked(text)));
    });
    const update = () => {
        similar = [];
        showCards();
        advise();
        address.set("q", chosen.query);
        address.set("task", chosen.family);
        address.set("facts", chosen.facts.join(","));
    };
    update();
    return {
        element: h(
            "div",
            { class: "catalogue" },
            h(
                "div",
                { class: "intro" },
                h("h1", {}, "Losses, drawn by the server that computes them"),
                h(
                    "p",
                    {},
                    "Each curve below is the loss over one prediction, as this server computes it. Open one to change its " +
                        "options, follow its gradient, and send a request.",
                ),
            ),
            filters(families, chosen, update),
            hint,
            count,
            sections.map(({ element }) => element),
        ),
        start: () => watch(cards),
    };
}

function filters(families, chosen, update) {
    const later = debounced(120, update);
    const search = freshID("search");
    const task = freshID("task");
    return h(
        "form",
        { class: "filters", role: "search", onsubmit: (event) => event.preventDefault() },
        h(
            "div",
            { class: "field" },
            h("label", { for: search }, "Search"),
            h("input", {
                id: search,
                type: "search",
                value: chosen.query,
                placeholder: "huber, MSELoss, reg:squarederror …",
                autocomplete: "off",
                oninput: (event) => {
                    chosen.query = event.target.value;
                    later();
                },
            }),
        ),
        h(
            "div",
            { class: "field" },
            h("label", { for: task }, "Task"),
            h(
                "select",
                {
                    id: task,
                    onchange: (event) => {
                        chosen.family = event.target.value;
                        update();
                    },
                },
                h("option", { value: "" }, "all"),
                families.map((family) =>
                    h("option", { value: family, selected: family === chosen.family }, words(family)),
                ),
            ),
        ),
        h(
            "fieldset",
            {},
            h("legend", {}, "Facts"),
            facts.map(([name, text]) =>
                h(
                    "label",
                    { class: "chip" },
                    h("input", {
                        type: "checkbox",
                        checked: chosen.facts.includes(name),
                        onchange: (event) => {
                            chosen.facts = facts
                                .map(([one]) => one)
                                .filter((one) =>
                                    one === name ? event.target.checked : chosen.facts.includes(one),
                                );
                            update();
                        },
                    }),
                    text,
                ),
            ),
        ),
    );
}

function words(name) {
    return name.replaceAll("_", " ");
}

/** Whether an entry is shown; the alias that matches, if its name does not. */
function matches(entry, { query, family, facts: wanted }) {
    if (family && entry.family !== family) return false;
    if (!facts.every(([name, , test]) => !wanted.includes(name) || test(entry))) return false;
    const name = nameWith(entry, query);
    if (name) return name === entry.name || name;
    return folded(entry.summary).includes(folded(query));
}

/** The name or alias of an entry that has the text of a search in it. */
function nameWith({ name, aliases }, query) {
    const sought = folded(query);
    return [name, ...aliases].find((one) => folded(one).includes(sought));
}

/** A name that may be broken after each underscore. */
function breakable(name) {
    return name.split(/(?<=_)/).map((part, index) => (index > 0 ? [h("wbr"), part] : part));
}

function card(entry) {
    const picture = h("div", { class: "sparkline" });
    const alias = h("p", { class: "alias" });
    const element = h(
        "li",
        { class: "card" },
        h("a", { href: pagePath(entry.href) }, picture, h("h3", {}, breakable(entry.name))),
        h("p", {}, entry.summary),
        alias,
    );
    return { element, picture, alias };
}

/** Draws the curve of each card when it comes into view. */
function watch(cards) {
    const entries = new Map(cards.map(({ picture, entry }) => [picture, entry]));
    const observer = new IntersectionObserver(
        (changes) => {
            for (const { target, isIntersecting } of changes) {
                if (!isIntersecting) continue;
                observer.unobserve(target);
                showSparkline(target, entries.get(target).href);
            }
        },
        { rootMargin: "200px" },
    );
    for (const picture of entries.keys()) observer.observe(picture);
}
