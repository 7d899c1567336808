// SPDX-License-Identifier: Apache-2.0

import { Choice } from "./choice.js";
import { optionControl } from "./controls.js";
import { h } from "./dom.js";
import { adder, remover } from "./forms.js";

/** What an address has for a list without any. */
const none = "none";

/** Losses or metrics to be evaluated: a field that adds one, and for each its options and a button that removes it. */
export class TermList {
    #entries = [];
    #load;
    #onChange;
    #items = h("ul", { class: "terms" });
    #notices = h("div", { class: "notices", "aria-live": "polite" });

    /**
     * @param label The label of the field.
     * @param names The names that it proposes.
     * @param example What may be written in it.
     * @param load Gives the loss or metric of a choice; throws a SyntaxError if there is none.
     * @param onChange Is called after something has been added, changed or removed.
     */
    constructor({ label, names, example, load, onChange }) {
        this.#load = load;
        this.#onChange = onChange;
        const add = (text) => this.#add(text);
        this.element = h(
            "div",
            { class: "term-list" },
            adder({ label, names, add, placeholder: example }),
            this.#notices,
            this.#items,
        );
    }

    /** The losses or metrics, in order. */
    get terms() {
        return this.#entries.map(({ term }) => term);
    }

    /** The list for an address. */
    get text() {
        return this.terms.map(({ text }) => text).join(",") || none;
    }

    /** Shows the losses or metrics of a list, but for those that cannot be, and says why. */
    async show(text) {
        if (text === (this.#entries.length === 0 ? "" : this.text)) return;
        this.#entries = [];
        this.#items.replaceChildren();
        await this.#append(text === none ? "" : text);
    }

    async #add(text) {
        const { length } = this.#entries;
        await this.#append(text);
        if (this.#entries.length > length) this.#onChange();
    }

    async #append(text) {
        this.#notices.replaceChildren();
        for (const choice of Choice.list(text)) {
            try {
                const term = await this.#load(choice);
                if (this.terms.every((one) => one.text !== term.text)) this.#show(new TermItem(term));
            } catch (error) {
                if (!(error instanceof SyntaxError)) throw error;
                this.#notices.append(h("div", {}, error.message));
            }
        }
    }

    #show(item) {
        this.#entries.push(item);
        item.onRemove = () => {
            this.#entries = this.#entries.filter((one) => one !== item);
            item.element.remove();
            this.#onChange();
        };
        item.onChoose = async (choice) => {
            item.term = await this.#load(choice);
            this.#onChange();
        };
        this.#items.append(item.element);
    }
}

/** A loss or metric of a list, which stays in its place while its options change. */
class TermItem {
    onRemove;
    onChoose;
    #term;
    #text = h("code", {});
    #remove = remover("", () => this.onRemove());

    constructor(term) {
        this.term = term;
        const { owner, values } = term;
        const chosen = { ...values };
        const resolved = owner.resolved(chosen);
        const change = (option, value) => {
            if (value === undefined) delete chosen[option.name];
            else chosen[option.name] = value;
            this.onChoose(Choice.of(owner, chosen, term.name));
        };
        const controls = owner.options.map((option) =>
            optionControl(option, resolved[option.name], (value) => change(option, value)),
        );
        this.element = h(
            "li",
            {},
            this.#text,
            " ",
            this.#remove,
            controls.length === 0
                ? []
                : h("details", { class: "controls" }, h("summary", {}, "Options"), controls),
        );
    }

    get term() {
        return this.#term;
    }

    set term(term) {
        this.#term = term;
        this.#text.textContent = term.text;
        this.#remove.setAttribute("aria-label", `remove ${term.text}`);
    }
}
