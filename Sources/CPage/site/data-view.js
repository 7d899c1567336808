// SPDX-License-Identifier: Apache-2.0

import { Address } from "./address.js";
import { catalogue, Refusal } from "./api.js";
import { Archive } from "./archive.js";
import { Choice, unknownName } from "./choice.js";
import { guessColumns } from "./columns.js";
import { optionControl } from "./controls.js";
import { readCSV, readHead } from "./csv.js";
import { dataReport } from "./data-report.js";
import { debounced, h } from "./dom.js";
import {
    canEvaluate,
    evaluateArchive,
    evaluateFile,
    evaluateGroups,
    evaluateMean,
    evaluateTable,
    inputColumns,
    withPredictions,
} from "./evaluation.js";
import { labelled, options } from "./forms.js";
import { Loss } from "./loss.js";
import { entryNamed } from "./names.js";
import { excerpt, problemSentence } from "./problem.js";
import { Table, TableError } from "./table.js";

/** The bytes of a CSV file beyond which the service evaluates it while it arrives. */
const longLength = 32 << 20;

const sample = "prediction,target,group\n2.1,2.0,a\n0.4,0.0,a\n-1.3,-1.5,b\n3.9,2.5,b\n0.2,0.3,a\n";

/** Losses of a table of the reader's own: the mean with its standard error, the worst rows, and groups. */
export async function dataView() {
    const view = new DataFigure((await catalogue()).filter(canEvaluate));
    await view.start();
    return { title: "Your data", element: view.element };
}

class DataFigure {
    #address = new Address();
    #abort = new AbortController();
    #entries;
    #loss;
    /** The chosen options of the loss. */
    #chosen = {};
    /** A table of texts, an archive of arrays, or a long file with the table of its first rows. */
    #source;
    /** The offset of the column or array of each input, of the weights and so on, where there is one. */
    #offsets = {};
    #progress = h("progress", { max: 1, value: 0, hidden: true, "aria-label": "read or sent so far" });
    #cancel = h("button", { type: "button", hidden: true, onclick: () => this.#abort.abort() }, "Cancel");
    #message = h("div", { class: "message", role: "status" });
    #options = h("details", { class: "controls" });
    #choices = h("div", { class: "filters" });
    #result = h("div", { "aria-live": "polite" });
    #pasted = h("textarea", { rows: 6, spellcheck: "false" }, sample);
    #isPasted = false;
    #select;
    #file;
    #evaluateSoon = debounced(150, () => this.#evaluateAgain());

