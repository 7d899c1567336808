// SPDX-License-Identifier: Apache-2.0

import { Table, TableError } from "./table.js";

/** The bytes of which the names and first rows of a long file are read. */
const headLength = 1 << 18;

/** The number of characters that are parsed before others get a turn. */
const chunkLength = 1 << 20;

/**
 * Reads a CSV file: a header, then rows of the same number of cells (RFC 4180; also separated by semicolons or
 * tabs).
 *
 * @param blob The file.
 * @param onProgress Is called with the share that has been read.
 * @param signal Ends the reading.
 * @throws TableError with a line that is refused.
 */
export async function readCSV(blob, onProgress, signal) {
    for await (const table of readParts(blob, Infinity, onProgress, signal)) return table;
}

/**
 * Reads a CSV file as tables of some of its rows each, in order.
 *
 * @param length The number of characters after which a table is given.
 */
export async function* readParts(blob, length, onProgress, signal) {
    const reader = blob
        .stream()
        .pipeThrough(new TextDecoderStream("utf-8", { fatal: true }))
        .getReader();
    const rows = new RowCollector();
    let [read, collected] = [0, 0];
    for (;;) {
        signal.throwIfAborted();
        const { done, value } = await next(reader);
        if (done) break;
        for (let start = 0; start < value.length; start += chunkLength)
            rows.receive(value.slice(start, start + chunkLength));
        read += value.length;
        collected += value.length;
        onProgress(Math.min(1, read / blob.size));
        if (collected < length || !rows.hasRows) continue;
        yield rows.take();
        collected = 0;
    }
    yield rows.finish();
}

/** The table of the first rows of a file. */
export async function readHead(blob) {
    const text = await blob.slice(0, headLength).text();
    const rows = new RowCollector();
    rows.receive(text);
    return rows.hasRows ? rows.take() : rows.finish();
}

async function next(reader) {
    try {
        return await reader.read();
    } catch (error) {
        if (!(error instanceof TypeError)) throw error;
        throw new SyntaxError(
            "The file is not text in UTF-8. Save it as CSV in UTF-8, or drop an .npz archive.",
        );
    }
}

/** Splits text into cells and rows, and collects these in a table. */
class RowCollector {
    #rest = "";
    #separator;
    /** The line in which the rest begins. */
    #line = 1;
    #table;
    /** The number of rows in the tables that have been taken. */
    #taken = 0;

    /** Whether a row is complete that has not been taken. */
    get hasRows() {
        return this.#table?.count > 0;
    }

    /** The table of the rows that are complete; the next one has those that follow. */
    take() {
        const table = this.#table;
        this.#table = new Table(table.names, table.separator);
        this.#taken += table.count;
        return table;
    }

    receive(text) {
        this.#rest += text;
        this.#consume();
    }

    finish() {
        if (this.#rest !== "" && !this.#rest.endsWith("\n")) this.#rest += "\n";
        this.#consume();
        if (this.#rest !== "") throw this.#unclosedQuote;
        if (!this.#table)
            throw new SyntaxError(
                "The file is empty, but must begin with a line of the names of the columns.",
            );
        if (this.#table.count + this.#taken === 0)
            throw new SyntaxError(
                "The file has a line of names, but no row: add a line of numbers for each.",
            );
        return this.#table;
    }

    get #unclosedQuote() {
        const [first] = this.#rest.split("\n");
        const quote = first.lastIndexOf('"');
        return new TableError(`The cell that begins in line ${this.#line} has no closing quote.`, {
            line: this.#line,
            before: first.slice(0, quote),
            wrong: first.slice(quote),
            after: "",
        });
    }

    #consume() {
        this.#separator ??= guessSeparator(this.#rest);
        const separator = this.#separator;
        if (separator === undefined) return;
        let start = 0;
        let cells = [];
        let rowStart = 0;
        let lines = 1;
        for (;;) {
            const cell = readCell(this.#rest, start, separator);
            if (!cell) break;
            cells.push(cell.text);
            start = cell.end + 1;
            lines += cell.lines;
            const ending = this.#rest[cell.end];
            if (ending === separator) continue;
            if (ending !== "\n") throw this.#strayQuote(rowStart, cell.end);
            if (cells.length > 1 || cells[0] !== "") this.#add(cells, this.#rest.slice(rowStart, cell.end));
            cells = [];
            rowStart = start;
            this.#line += lines;
            lines = 1;
        }
        this.#rest = this.#rest.slice(rowStart);
    }

    #strayQuote(rowStart, offset) {
        return new TableError(
            `Line ${this.#line} has a quote within a cell: a quoted cell begins and ends with a quote, and ` +
                "a quote in it is doubled.",
            {
                line: this.#line,
                before: this.#rest.slice(rowStart, offset - 1),
                wrong: this.#rest.slice(offset - 1, offset + 1),
                after: this.#rest.slice(offset + 1).split("\n")[0],
            },
        );
    }

    #add(cells, text) {
        if (!this.#table) {
            const names = cells.map((name, index) => name.trim() || `column ${index + 1}`);
            this.#table = new Table(names, this.#separator);
            return;
        }
        const expected = this.#table.names.length;
        if (cells.length !== expected) {
            const hint = cells.length > expected ? " Decimals are separated by points, not commas." : "";
            throw new TableError(
                `Line ${this.#line} has ${counted(cells.length, "cell")}, but the header has ` +
                    `${counted(expected, "column")}.${hint}`,
                { line: this.#line, before: "", wrong: text.trimEnd(), after: "" },
            );
        }
        this.#table.add(cells, this.#line);
    }
}

function counted(count, noun) {
    return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** The most frequent separator of the first line, once it is complete. */
function guessSeparator(text) {
    const end = text.indexOf("\n");
    if (end < 0) return undefined;
    const line = text.slice(0, end);
    const count = (separator) => line.split(separator).length;
    return [",", ";", "\t"].reduce((best, one) => (count(one) > count(best) ? one : best));
}

/**
 * The cell that begins at an offset, the offset of what follows it, and the count of line feeds in it;
 * nothing if it is not complete.
 */
function readCell(text, start, separator) {
    if (text[start] === '"') {
        for (let end = start + 1; ; ) {
            end = text.indexOf('"', end);
            if (end < 0 || end + 1 >= text.length) return undefined;
            if (text[end + 1] !== '"') {
                const next = text[end + 1] === "\r" ? end + 2 : end + 1;
                if (next >= text.length) return undefined;
                const content = text.slice(start + 1, end);
                return {
                    text: content.replaceAll('""', '"'),
                    end: next,
                    lines: content.includes("\n") ? content.split("\n").length - 1 : 0,
                };
            }
            end += 2;
        }
    }
    const line = text.indexOf("\n", start);
    if (line < 0) return undefined;
    const comma = text.indexOf(separator, start);
    const end = comma >= 0 && comma < line ? comma : line;
    return { text: text.slice(start, end).replace(/\r$/, ""), end, lines: 0 };
}
