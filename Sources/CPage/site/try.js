// SPDX-License-Identifier: Apache-2.0

import { send } from "./api.js";
import { freshID, h } from "./dom.js";
import { short } from "./numbers.js";
import { characterOffset, locate } from "./pointer.js";
import { excerpt, problemSentence } from "./problem.js";
import { snippets } from "./snippets.js";

/**
 * A request that can be edited and sent, its response, and the program that sends it.
 *
 * @param chosen Returns the chosen options, which the request has unless it has been edited.
 * @returns The section, and a function to call when options have been chosen.
 */
export function trySection(loss, chosen) {
    const title = freshID("try");
    const field = freshID("request");
    const editor = h("textarea", {
        id: field,
        rows: 12,
        spellcheck: "false",
        autocomplete: "off",
        autocapitalize: "off",
    });
    const answer = h("div", { class: "answer", "aria-live": "polite" });
    const program = new Program(() => ({ url: location.origin + loss.href, body: compact(editor.value) }));
    const examples = h(
        "select",
        { "aria-label": "example", onchange: () => write() },
        loss.examples.map(({ summary }) => h("option", {}, summary)),
    );
    let written;
    const write = () => {
        written = pretty({ ...loss.examples[examples.selectedIndex].request, ...chosen() });
        editor.value = written;
        answer.replaceChildren();
        editor.removeAttribute("aria-invalid");
        program.show();
    };
    const submit = h("button", { type: "submit" }, "Send");
    editor.addEventListener("input", () => program.show());
    editor.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit.click();
    });
    write();
    const element = h(
        "section",
        { class: "try", id: "try", "aria-labelledby": title },
        h("h2", { id: title }, "Try it"),
        h(
            "form",
            {
                onsubmit: async (event) => {
                    event.preventDefault();
                    submit.disabled = true;
                    try {
                        await sendRequest(loss.href, editor, answer);
                    } finally {
                        submit.disabled = false;
                    }
                },
            },
            h(
                "div",
                { class: "toolbar" },
                h("label", { for: field }, h("code", {}, `POST ${loss.href}`)),
                examples,
                submit,
            ),
            editor,
        ),
        answer,
        program.element,
    );
    const refresh = () => {
        if (editor.value === written) write();
    };
    return { element, refresh };
}

async function sendRequest(href, editor, answer) {
    const start = performance.now();
    let response;
    try {
        response = await send(href, { method: "POST", body: editor.value });
    } catch (error) {
        answer.replaceChildren(
            h("p", { class: "message" }, `The server could not be reached: ${error.message}`),
        );
        return;
    }
    const text = await response.text();
    const elapsed = performance.now() - start;
    editor.toggleAttribute("aria-invalid", !response.ok);
    answer.replaceChildren(
        h(
            "p",
            { class: response.ok ? "status ok" : "status refused" },
            `${response.status} ${response.statusText}`.trim(),
            h("span", {}, ` in ${short(elapsed, 3)} ms here`, serverTimes(response)),
        ),
        response.ok ? [] : refusal(JSON.parse(text), editor),
        h("pre", { tabindex: 0, "aria-label": "response" }, pretty(JSON.parse(text))),
    );
}

/** The times that the server states for reading, computing and so on. */
function serverTimes(response) {
    const times = (response.headers.get("Server-Timing") ?? "")
        .split(",")
        .map((part) => part.match(/^\s*([\w-]+).*dur=([\d.]+)/))
        .filter(Boolean)
        .map(([, name, duration]) => `${name} ${short(Number(duration), 3)} ms`);
    return times.length > 0 ? `; on the server: ${times.join(", ")}` : "";
}

/** The reason of a refusal, with the place in the request, which is also selected. */
function refusal(problem, editor) {
    const text = editor.value;
    let place;
    if (problem.type === "/problems/malformed-json" && problem.position !== undefined) {
        const start = characterOffset(text, problem.position);
        place = { start, end: start + 1 };
    } else if (problem.pointer) {
        place = locate(text, problem.pointer);
    }
    if (place) {
        editor.focus();
        editor.setSelectionRange(place.start, place.end);
    }
    return h("div", { class: "refusal" }, problemSentence(problem), place ? linesAround(text, place) : []);
}

/** The lines around a place, which is marked. */
function linesAround(text, { start, end }) {
    const from = Math.max(text.lastIndexOf("\n", start - 1) + 1, start - 60);
    const to = Math.min(text.length, end + 40);
    const marked = text.slice(start, Math.min(end, start + 200));
    return excerpt(text.slice(from, start), marked, text.slice(end, to).split("\n")[0]);
}

/** JSON with arrays of numbers on one line. */
export function pretty(value, indent = "") {
    if (value === null || typeof value !== "object") return JSON.stringify(value);
    const isFlat = Array.isArray(value) && value.every((item) => item === null || typeof item !== "object");
    if (isFlat) return `[${value.map((item) => JSON.stringify(item)).join(", ")}]`;
    const deeper = `${indent}  `;
    const [open, close] = Array.isArray(value) ? "[]" : "{}";
    const items = Array.isArray(value)
        ? value.map((item) => pretty(item, deeper))
        : Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${pretty(item, deeper)}`);
    return items.length === 0
        ? open + close
        : `${open}\n${items.map((item) => deeper + item).join(",\n")}\n${indent}${close}`;
}

/** JSON on one line; a text that is not JSON stays as it is. */
function compact(text) {
    try {
        return JSON.stringify(JSON.parse(text));
    } catch {
        return text;
    }
}

/** The program that sends the request, in a language to choose. */
class Program {
    #language = "curl";
    #source;
    #code = h("code", {});
    #tabs;
    element;

    constructor(source) {
        this.#source = source;
        this.#tabs = Object.keys(snippets).map((language) =>
            h(
                "button",
                {
                    type: "button",
                    "aria-pressed": String(language === this.#language),
                    onclick: () => {
                        this.#language = language;
                        this.show();
                    },
                },
                language,
            ),
        );
        const copy = h(
            "button",
            {
                type: "button",
                class: "copy",
                onclick: async () => {
                    await navigator.clipboard.writeText(this.#code.textContent);
                    copy.textContent = "Copied";
                    setTimeout(() => {
                        copy.textContent = "Copy";
                    }, 1500);
                },
            },
            "Copy",
        );
        this.element = h(
            "div",
            { class: "program" },
            h("div", { class: "toolbar", role: "group", "aria-label": "language" }, this.#tabs, copy),
            h("pre", { tabindex: 0, "aria-label": "program" }, this.#code),
        );
    }

    show() {
        const { url, body } = this.#source();
        this.#code.textContent = snippets[this.#language](url, body);
        for (const tab of this.#tabs)
            tab.setAttribute("aria-pressed", String(tab.textContent === this.#language));
    }
}
