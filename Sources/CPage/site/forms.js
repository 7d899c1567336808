// SPDX-License-Identifier: Apache-2.0

import { freshID, h } from "./dom.js";
import { parseNumber } from "./numbers.js";

/** A control below its label. */
export function labelled(text, control) {
    control.id ||= freshID("field");
    return h("div", { class: "field" }, h("label", { for: control.id }, text), control);
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
