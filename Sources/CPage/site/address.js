// SPDX-License-Identifier: Apache-2.0

/** A text as a value in a query, in which what addresses may have stays readable. */
export function encode(text) {
    return readable(encodeURIComponent(text));
}

function readable(query) {
    return query.replace(/%(?:2C|28|29|3B|3D)/g, decodeURIComponent);
}

/** The state of a view, which is kept in the query of its address, so that a link shows the same. */
export class Address {
    #path = location.pathname;
    #fields = new URLSearchParams(location.search);

    get(name) {
        return this.#fields.get(name) ?? undefined;
    }

    /** The values of a list. */
    list(name) {
        return (this.get(name) ?? "").split(",").filter(Boolean);
    }

    /**
     * Stores a value; an empty one, or the standard one, is left out.
     *
     * Nothing is stored after another view has been opened.
     */
    set(name, value, standard = "") {
        if (location.pathname !== this.#path) return;
        const text = String(value ?? "");
        if (text === "" || text === String(standard)) this.#fields.delete(name);
        else this.#fields.set(name, text);
        const query = readable(this.#fields.toString());
        history.replaceState(history.state, "", location.pathname + (query ? `?${query}` : ""));
    }
}
