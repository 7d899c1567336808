// SPDX-License-Identifier: Apache-2.0

import { Choice } from "./choice.js";
import { h } from "./dom.js";
import { adder, remover } from "./forms.js";

/** What an address has for a list without any. */
const none = "none";

/** Losses or metrics to be evaluated: a field that adds one, and a button beside each that removes it. */
export class TermList {
    /** The losses or metrics, in order. */
    terms = [];
    #load;
    #onChange;
    #items = h("ul", { class: "legend" });
    #notices = h("div", { class: "notices", "aria-live": "polite" });

    /**
     * @param label The label of the field.
     * @param names The names that it proposes.
     * @param example What may be written in it.
     * @param load Gives the loss or metric of a choice; throws a SyntaxError if there is none.
     * @param onChange Is called after something has been added or removed.
     */
    constructor({ label, names, example, load, onChange }) {
        this.#load = load;
        this.#onChange = onChange;
        const add = (text) => this.#add(text);
        this.element = h(
            "div",
            {},
            adder({ label, names, add, placeholder: example }),
            this.#items,
            this.#notices,
        );
    }

    /** The list for an address. */
    get text() {
        return this.terms.map(({ text }) => text).join(",") || none;
    }

    /** Shows the losses or metrics of a list, but for those that cannot be, and says why. */
    async show(text) {
        this.terms = [];
        await this.#append(text === none ? "" : text);
    }

    async #add(text) {
        const { length } = this.terms;
        await this.#append(text);
        if (this.terms.length > length) this.#onChange();
    }

    async #append(text) {
        this.#notices.replaceChildren();
        for (const choice of Choice.list(text)) {
            try {
                const term = await this.#load(choice);
                if (this.terms.every((one) => one.text !== term.text)) this.terms.push(term);
            } catch (error) {
                if (!(error instanceof SyntaxError)) throw error;
                this.#notices.append(h("div", {}, error.message));
            }
        }
        this.#draw();
    }

    #draw() {
        this.#items.replaceChildren(
            ...this.terms.map((term) =>
                h(
                    "li",
                    {},
                    h("code", {}, term.text),
                    " ",
                    remover(term.text, () => this.#remove(term)),
                ),
            ),
        );
    }

    #remove(term) {
        this.terms = this.terms.filter((one) => one !== term);
        this.#draw();
        this.#onChange();
    }
}
