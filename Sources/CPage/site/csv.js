// SPDX-License-Identifier: Apache-2.0

/** The number of characters that are parsed before others get a turn. */
const chunkLength = 1 << 20;

/**
 * Reads a CSV file piece by piece: a header, then rows of the same number of fields (RFC 4180; also
 * separated by semicolons or tabs).
 *
 * @param blob The file.
 * @param onProgress Is called with the share that has been read.
 * @param signal Ends the reading.
 * @returns The names of the columns and, for each, an array of texts.
 */
export async function readCSV(blob, onProgress, signal) {
    const reader = blob
        .stream()
        .pipeThrough(new TextDecoderStream("utf-8", { fatal: true }))
        .getReader();
    const rows = new RowCollector();
    let length = 0;
    for (;;) {
        signal.throwIfAborted();
        const { done, value } = await reader.read();
        if (done) break;
        for (let start = 0; start < value.length; start += chunkLength)
            rows.receive(value.slice(start, start + chunkLength));
        length += value.length;
        onProgress(Math.min(1, length / blob.size));
    }
    return rows.finish();
}

/** Splits text into fields and rows, and collects these by column. */
class RowCollector {
    #rest = "";
    #separator;
    names;
    columns = [];

    receive(text) {
        this.#rest += text;
        this.#consume(false);
    }

    finish() {
        if (this.#rest !== "" && !this.#rest.endsWith("\n")) this.#rest += "\n";
        this.#consume(true);
        if (this.#rest !== "") throw new SyntaxError("A quoted field is not closed.");
        if (!this.names || this.columns[0].length === 0)
            throw new SyntaxError("The file needs a line of names and at least one row.");
        return { names: this.names, columns: this.columns };
    }

    #consume() {
        this.#separator ??= guessSeparator(this.#rest);
        const separator = this.#separator;
        if (separator === undefined) return;
        let start = 0;
        let fields = [];
        let rowStart = 0;
        for (;;) {
            const field = readField(this.#rest, start, separator);
            if (!field) break;
            fields.push(field.text);
            start = field.end + 1;
            if (this.#rest[field.end] === separator) continue;
            if (fields.length > 1 || fields[0] !== "") this.#add(fields);
            fields = [];
            rowStart = start;
        }
        this.#rest = this.#rest.slice(rowStart);
    }

    #add(fields) {
        if (!this.names) {
            this.names = fields.map((name, index) => name.trim() || `column ${index + 1}`);
            this.columns = fields.map(() => []);
            return;
        }
        if (fields.length !== this.names.length) {
            throw new SyntaxError(
                `Row ${this.columns[0].length + 1} has ${fields.length} fields, but there are ${this.names.length} names.`,
            );
        }
        for (const [index, text] of fields.entries()) this.columns[index].push(text.trim());
    }
}

/** The most frequent separator of the first line, once it is complete. */
function guessSeparator(text) {
    const end = text.indexOf("\n");
    if (end < 0) return undefined;
    const line = text.slice(0, end);
    const count = (separator) => line.split(separator).length;
    return [",", ";", "\t"].reduce((best, one) => (count(one) > count(best) ? one : best));
}

/** The field that begins at an offset, and the offset of what ends it; nothing if it is not complete. */
function readField(text, start, separator) {
    if (text[start] === '"') {
        for (let end = start + 1; ; ) {
            end = text.indexOf('"', end);
            if (end < 0 || end + 1 >= text.length) return undefined;
            if (text[end + 1] !== '"') {
                const next = text[end + 1] === "\r" ? end + 2 : end + 1;
                return next < text.length
                    ? { text: text.slice(start + 1, end).replaceAll('""', '"'), end: next }
                    : undefined;
            }
            end += 2;
        }
    }
    const line = text.indexOf("\n", start);
    if (line < 0) return undefined;
    const comma = text.indexOf(separator, start);
    const end = comma >= 0 && comma < line ? comma : line;
    return { text: text.slice(start, end).replace(/\r$/, ""), end };
}

/** The numbers of a column, `null` where a value is missing; `undefined` if it has other texts. */
export function numericColumn(texts) {
    const missing = new Set(["", "NA", "NaN", "nan", "NULL", "null", "None"]);
    const numbers = new Array(texts.length);
    for (const [index, text] of texts.entries()) {
        if (missing.has(text)) {
            numbers[index] = null;
        } else {
            numbers[index] = Number(text);
            if (!Number.isFinite(numbers[index])) return undefined;
        }
    }
    return numbers;
}
