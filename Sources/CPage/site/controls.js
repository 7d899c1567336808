// SPDX-License-Identifier: Apache-2.0

import { freshID, h } from "./dom.js";
import { numberOf } from "./forms.js";
import { parseNumbers } from "./numbers.js";

/** The value of an option in a text, such as that of an address; `undefined` if it has none. */
export function parseOption(option, text) {
    if (text === undefined || text === "") return undefined;
    if (option.type === "boolean") return text === "true";
    if (option.type === "string") return text;
    const numbers = parseNumbers(text);
    if (!numbers) return undefined;
    return option.type.includes("array") && numbers.length > 1 ? numbers : numbers[0];
}

/** A control for an option, with its range; calls `onChange` with the new value. */
export function optionControl(option, value, onChange) {
    const id = freshID(option.name);
    const note = h(
        "p",
        { class: "note", id: `${id}-note` },
        option.summary,
        " ",
        h("span", { class: "allowed" }, allowed(option)),
    );
    const attributes = { id, "aria-describedby": note.id, "data-option": option.name };
    const label = h("label", { for: id }, h("code", {}, option.name));
    return h("div", { class: "option" }, label, fieldOf(option, value, attributes, onChange), note);
}

function allowed(option) {
    return option.type === "boolean" || option.type === "string" ? "" : `Allowed: ${option.allowed}.`;
}

function fieldOf(option, value, attributes, onChange) {
    switch (option.type) {
        case "boolean":
            return h("input", {
                ...attributes,
                type: "checkbox",
                checked: value,
                onchange: (event) => onChange(event.target.checked),
            });
        case "string":
            return h(
                "select",
                { ...attributes, onchange: (event) => onChange(event.target.value) },
                option.choices.map((choice) =>
                    h("option", { value: choice, selected: choice === value }, choice),
                ),
            );
        case "integer":
            return integerField(option, value, attributes, onChange);
        case "number":
            return numberField(option, value, attributes, onChange);
        default:
            return h("input", {
                ...attributes,
                type: "text",
                inputmode: "decimal",
                value: [value ?? ""].flat().join(", "),
                placeholder: "none",
                onchange: (event) => onChange(parseOption(option, event.target.value)),
            });
    }
}

/** A field for an integer, which may be empty if there is no default. */
function integerField({ range, default: standard }, value, attributes, onChange) {
    const bound = (number) => (Number.isFinite(number) ? number : undefined);
    const field = h("input", {
        ...attributes,
        type: "number",
        step: 1,
        min: bound(range.low),
        max: bound(range.high),
        required: standard !== null,
        value,
        placeholder: "none",
        onchange: () => {
            if (field.reportValidity()) onChange(field.value === "" ? undefined : Number(field.value));
        },
    });
    return field;
}

/** A slider with a field for the exact number. */
function numberField(option, value, attributes, onChange) {
    const scale = sliderScale(option);
    const field = h("input", { ...attributes, type: "text", inputmode: "decimal", value, class: "exact" });
    const slider = h("input", {
        type: "range",
        min: 0,
        max: 1000,
        value: scale.position(value),
        "aria-label": option.name,
        "aria-valuetext": String(value),
    });
    const change = (number) => {
        slider.setAttribute("aria-valuetext", String(number));
        onChange(number);
    };
    slider.addEventListener("input", () => {
        field.value = scale.number(Number(slider.value));
        change(Number(field.value));
    });
    field.addEventListener("change", () => {
        const number = numberOf(field);
        if (number === undefined) return;
        slider.value = scale.position(number);
        change(number);
    });
    return h("div", { class: "slider" }, slider, field);
}

/** Maps the positions of a slider, 0 to 1000, to the numbers of an option that matter. */
function sliderScale({ range, default: standard }) {
    const isNarrow = range.high - range.low <= 200;
    const size = Math.abs(standard) || 1;
    if (range.low >= 0 && !isNarrow && standard > 0) {
        const [low, high] = [Math.max(size / 50, range.low), Math.min(size * 50, range.high)];
        const ratio = Math.log(high / low);
        return {
            number: (position) => Number((low * Math.exp((ratio * position) / 1000)).toPrecision(3)),
            position: (number) => Math.round((1000 * Math.log(Math.max(number, low) / low)) / ratio),
        };
    }
    const low = range.low > -1e3 ? range.low : standard - 5 * size;
    const high = range.high < 1e3 && isNarrow ? range.high : Math.max(low, standard) + 5 * size;
    const inset = (high - low) / 1000;
    const ends = [low + (range.isLowOpen ? inset : 0), high - (range.isHighOpen ? inset : 0)];
    return {
        number: (position) => Number((ends[0] + ((ends[1] - ends[0]) * position) / 1000).toPrecision(3)),
        position: (number) => Math.round((1000 * (number - ends[0])) / (ends[1] - ends[0])),
    };
}
