// SPDX-License-Identifier: Apache-2.0

import { Address } from "./address.js";
import { catalogue, get, Refusal } from "./api.js";
import { Archive } from "./archive.js";
import { Choice, unknownName } from "./choice.js";
import { guessColumns } from "./columns.js";
import { optionControl } from "./controls.js";
import { readCSV, readHead } from "./csv.js";
import { evaluationReport } from "./data-report.js";
import { debounced, h } from "./dom.js";
import { canEvaluate, evaluateArchive, evaluateTable } from "./evaluation.js";
import { labelled, options } from "./forms.js";
import { evaluateFile } from "./long-file.js";
import { Loss } from "./loss.js";
import { Metric } from "./metric.js";
import { entryNamed } from "./names.js";
import { excerpt, problemSentence } from "./problem.js";
import { proposal, suitableMetrics } from "./proposal.js";
import { Table, TableError } from "./table.js";
import { TermList } from "./term-list.js";
import { inputsOf, lossTerm, metricTerm } from "./terms.js";

/** The bytes of a CSV file beyond which it is evaluated in parts. */
const longLength = 32 << 20;

const sample = "prediction,target,group\n2.1,2.0,a\n0.4,0.0,a\n-1.3,-1.5,b\n3.9,2.5,b\n0.2,0.3,a\n";

/** Losses and metrics of a table of the reader's own, by group, of two models, and the worst rows. */
export async function dataView() {
    const [entries, { metrics }] = await Promise.all([catalogue(), get("/v1/metrics")]);
    const view = new DataFigure(
        entries.filter(canEvaluate),
        metrics.map((entry) => new Metric(entry)),
    );
    await view.start();
    return { title: "Your data", element: view.element };
}

class DataFigure {
    #address = new Address();
    #abort = new AbortController();
    #entries;
    /** The main loss, which has the histogram. */
    #loss;
    /** The chosen options of the main loss. */
    #chosen = {};
    /** The other losses, and the metrics. */
    #others;
    #metrics;
    /** Whether the losses and the metrics are those that the columns suggest. */
    #isProposed = { losses: true, metrics: true };
    /** A table of texts, an archive of arrays, or a long file with the table of its first rows. */
    #source;
    /** The offset of the column or array of each input, of the weights and so on, where there is one. */
    #offsets = {};
    /** Those of them that the reader has chosen. */
    #picked = {};
    #progress = h("progress", { max: 1, value: 0, hidden: true, "aria-label": "read or sent so far" });
    #cancel = h("button", { type: "button", hidden: true, onclick: () => this.#abort.abort() }, "Cancel");
    #message = h("div", { class: "message", role: "status" });
    #done = h("p", { class: "note", role: "status" });
    #options = h("details", { class: "controls" });
    #choices = h("div", { class: "filters" });
    #columns = h("section", { hidden: true }, h("h2", {}, "Columns"), this.#choices);
    #result = h("div", { class: "report" });
    #pasted = h("textarea", { rows: 6, spellcheck: "false" }, sample);
    #isPasted = false;
    #select;
    #file;
    #evaluateSoon = debounced(150, () => this.#evaluateAgain());

