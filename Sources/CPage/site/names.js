// SPDX-License-Identifier: Apache-2.0

import { catalogue, get, pagePath, Refusal } from "./api.js";
import { h } from "./dom.js";

/** A name as the service compares names: in lower case and without separators. */
export function folded(name) {
    return name.toLowerCase().replace(/[-_:\s]/g, "");
}

/** The entry of the catalogue with a name or alias. */
export function entryNamed(entries, name) {
    const sought = folded(name);
    return entries.find((entry) => [entry.name, ...entry.aliases].some((one) => folded(one) === sought));
}

/** What the service says of a name that no loss has, and the entries with similar names, nearest first. */
export async function advice(name, list = "losses") {
    try {
        const document = await get(`/v1/${list}?name=${encodeURIComponent(name)}`);
        return { hint: document.hint ?? "", entries: document[list] };
    } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        return { hint: error.message, entries: [] };
    }
}

/** A text in which names and paths of losses are links. */
export async function linked(text) {
    const entries = await catalogue();
    return text.split(/(\/v1\/[a-z]+\/\w+|\w+)/).map((part) => {
        const entry = entries.find(({ name, href }) => name === part || href === part);
        return entry ? h("a", { href: pagePath(entry.href) }, entry.name) : part;
    });
}
