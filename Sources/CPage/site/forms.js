// SPDX-License-Identifier: Apache-2.0

import { freshID, h } from "./dom.js";
import { parseNumber } from "./numbers.js";

/** A control below its label. */
export function labelled(text, control) {
    control.id ||= freshID("field");
    return h("div", { class: "field" }, h("label", { for: control.id }, text), control);
}

/**
 * A field that proposes names, with a button that adds what is written in it.
 *
 * @param add Is called with the text.
 * @param others What is beside the button.
 */
export function adder({ label, names, add, ...attributes }, ...others) {
    const list = freshID("names");
    const field = h("input", {
        type: "text",
        list,
        autocomplete: "off",
        autocapitalize: "off",
        spellcheck: "false",
        ...attributes,
    });
    return h(
        "form",
        {
            class: "filters",
            onsubmit: (event) => {
                event.preventDefault();
                add(field.value);
                field.value = "";
            },
        },
        labelled(label, field),
        h("button", {}, "Add"),
        h(
            "datalist",
            { id: list },
            names.map((value) => h("option", { value })),
        ),
        others,
    );
}

/** A button in a list that removes an item. */
export function remover(text, onRemove) {
    return h(
        "button",
        { type: "button", class: "link", "aria-label": `remove ${text}`, onclick: onRemove },
        "remove",
    );
}

/** The options of a select in groups: pairs of a label and names. */
export function optionGroups(groups) {
    return groups.map(([label, names]) =>
        h("optgroup", { label }, options(names.map((name) => [name, name]))),
    );
}

/** The options of a select: pairs of a value and a text. */
export function options(pairs, chosen) {
    return pairs.map(([value, text]) => h("option", { value, selected: value === chosen }, text));
}

/** The number in a field; otherwise the field asks for one. */
export function numberOf(field) {
    const number = parseNumber(field.value);
    field.setCustomValidity(number === undefined ? "Write one number, with a decimal point." : "");
    field.reportValidity();
    return number;
}