    constructor(entries, metrics) {
        this.#entries = entries;
        const names = entries.map(({ name }) => name);
        this.#select = h(
            "select",
            { onchange: () => this.#choose(new Choice(this.#select.value)) },
            options(names.map((name) => [name, name])),
        );
        this.#others = new TermList({
            label: "Add a loss",
            names,
            example: "huber(delta=0.5)",
            load: async (choice) => lossTerm(await this.#known(choice).load(entries)),
            onChange: () => this.#changeTerms("losses"),
        });
        this.#metrics = new TermList({
            label: "Add a metric",
            names: metrics.map(({ name }) => name),
            example: "f1(average=macro)",
            load: async (choice) => metricTerm(choice, metrics),
            onChange: () => this.#changeTerms("metrics"),
        });
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
            ondragover: (event) => {
                event.preventDefault();
                this.element.classList.add("dragged");
            },
            ondragleave: () => this.element.classList.remove("dragged"),
            ondrop: (event) => this.#drop(event),
        };
        this.element = h(
            "article",
            { class: "data prose", ...dropped },
            h("h1", {}, "Your data"),
            h(
                "p",
                {},
                "How good are a model's predictions, and is another model better? Losses and metrics of a CSV file with a ",
                "line of names, or of an .npz archive of NumPy. Its numbers are sent to this server, and nothing is ",
                "stored here or there.",
            ),
            h(
                "section",
                {},
                h("h2", {}, "Data"),
                h(
                    "div",
                    { class: "drop" },
                    labelled("Drop a CSV or .npz file here, or choose one", this.#file),
                    h("div", { class: "toolbar" }, this.#progress, this.#cancel),
                ),
                labelled("or paste CSV", this.#pasted),
                h(
                    "div",
                    { class: "toolbar" },
                    h(
                        "button",
                        { type: "submit", onclick: () => this.#readPasted() },
                        "Evaluate what is pasted",
                    ),
                ),
                this.#message,
            ),
            this.#columns,
            h(
                "section",
                {},
                h("h2", {}, "Losses and metrics"),
                h(
                    "div",
                    { class: "choices" },
                    h("div", {}, labelled("Main loss", this.#select), this.#options, this.#others.element),
                    this.#metrics.element,
                ),
            ),
            this.#done,
            this.#result,
        );
    }

    /** Shows the losses and metrics that the address names; those that it does not are proposed. */
    async start() {
        const [loss, also, metrics] = ["loss", "also", "metrics"].map((name) => this.#address.get(name));
        this.#isProposed = {
            losses: loss === undefined && also === undefined,
            metrics: metrics === undefined,
        };
        await this.#others.show(also ?? "");
        await this.#metrics.show(metrics ?? "");
        await this.#show(Choice.parse(loss ?? "squared_error"));
    }

    /** A choice of a loss that can be evaluated here. */
    #known(choice) {
        if (entryNamed(this.#entries, choice.name)) return choice;
        throw new SyntaxError(`${choice.name} is not the name of a loss of elements or rows.`);
    }

    /** Shows a loss that the reader has chosen. */
    #choose(choice) {
        this.#isProposed.losses = false;
        return this.#show(choice);
    }

    /** Evaluates with losses or metrics that the reader has added or removed. */
    #changeTerms(list) {
        this.#isProposed[list] = false;
        this.#saveChoice();
        this.#guessColumns();
        this.#evaluateSoon();
    }

    /** Shows a loss with options; one that has no losses of rows, or does not exist, with the reason. */
    async #show(choice) {
        if (!entryNamed(this.#entries, choice.name)) return this.#refuse(choice);
        await this.#attempt(async (signal) => {
            await this.#load(choice, signal);
            this.#saveChoice();
            if (!this.#source) return;
            await this.#propose(signal);
            await this.#evaluate(signal);
        });
    }

    /** Makes a loss the main one, unless another has been chosen in the meantime. */
    async #load(choice, signal) {
        const loss = await Loss.load(entryNamed(this.#entries, choice.name).href);
        signal.throwIfAborted();
        this.#select.value = loss.name;
        this.#loss = loss;
        this.#chosen = {};
        try {
            this.#chosen = (await choice.load(this.#entries)).values;
        } finally {
            this.#showOptions();
        }
    }

    /** Guesses the columns, and chooses the losses and metrics that suit them unless the reader has. */
    async #propose(signal) {
        this.#guessColumns();
        const proposed = proposal(this.#source.head ?? this.#source, this.#offsets);
        if (this.#isProposed.losses) {
            await this.#load(Choice.parse(proposed.loss), signal);
            await this.#others.show(proposed.also);
        }
        if (this.#isProposed.metrics)
            await this.#metrics.show(suitableMetrics(proposed, this.#loss, this.#chosen));
        this.#guessColumns();
    }

    async #refuse(choice) {
        await this.#show(new Choice("squared_error"));
        const known = entryNamed(await catalogue(), choice.name);
        this.#message.replaceChildren(
            known
                ? `${known.name} has one loss for each ${known.unit}, and losses of elements or rows are evaluated here.`
                : await unknownName(choice.name, (name) => this.#choose(new Choice(name, choice.options))),
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
                    this.#isProposed.losses = false;
                    this.#saveChoice();
                    this.#evaluateSoon();
                }),
            ),
        );
    }

    /** Stores the losses and metrics in the address, unless the columns decide them. */
    #saveChoice() {
        const { losses, metrics } = this.#isProposed;
        this.#address.set("loss", losses ? "" : Choice.of(this.#loss, this.#chosen).text);
        this.#address.set("also", losses ? "" : this.#others.text, "none");
        this.#address.set("metrics", metrics ? "" : this.#metrics.text);
    }

    /** The losses and metrics, the main loss first. */
    get #terms() {
        const { text } = Choice.of(this.#loss, this.#chosen);
        const first = lossTerm({ text, loss: this.#loss, values: this.#chosen });
        const others = this.#others.terms.filter(({ text }) => text !== first.text);
        return { losses: [first, ...others], metrics: this.#metrics.terms };
    }

    #drop(event) {
        event.preventDefault();
        this.element.classList.remove("dragged");
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
            this.#picked = {};
            this.#columns.hidden = true;
            this.#result.replaceChildren();
            this.#source = await this.#open(blob, signal);
            await this.#propose(signal);
            await this.#evaluate(signal);
            // The first results may be below what the window shows.
            if (this.#result.getBoundingClientRect().top > innerHeight / 2) this.#done.scrollIntoView();
        });
    }

    async #open(blob, signal) {
        const isArchive = /^PK/.test(await blob.slice(0, 2).text());
        if (isArchive) return Archive.read(blob);
        if (blob.size <= longLength) return readCSV(blob, (share) => this.#showProgress(share), signal);
        const head = await readHead(blob);
        return { file: blob, names: head.names, head };
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
        this.#done.replaceChildren();
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
        this.#message.scrollIntoView({ block: "nearest" });
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
        if (!this.#source) return;
        const { names, labels = names, head = this.#source } = this.#source;
        const { losses, metrics } = this.#terms;
        const isLong = head !== this.#source;
        const inputs = inputsOf(isLong ? losses : [...losses, ...metrics]).map(({ name }) => name);
        const fields = [...inputs, "weights", "mask", "group", "baseline"];
        this.#columns.hidden = false;
        this.#offsets = { ...guessColumns(fields, inputs, head), ...this.#picked };
        this.#choices.replaceChildren(
            ...fields.map((field) => {
                const select = h(
                    "select",
                    { onchange: () => this.#pick(field, select.value) },
                    options(
                        [["", "none"], ...labels.map((label, index) => [index, label])],
                        this.#offsets[field],
                    ),
                );
                return labelled(field === "baseline" ? "another model's predictions" : field, select);
            }),
        );
    }

    /** Evaluates with a column or array that the reader has chosen for a field. */
    #pick(field, value) {
        this.#picked[field] = value === "" ? undefined : Number(value);
        this.#offsets[field] = this.#picked[field];
        this.#evaluateAgain();
    }

    async #evaluate(signal) {
        const [terms, offsets, source] = [this.#terms, this.#offsets, this.#source];
        const onProgress = (share) => this.#showProgress(share);
        const result = await this.#resultOf(source, terms, offsets, { signal, onProgress });
        const [primary] = terms.losses[0].inputs;
        const models = [offsets[primary.name], offsets.baseline]
            .filter((offset) => offset !== undefined)
            .map((offset) => source.names[offset]);
        this.#result.replaceChildren(
            ...evaluationReport(result, { terms, models, isLong: "file" in source }),
        );
        this.#done.replaceChildren(`Evaluated losses: ${result.losses[0].count}.`);
    }

    #resultOf(source, terms, offsets, { signal, onProgress }) {
        if (source.file) return evaluateFile(terms.losses, source.file, offsets, { signal, onProgress });
        if (source instanceof Table) return evaluateTable(terms, source, offsets, signal);
        return evaluateArchive(terms, source, offsets, { signal, onProgress, mostElements: longLength });
    }
}