    constructor(entries) {
        this.#entries = entries;
        this.#select = h(
            "select",
            { onchange: () => this.#show(new Choice(this.#select.value)) },
            options(entries.map(({ name }) => [name, name])),
        );
        this.#file = h("input", {
            type: "file",
            accept: ".csv,.tsv,.txt,.npz,text/csv",
            // A file that has changed can be chosen again.
            onclick: () => {
                this.#file.value = "";
            },
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
                "Choose, drop or paste a CSV file with a line of names, or choose an .npz archive of NumPy. Its numbers ",
                "are sent to this server, and nothing is stored here or there.",
            ),
            h(
                "div",
                { class: "filters" },
                labelled("Loss", this.#select),
                labelled("CSV or .npz file", this.#file),
                this.#progress,
                this.#cancel,
            ),
            this.#options,
            labelled("or paste CSV here", this.#pasted),
            h(
                "div",
                { class: "toolbar" },
                h("button", { type: "submit", onclick: () => this.#readPasted() }, "Evaluate what is pasted"),
            ),
            this.#choices,
            this.#message,
            this.#result,
        );
    }

    /** Shows the loss that the address names. */
    start() {
        return this.#show(Choice.parse(this.#address.get("loss") ?? "squared_error"));
    }

    /** Shows a loss with options; one that has no losses of rows, or does not exist, with the reason. */
    async #show(choice) {
        const entry = entryNamed(this.#entries, choice.name);
        if (!entry) return this.#refuse(choice);
        await this.#attempt(async (signal) => {
            this.#select.value = entry.name;
            this.#loss = await Loss.load(entry.href);
            this.#chosen = {};
            this.#chosen = (await choice.load(this.#entries)).values;
            this.#showOptions();
            this.#saveChoice();
            if (!this.#source) return;
            this.#guessColumns();
            await this.#evaluate(signal);
        });
    }

    async #refuse(choice) {
        await this.#show(new Choice("squared_error"));
        const known = entryNamed(await catalogue(), choice.name);
        this.#message.replaceChildren(
            known
                ? `${known.name} has one loss for each ${known.unit}, and losses of elements or rows are evaluated here.`
                : await unknownName(choice.name, (name) => this.#show(new Choice(name, choice.options))),
        );
    }

    #showOptions() {
        const values = this.#loss.resolved(this.#chosen);
        this.#options.hidden = this.#loss.options.length === 0;
        this.#options.open ||= Object.keys(this.#chosen).length > 0;
        this.#options.replaceChildren(
            h("summary", {}, "Options"),
            ...this.#loss.options.map((option) =>
                optionControl(option, values[option.name], (value) => {
                    if (value === undefined) delete this.#chosen[option.name];
                    else this.#chosen[option.name] = value;
                    this.#saveChoice();
                    this.#evaluateSoon();
                }),
            ),
        );
    }

    #saveChoice() {
        this.#address.set("loss", Choice.of(this.#loss, this.#chosen).text, "squared_error");
    }

    #drop(event) {
        event.preventDefault();
        const [file] = event.dataTransfer.files;
        if (!file) return;
        // What is dropped is not the chosen file, which is therefore not chosen any more.
        this.#file.value = "";
        this.#read(file);
    }

    #readPasted() {
        this.#file.value = "";
        return this.#read(new Blob([this.#pasted.value]), true);
    }

    #read(blob, isPasted = false) {
        return this.#attempt(async (signal) => {
            this.#isPasted = isPasted;
            this.#source = undefined;
            this.#choices.replaceChildren();
            this.#source = await this.#open(blob, signal);
            this.#guessColumns();
            await this.#evaluate(signal);
        });
    }

    async #open(blob, signal) {
        const isArchive = /^PK/.test(await blob.slice(0, 2).text());
        if (isArchive) return Archive.read(blob);
        if (blob.size <= longLength) return readCSV(blob, (share) => this.#showProgress(share), signal);
        const head = await readHead(blob);
        return { file: blob, names: head.names, hasNumbers: (column) => head.hasNumbers(column) };
    }

    #showProgress(share) {
        this.#progress.hidden = false;
        this.#progress.value = share;
    }

    #evaluateAgain() {
        if (this.#source) this.#attempt((signal) => this.#evaluate(signal));
    }

    /** Does something that can be cancelled, and ends what was being done; reasons to refuse it are shown. */
    async #attempt(action) {
        this.#abort.abort();
        const abort = new AbortController();
        this.#abort = abort;
        this.#message.replaceChildren();
        this.#pasted.removeAttribute("aria-invalid");
        this.#cancel.hidden = false;
        try {
            await action(abort.signal);
        } catch (error) {
            const isExpected =
                error instanceof Refusal || error instanceof SyntaxError || error instanceof TypeError;
            if (!isExpected && error.name !== "AbortError") throw error;
            if (abort === this.#abort) this.#explain(error);
        } finally {
            if (abort === this.#abort) {
                this.#cancel.hidden = true;
                this.#progress.hidden = true;
            }
        }
    }

    /** Shows why there is no result, with the place in the table if it is known. */
    #explain(error) {
        this.#result.replaceChildren();
        if (error.name === "AbortError") this.#message.replaceChildren("Cancelled.");
        else if (error instanceof Refusal) this.#message.replaceChildren(problemSentence(error.problem));
        else this.#message.replaceChildren(h("p", {}, error.message));
        if (!(error instanceof TableError)) return;
        const { line, before, wrong, after } = error.place;
        this.#message.append(excerpt(before, wrong, after));
        if (this.#isPasted) this.#mark(line);
    }

    /** Selects a line of what is pasted. */
    #mark(line) {
        const lines = this.#pasted.value.split("\n");
        const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
        this.#pasted.setAttribute("aria-invalid", "true");
        this.#pasted.focus();
        this.#pasted.setSelectionRange(start, start + lines[line - 1].length);
    }

    /** Shows which column or array is which input, to be changed. */
    #guessColumns() {
        const { names, labels = names } = this.#source;
        const inputs = this.#loss.inputs.map(({ name }) => name);
        const isTable = this.#source instanceof Table;
        const meanings = [...inputs, "weights", "mask", ...(isTable ? ["group", "baseline"] : [])];
        const isNumeric = (index) => this.#source.hasNumbers(index);
        this.#offsets = guessColumns(meanings, inputs, names, isNumeric);
        this.#choices.replaceChildren(
            ...meanings.map((meaning) => {
                const select = h(
                    "select",
                    {
                        onchange: () => {
                            this.#offsets[meaning] = select.value === "" ? undefined : Number(select.value);
                            this.#evaluateAgain();
                        },
                    },
                    options(
                        [["", "none"], ...labels.map((label, index) => [index, label])],
                        this.#offsets[meaning],
                    ),
                );
                return labelled(meaning === "baseline" ? "another model's predictions" : meaning, select);
            }),
        );
    }

    async #evaluate(signal) {
        const loss = this.#loss;
        const { group, baseline, ...offsets } = this.#offsets;
        if (!(this.#source instanceof Table)) {
            const { options: texts } = Choice.of(loss, this.#chosen);
            const evaluateSource = this.#source instanceof Archive ? evaluateArchive : evaluateFile;
            const onProgress = (share) => this.#showProgress(share);
            const whole = await evaluateSource(loss, texts, this.#source, offsets, { signal, onProgress });
            this.#result.replaceChildren(...dataReport(whole));
            return;
        }
        const table = this.#source;
        const numbers = inputColumns(loss, table, offsets);
        const whole = await evaluateTable(loss, this.#chosen, numbers, { table, offsets, signal });
        const models =
            baseline === undefined ? [numbers] : withPredictions(loss, numbers, table.numbers(baseline));
        const names = [offsets[loss.inputs[0].name], baseline].map((offset) => table.names[offset]);
        const means = await Promise.all(
            models.map((model) => evaluateMean(loss, this.#chosen, model, signal)),
        );
        const groups =
            group === undefined
                ? []
                : await evaluateGroups(loss, this.#chosen, models, table.columns[group], signal);
        const compared = models.map((_, index) => ({ name: names[index], result: means[index] }));
        this.#result.replaceChildren(...dataReport(whole, { models: compared, groups, table }));
    }
}
