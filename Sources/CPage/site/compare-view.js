// SPDX-License-Identifier: Apache-2.0

import { Address } from "./address.js";
import { catalogue } from "./api.js";
import { Choice, unknownName } from "./choice.js";
import { Comparison, quantities } from "./comparison.js";
import { freshID, h } from "./dom.js";
import { adder, labelled, options } from "./forms.js";
import { entryNamed } from "./names.js";

const most = 6;
const standard = "squared_error,absolute_error,huber,log_cosh";

/** Up to six losses over one axis, each with options of its own. */
export async function compareView() {
    const address = new Address();
    const entries = await catalogue();
    const notices = h("div", { class: "notices", "aria-live": "polite" });
    let choices = [];
    const figure = new Comparison((text) => show(choices.filter((one) => one.text !== text)));

    const view = () => ({
        quantity: address.get("of") ?? "losses",
        isNormalised: address.get("normalise") === "1",
    });
    const show = async (chosen) => {
        choices = chosen;
        address.set("losses", choices.map(({ text }) => text).join(","), standard);
        await figure.load(choices, view());
    };
    const tell = (...nodes) => notices.append(...nodes.map((node) => h("div", {}, node)));
    /** Adds losses to those that are shown, and says which could not be added and why. */
    const add = async (added) => {
        const shown = [...choices];
        for (const { choice, found, reason } of await Promise.all(added.map((one) => load(one, entries)))) {
            const text = found?.text ?? choice.text;
            if (reason) tell(`${choice.text}: ${reason}`);
            else if (!found) tell(await unknownName(choice.name, (name) => replace(choice, name)));
            else if (shown.some((one) => one.text === text)) tell(`${text} is shown already.`);
            else if (shown.length >= most) tell(`Six losses are shown, so ${text} is not: remove one first.`);
            else shown.push(found);
        }
        await show(shown);
    };
    const replace = (choice, name) => {
        notices.replaceChildren();
        return add([new Choice(name, choice.options)]);
    };
    const change = (name, value, standardValue) => {
        address.set(name, value, standardValue);
        figure.draw(view());
    };
    const addNow = (text) => {
        notices.replaceChildren();
        return add(Choice.list(text));
    };
    return {
        title: "Compare",
        element: h(
            "article",
            { class: "compare" },
            h("h1", {}, "Compare"),
            toolbar(entries, view(), { add: addNow, change }),
            notices,
            figure.element,
        ),
        start: () => add(Choice.list(address.get("losses") ?? standard)),
    };
}

/** The loss of a choice by its own name, with the options that the given name implies; or why there is none. */
async function load(choice, entries) {
    if (!entryNamed(entries, choice.name)) return { choice };
    try {
        return { choice, found: await choice.load(entries) };
    } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        return { choice, reason: error.message };
    }
}

function toolbar(entries, { quantity, isNormalised }, { add, change }) {
    const note = freshID("note");
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
    const field = {
        label: "Add a loss",
        names: entries.map(({ name }) => name),
        add,
        placeholder: "huber(delta=0.5)",
        "aria-describedby": note,
    };
    return [
        adder(field, labelled("Show", select), h("label", { class: "chip" }, box, "normalised")),
        h(
            "p",
            { class: "note", id: note },
            "By any of its names, with options in parentheses, as in ",
            h("code", {}, "huber(delta=0.5)"),
            "; the same loss may be added with other options.",
        ),
    ];
}
