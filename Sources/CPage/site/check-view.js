// SPDX-License-Identifier: Apache-2.0

import { Address } from "./address.js";
import { get, Refusal } from "./api.js";
import { Choice, unknownName } from "./choice.js";
import { h } from "./dom.js";
import { labelled, options } from "./forms.js";
import { agreements, checkGradient, suggestions } from "./gradients.js";
import { Loss } from "./loss.js";
import { entryNamed } from "./names.js";
import { exact, short } from "./numbers.js";
import { locate } from "./pointer.js";
import { excerpt, problemSentence } from "./problem.js";
import { pairs } from "./tables.js";
import { pretty } from "./try.js";

/** Compares a client's own gradient with that of the service, which says what explains a difference. */
export async function checkView() {
    const address = new Address();
    const { losses: entries } = await get("/v1/losses");
    const select = h(
        "select",
        { onchange: () => choose(new Choice(select.value)) },
        options(entries.map(({ name }) => [name, name])),
    );
    const request = h("textarea", { rows: 9, spellcheck: "false" });
    const own = h("textarea", {
        rows: 5,
        spellcheck: "false",
        placeholder: "[0.1, -0.25, …], or numbers separated by commas or lines",
    });
    const result = h("div", { "aria-live": "polite" });
    let loss;
    /** Shows a loss, and a request of it with the chosen options. */
    const choose = async (choice) => {
        const entry = entryNamed(entries, choice.name);
        if (!entry) {
            await choose(new Choice(entries[0].name));
            const notice = await unknownName(choice.name, (name) => choose(new Choice(name, choice.options)));
            result.replaceChildren(notice);
            return;
        }
        select.value = entry.name;
        result.replaceChildren();
        let values = {};
        try {
            ({ loss, values } = await choice.load(entries));
        } catch (error) {
            if (!(error instanceof SyntaxError)) throw error;
            loss = await Loss.load(entry.href);
            result.replaceChildren(failure(error.message));
        }
        address.set("loss", Choice.of(loss, values).text);
        request.value = pretty({ ...loss.example(values), ...values });
    };
    const check = async (event) => {
        event.preventDefault();
        result.replaceChildren(...(await report(loss, request.value, own.value)));
    };
    await choose(Choice.parse(address.get("loss") ?? entries[0].name));
    return {
        title: "Check a gradient",
        element: h(
            "article",
            { class: "check prose" },
            h("h1", {}, "Check a gradient"),
            h(
                "p",
                {},
                "Paste the inputs and the gradient that your code computes. The server compares it with the true one, and ",
                "with those of other conventions, reductions and options, and this page says what a difference may mean.",
            ),
            h(
                "form",
                { onsubmit: check },
                labelled("Loss", select),
                labelled("Request: inputs and options", request),
                labelled("Your gradient", own),
                h("div", { class: "toolbar" }, h("button", { type: "submit" }, "Compare")),
            ),
            result,
        ),
    };
}

async function report(loss, requestText, ownText) {
    try {
        const own = gradientIn(ownText);
        const comparison = await checkGradient(loss, requestIn(requestText), own);
        return [verdict(own, comparison)];
    } catch (error) {
        if (error instanceof Refusal)
            return [problemSentence(error.problem), ...placeOf(error.problem, requestText)];
        if (!(error instanceof SyntaxError)) throw error;
        return [failure(error.message)];
    }
}

/** The request in a text, which is a JSON object. */
function requestIn(text) {
    let request;
    try {
        request = JSON.parse(text);
    } catch (error) {
        throw new SyntaxError(`The request is not JSON: ${error.message}`);
    }
    if (request === null || typeof request !== "object" || Array.isArray(request))
        throw new SyntaxError("The request must be a JSON object with the inputs of the loss.");
    return request;
}

/** The numbers of a gradient, in a text that is a JSON array or has one number after the other. */
function gradientIn(text) {
    const expected = "numbers: a JSON array, or numbers separated by commas, spaces or lines";
    if (text.trim() === "") throw new SyntaxError(`Paste your gradient as ${expected}.`);
    const parts = text
        .replaceAll(/[[\]()]|\b(?:tensor|array)\b/g, " ")
        .split(/[\s,;]+/)
        .filter(Boolean);
    const numbers = parts.map(Number);
    const wrong = numbers.findIndex((number) => !Number.isFinite(number));
    if (wrong >= 0)
        throw new SyntaxError(
            `Your gradient must be ${expected}, but its number ${wrong + 1} is "${parts[wrong].slice(0, 40)}".`,
        );
    return numbers;
}

/** The place in the request that a problem names. */
function placeOf({ pointer }, text) {
    const place = pointer && locate(text, pointer);
    if (!place) return [];
    const before = text.slice(text.lastIndexOf("\n", place.start - 1) + 1, place.start);
    return [excerpt(before.slice(-60), text.slice(place.start, place.end).slice(0, 200), "")];
}

function failure(text) {
    return h("p", { class: "message" }, text);
}

/** Whether the gradient is the true one, what a difference suggests, and the worst of its numbers. */
function verdict(own, comparison) {
    const { agreement, input, count, worst } = comparison;
    const meaning = agreements[agreement];
    const hints = suggestions(own, comparison);
    return h(
        "div",
        {},
        h(
            "p",
            { class: meaning ? "status ok" : "status refused" },
            meaning ? `Your gradient agrees. ${meaning}` : "Your gradient differs.",
        ),
        hints.length > 0
            ? h(
                  "ul",
                  { class: "hints" },
                  hints.map((text) => h("li", {}, text)),
              )
            : [],
        worst ? worstTable((count > 1 ? `The worst of ${count} numbers: ` : "") + input, worst) : [],
    );
}

/** The number with the most units in the last place of difference. */
function worstTable(caption, { place, given, expected, ulps, absolute, relative }) {
    return pairs(caption + (place.length > 0 ? `[${place.join(", ")}]` : ""), [
        ["yours", exact(given)],
        ["true", exact(expected)],
        ["difference", short(absolute, 6)],
        ["relative to the true one", short(relative, 3)],
        ["in units in the last place", short(ulps, 3)],
    ]);
}
