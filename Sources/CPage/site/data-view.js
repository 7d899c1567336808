// SPDX-License-Identifier: Apache-2.0

import { Address } from "./address.js";
import { catalogue, Refusal } from "./api.js";
import { guessColumn } from "./columns.js";
import { readCSV } from "./csv.js";
import { dataReport } from "./data-report.js";
import { h } from "./dom.js";
import { evaluateGroups, evaluateTable, inputColumns } from "./evaluation.js";
import { labelled, options } from "./forms.js";
import { Loss } from "./loss.js";

const sample = "prediction,target,group\n2.1,2.0,a\n0.4,0.0,a\n-1.3,-1.5,b\n3.9,2.5,b\n0.2,0.3,a\n";

/** Losses of a table of the reader's own: the mean with its standard error, the worst rows, and groups. */
export async function dataView() {
    const entries = await catalogue();
    const view = new DataFigure(
        entries.filter(({ unit, family }) => unit === "element" && family !== "regularization"),
    );
    return { title: "Your data", element: view.element, start: () => view.chooseLoss() };
}

class DataFigure {
    #address = new Address();
    #abort = new AbortController();
    #loss;
    #table;
    /** The offset of the column of each input, of the weights and of the group, where there is one. */
    #columns = {};
    #progress = h("progress", { max: 1, value: 0, hidden: true, "aria-label": "read so far" });
    #cancel = h("button", { type: "button", hidden: true, onclick: () => this.#abort.abort() }, "Cancel");
    #message = h("p", { class: "message", role: "status" });
    #choices = h("div", { class: "filters" });
    #result = h("div", { "aria-live": "polite" });
    #pasted = h("textarea", { rows: 6, spellcheck: "false" }, sample);
    #select;
    #file;

    constructor(entries) {
        const chosen = this.#address.get("loss") ?? "squared_error";
        this.#select = h(
            "select",
            { onchange: () => this.chooseLoss() },
            options(
                entries.map(({ name, href }) => [href, name]),
                entries.find(({ name }) => name === chosen)?.href,
            ),
        );
        this.#file = h("input", {
            type: "file",
            accept: ".csv,.tsv,text/csv",
            onchange: () => this.#file.files[0] && this.#read(this.#file.files[0]),
        });
        const dropped = {
            ondragover: (event) => event.preventDefault(),
            ondrop: (event) => this.#drop(event),
        };
        this.element = h(
            "article",
            { class: "data prose", ...dropped },
            h("h1", {}, "Your data"),
            h(
                "p",
                {},
                "Choose, drop or paste a CSV file with a line of names. It is read in this browser, its numbers ",
                "are sent to this server, and nothing is stored in either. Losses of elements can be evaluated.",
            ),
            h(
                "div",
                { class: "filters" },
                labelled("Loss", this.#select),
                labelled("CSV file", this.#file),
                this.#progress,
                this.#cancel,
            ),
            labelled("or paste it here", this.#pasted),
            h(
                "div",
                { class: "toolbar" },
                h(
                    "button",
                    { type: "submit", onclick: () => this.#readOther(new Blob([this.#pasted.value])) },
                    "Evaluate what is pasted",
                ),
            ),
            this.#choices,
            this.#message,
            this.#result,
        );
    }

    async chooseLoss() {
        this.#loss = await Loss.load(this.#select.value);
        this.#address.set("loss", this.#loss.name, "squared_error");
        if (!this.#table) return;
        this.#guessColumns();
        await this.#attempt((signal) => this.#evaluate(signal));
    }

    #drop(event) {
        event.preventDefault();
        const [file] = event.dataTransfer.files;
        if (file) this.#readOther(file);
    }

    /** Reads what is not the chosen file, which is therefore not chosen any more. */
    #readOther(blob) {
        this.#file.value = "";
        return this.#read(blob);
    }

    #read(blob) {
        return this.#attempt(async (signal) => {
            this.#result.replaceChildren();
            this.#progress.hidden = false;
            this.#table = await readCSV(
                blob,
                (share) => {
                    this.#progress.value = share;
                },
                signal,
            );
            this.#guessColumns();
            await this.#evaluate(signal);
        });
    }

    /** Does something that can be cancelled, and ends what was being done; reasons to refuse it are shown. */
    async #attempt(action) {
        this.#abort.abort();
        const abort = new AbortController();
        this.#abort = abort;
        this.#message.textContent = "";
        this.#cancel.hidden = false;
        try {
            await action(abort.signal);
        } catch (error) {
            const isExpected =
                error instanceof Refusal || error instanceof SyntaxError || error instanceof TypeError;
            if (!isExpected && error.name !== "AbortError") throw error;
            if (abort === this.#abort)
                this.#message.textContent = error.name === "AbortError" ? "Cancelled." : error.message;
        } finally {
            if (abort === this.#abort) {
                this.#cancel.hidden = true;
                this.#progress.hidden = true;
            }
        }
    }

    /** Shows which column is which input, to be changed. */
    #guessColumns() {
        const { names } = this.#table;
        const inputs = this.#loss.inputs.map(({ name }) => name);
        const meanings = [...inputs, "weights", "group"];
        this.#columns = Object.fromEntries(meanings.map((one) => [one, guessColumn(one, names, inputs)]));
        this.#choices.replaceChildren(
            ...meanings.map((meaning) => {
                const select = h(
                    "select",
                    {
                        onchange: () => {
                            this.#columns[meaning] = select.value === "" ? undefined : Number(select.value);
                            this.#attempt((signal) => this.#evaluate(signal));
                        },
                    },
                    options(
                        [["", "none"], ...names.map((name, index) => [index, name])],
                        this.#columns[meaning],
                    ),
                );
                return labelled(meaning, select);
            }),
        );
    }

    async #evaluate(signal) {
        const { group, ...columns } = this.#columns;
        const numbers = inputColumns(this.#loss, this.#table, columns);
        const whole = await evaluateTable(this.#loss, numbers, signal);
        const groups =
            group === undefined
                ? []
                : await evaluateGroups(this.#loss, numbers, this.#table.columns[group], signal);
        this.#result.replaceChildren(...dataReport(whole, groups, this.#table));
    }
}
