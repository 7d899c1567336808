// SPDX-License-Identifier: Apache-2.0

import { parseOption } from "./controls.js";
import { h } from "./dom.js";
import { Loss } from "./loss.js";
import { advice, entryNamed, linked } from "./names.js";

/**
 * A loss or metric with chosen options, as addresses and fields name it: `huber(delta=0.5)`.
 *
 * Several options are separated by semicolons, the numbers of a list by commas.
 */
export class Choice {
    /** @param options The chosen options as texts, by name. */
    constructor(name, options = {}) {
        this.name = name;
        this.options = options;
    }

    /**
     * The choice of a loss or metric with values of options, but for those that are the defaults.
     *
     * @param owner The loss or metric.
     * @param chosen The values.
     * @param name The name by which it is chosen, which may imply others.
     */
    static of(owner, chosen, name = owner.name) {
        const standard = owner.resolved(owner.implied(name));
        const text = (value) => [value ?? ""].flat().join(",");
        const entries = Object.entries(chosen).map(([name, value]) => [name, text(value)]);
        return new Choice(
            name,
            Object.fromEntries(entries.filter(([name, value]) => value !== text(standard[name]))),
        );
    }

    /** The choice in a text; a text without options is a name. */
    static parse(text) {
        const [, name, list] = text.trim().match(/^([^()]*)\((.*)\)$/) ?? [undefined, text.trim(), ""];
        const options = list
            .split(";")
            .filter((part) => part.trim() !== "")
            .map((part) => {
                const [option, ...value] = part.split("=");
                return [option.trim(), value.join("=").trim()];
            });
        return new Choice(name.trim(), Object.fromEntries(options));
    }

    /** The choices in a text that separates them by commas. */
    static list(text) {
        return (text.match(/(?:\([^()]*\)|[^,()])+/g) ?? []).map((part) => Choice.parse(part));
    }

    get text() {
        const options = Object.entries(this.options).map(([name, value]) => `${name}=${value}`);
        return this.name + (options.length > 0 ? `(${options.join(";")})` : "");
    }

    /** The chosen options in words. */
    get words() {
        return Object.entries(this.options)
            .map(([name, value]) => `${name} = ${value}`)
            .join(", ");
    }

    /** The query of the page of the loss. */
    get query() {
        const fields = new URLSearchParams(this.options).toString().replaceAll("%2C", ",");
        return fields === "" ? "" : `?${fields}`;
    }

    /**
     * The choice with the loss, by its own name, and the values of its options, with those that an alias implies.
     *
     * @throws SyntaxError with an option that the loss does not have, or a value that it does not allow.
     */
    async load(entries) {
        const entry = entryNamed(entries, this.name);
        const loss = await Loss.load(entry.href);
        const values = { ...loss.implied(this.name), ...this.values(loss) };
        return Object.assign(Choice.of(loss, values), { loss, values });
    }

    /**
     * The values of the options.
     *
     * @param owner A loss or metric, with the options that it has.
     * @throws SyntaxError with an option that it does not have, or a value that it does not allow.
     */
    values(owner) {
        const values = {};
        for (const [name, text] of Object.entries(this.options)) {
            const option = owner.options.find((one) => one.name === name);
            if (!option) {
                const names = owner.options.map((one) => one.name).join(", ");
                throw new SyntaxError(
                    `${owner.name} has no option ${name}${names ? `; it has ${names}` : ", and no other"}.`,
                );
            }
            const value = parseOption(option, text);
            if (value === undefined)
                throw new SyntaxError(`${name} is ${text || "empty"}, but must be: ${option.allowed}.`);
            values[name] = value;
        }
        return values;
    }
}

/** What the service says of a name that no loss has, with the nearest losses to choose instead. */
export async function unknownName(name, choose) {
    const { entries, hint } = await advice(name);
    return h(
        "p",
        { class: "message" },
        await linked(hint),
        entries.map((entry) => [
            " ",
            h(
                "button",
                { type: "button", class: "link", onclick: () => choose(entry.name) },
                `Show ${entry.name}`,
            ),
        ]),
    );
}
