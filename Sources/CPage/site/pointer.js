// SPDX-License-Identifier: Apache-2.0

/**
 * The place of a value in a JSON text, by its JSON Pointer (RFC 6901).
 *
 * @returns Start and end of the value, or of the nearest value around it that exists; `undefined` if the
 *     text is not JSON up to there.
 */
export function locate(text, pointer) {
    const steps = pointer
        .split("/")
        .slice(1)
        .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
    try {
        return new Scanner(text).find(steps);
    } catch {
        return undefined;
    }
}

/** The offset in characters of an offset in bytes of UTF-8. */
export function characterOffset(text, bytes) {
    return new TextDecoder().decode(new TextEncoder().encode(text).slice(0, bytes)).length;
}

/** Reads a JSON text only as far as the values around the one that is sought. */
class Scanner {
    #next = 0;

    constructor(text) {
        this.text = text;
    }

    find(steps) {
        this.#space();
        const start = this.#next;
        const opening = this.text[start];
        if (steps.length > 0 && (opening === "{" || opening === "[")) {
            const inner = opening === "{" ? this.#member(steps) : this.#element(steps);
            if (inner) return inner;
        }
        this.#next = start;
        this.#skip();
        return { start, end: this.#next };
    }

    #space() {
        while (/\s/.test(this.text[this.#next] ?? "")) this.#next += 1;
    }

    #member([name, ...rest]) {
        for (this.#next += 1; ; ) {
            this.#space();
            if (this.text[this.#next] === "}") return undefined;
            const start = this.#next;
            this.#skip();
            const key = JSON.parse(this.text.slice(start, this.#next));
            this.#space();
            this.#next += 1;
            if (key === name) return this.find(rest);
            this.#skip();
            this.#space();
            if (this.text[this.#next] !== ",") return undefined;
            this.#next += 1;
        }
    }

    #element([index, ...rest]) {
        this.#next += 1;
        for (let count = Number(index); ; count -= 1) {
            this.#space();
            if (this.text[this.#next] === "]") return undefined;
            if (count === 0) return this.find(rest);
            this.#skip();
            this.#space();
            if (this.text[this.#next] !== ",") return undefined;
            this.#next += 1;
        }
    }

    /** Passes a value of any kind. */
    #skip() {
        this.#space();
        let depth = 0;
        do {
            const match = /\s*("(?:[^"\\]|\\.)*"|[^\s{}[\],:"]+|[{}[\],:])/y;
            match.lastIndex = this.#next;
            const token = match.exec(this.text)?.[1];
            if (token === undefined) throw new SyntaxError("The text ends within a value.");
            if (depth === 0 && /^[\]},:]$/.test(token)) throw new SyntaxError("A value is missing.");
            this.#next = match.lastIndex;
            if (token === "{" || token === "[") depth += 1;
            if (token === "}" || token === "]") depth -= 1;
        } while (depth > 0);
    }
}
