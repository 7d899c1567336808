// SPDX-License-Identifier: Apache-2.0

/** The reason that a table is refused, with the text at the place, of which a part is wrong. */
export class TableError extends SyntaxError {
    /**
     * @param message What is wrong, and what would be accepted.
     * @param place The line, and its text in three parts: `before`, `wrong` and `after`.
     */
    constructor(message, place) {
        super(message);
        this.place = place;
    }
}

/** The most groups that are proposed; more can be chosen. */
const mostGroups = 200;

/** Texts by column, with the line of each row. */
export class Table {
    /**
     * @param names The names of the columns.
     * @param separator What separates cells.
     */
    constructor(names, separator) {
        this.names = names;
        this.separator = separator;
        this.columns = names.map(() => []);
        this.lines = [];
    }

    get count() {
        return this.lines.length;
    }

    /** The line of a row, and its cells. */
    row(index) {
        return [String(this.lines[index]), ...this.columns.map((texts) => texts[index])];
    }

    add(cells, line) {
        for (const [index, text] of cells.entries()) this.columns[index].push(text.trim());
        this.lines.push(line);
    }

    /** Whether the first cells of a column are numbers. */
    hasNumbers(column) {
        return this.columns[column].slice(0, 100).every((text) => numberIn(text) !== undefined);
    }

    /** Whether a column has several different texts, which repeat, as names of groups do. */
    hasGroups(column) {
        const { size } = new Set(this.columns[column]);
        return size > 1 && size <= Math.min(mostGroups, this.count / 2);
    }

    /** What a column of predictions has, by the numbers in it and in that of the targets. */
    kind(predictions, targets) {
        const isBinary = (number) => number === 0 || number === 1;
        if (!this.#hasOnly(targets, isBinary)) return "numbers";
        if (this.#hasOnly(predictions, isBinary)) return "classes";
        return this.#hasOnly(predictions, (number) => number >= 0 && number <= 1)
            ? "probabilities"
            : "logits";
    }

    /** Whether a column has numbers of a kind only, but for missing values. */
    #hasOnly(column, accepts) {
        return this.columns[column].every((text) => {
            const number = numberIn(text);
            return number === null || (number !== undefined && accepts(number));
        });
    }

    /** The numbers of a column, `null` where a value is missing; throws if it has other texts. */
    numbers(column) {
        return this.columns[column].map((text, row) => {
            const number = numberIn(text);
            if (number === undefined) throw this.error(row, column, reasonAgainst(text));
            return number;
        });
    }

    /** An error at a cell. */
    error(row, column, reason) {
        const cells = this.columns.map((texts) => texts[row]);
        return new TableError(`Line ${this.lines[row]}, column "${this.names[column]}"${reason}`, {
            line: this.lines[row],
            before: [...cells.slice(0, column), ""].join(this.separator),
            wrong: cells[column],
            after: ["", ...cells.slice(column + 1)].join(this.separator),
        });
    }
}

/** The numbers that a cell may have. */
const syntax = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const missing = new Set(["", "na", "nan", "null"]);
const booleans = new Map([
    ["true", 1],
    ["false", 0],
]);

/** The number in a cell, as the service reads one; `null` if it is missing, `undefined` if there is none. */
function numberIn(text) {
    const word = text.toLowerCase();
    if (missing.has(word)) return null;
    if (booleans.has(word)) return booleans.get(word);
    if (!syntax.test(text)) return undefined;
    const number = Number(text);
    return Number.isFinite(number) ? number : undefined;
}

/** The end of the sentence that refuses a cell, and says what would be accepted. */
function reasonAgainst(text) {
    if (/^[+-]?\d+,\d+$/.test(text))
        return ` is "${text}", but decimals must be separated by a point: write ${text.replace(",", ".")}.`;
    if (/^[+-]?inf(inity)?$/i.test(text))
        return ` is ${text}, but numbers must be finite, or empty, NA, NaN or NULL for a missing value.`;
    if (syntax.test(text)) return ` is ${text}, which is too large for a double (about 1.8e308).`;
    return (
        ` is "${text}", but must be a number such as -1.5e3, true or false, or empty, NA, NaN or NULL ` +
        "for a missing value. Is it the column that you mean?"
    );
}
