// SPDX-License-Identifier: Apache-2.0

import { Address } from "./address.js";
import { catalogue } from "./api.js";
import { Comparison, quantities } from "./comparison.js";
import { freshID, h } from "./dom.js";
import { labelled, options } from "./forms.js";

const most = 6;
const standard = ["squared_error", "absolute_error", "huber", "log_cosh"];

/** Up to six losses over one axis. */
export async function compareView() {
    const address = new Address();
    const entries = await catalogue();
    const hrefs = new Map(entries.map(({ name, href }) => [name, href]));
    const listed = address.list("losses").filter((name) => hrefs.has(name));
    let names = listed.length > 0 ? listed.slice(0, most) : standard;
    const figure = new Comparison((name) => show(names.filter((one) => one !== name)));

    const view = () => ({
        quantity: address.get("of") ?? "losses",
        isNormalised: address.get("normalise") === "1",
    });
    const show = async (chosen) => {
        names = chosen;
        address.set("losses", names.join(","), standard.join(","));
        await figure.load(
            names.map((name) => hrefs.get(name)),
            view(),
        );
    };
    const add = (name) => {
        if (names.includes(name)) figure.tell(`${name} is shown already.`);
        else if (names.length >= most) figure.tell("Six losses are shown already: remove one.");
        else show([...names, name]);
    };
    const change = (name, value, standardValue) => {
        address.set(name, value, standardValue);
        figure.draw(view());
    };
    return {
        title: "Compare",
        element: h(
            "article",
            { class: "compare" },
            h("h1", {}, "Compare"),
            toolbar(entries, view(), { add, change }),
            figure.element,
        ),
        start: () => show(names),
    };
}

function toolbar(entries, { quantity, isNormalised }, { add, change }) {
    const list = freshID("losses");
    const field = h("input", {
        type: "text",
        list,
        placeholder: "name of a loss",
        autocomplete: "off",
        oninput: () => field.setCustomValidity(""),
    });
    const select = h(
        "select",
        { onchange: () => change("of", select.value, "losses") },
        options(
            quantities.map(({ name, label }) => [name, label]),
            quantity,
        ),
    );
    const box = h("input", {
        type: "checkbox",
        checked: isNormalised,
        onchange: () => change("normalise", box.checked ? "1" : ""),
    });
    return h(
        "form",
        {
            class: "filters",
            onsubmit: (event) => {
                event.preventDefault();
                const entry = entries.find(
                    ({ name, aliases }) => name === field.value || aliases.includes(field.value),
                );
                if (entry) {
                    add(entry.name);
                    field.value = "";
                } else {
                    field.setCustomValidity("No loss has this name.");
                    field.reportValidity();
                }
            },
        },
        labelled("Add a loss", field),
        h("button", {}, "Add"),
        h(
            "datalist",
            { id: list },
            entries.map(({ name }) => h("option", { value: name })),
        ),
        labelled("Show", select),
        h("label", { class: "chip" }, box, "normalised"),
    );
}
