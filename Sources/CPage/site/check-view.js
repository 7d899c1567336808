// SPDX-License-Identifier: Apache-2.0

import { Address } from "./address.js";
import { catalogue, Refusal } from "./api.js";
import { Choice, unknownName } from "./choice.js";
import { h } from "./dom.js";
import { labelled, options } from "./forms.js";
import { factorOf, gradientOf, meaningOf, otherGradients, precision, tolerance, worst } from "./gradients.js";
import { Loss } from "./loss.js";
import { entryNamed } from "./names.js";
import { exact, placeIn, short } from "./numbers.js";
import { locate } from "./pointer.js";
import { excerpt, problemSentence } from "./problem.js";
import { pairs } from "./tables.js";
import { pretty } from "./try.js";

/** Compares a client's own gradient with that of the service, and with those of conventions. */
export async function checkView() {
    const address = new Address();
    const entries = await catalogue();
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
                "Paste the inputs and the gradient that your code computes. The server computes the true one, and that of ",
                "each library's convention; this page compares, and says what a difference may mean.",
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
    let request;
    try {
        request = JSON.parse(requestText);
    } catch (error) {
        return [failure(`The request is not JSON: ${error.message}`)];
    }
    let own;
    try {
        own = gradientIn(ownText);
    } catch (error) {
        return [failure(error.message)];
    }
    let gradient;
    try {
        gradient = await gradientOf(loss, request);
    } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        return [problemSentence(error.problem), ...placeOf(error.problem, requestText)];
    }
    const { input, numbers, shape } = gradient;
    if (numbers.length !== own.length) {
        const expected = `${numbers.length}, of shape [${shape.join(", ")}]`;
        return [failure(`Your gradient has ${own.length} numbers, but that in ${input} has ${expected}.`)];
    }
    const others = await otherGradients(loss, request, numbers);
    return [verdict(own, gradient, others), comparisons(own, others)];
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
function verdict(own, gradient, others) {
    const { input, numbers, shape } = gradient;
    const { index, relative } = worst(own, numbers);
    const agreement = precision(own, numbers);
    return h(
        "div",
        {},
        h(
            "p",
            { class: agreement ? "status ok" : "status refused" },
            agreement ? `Your gradient agrees. ${agreement}` : "Your gradient differs.",
        ),
        agreement
            ? []
            : h(
                  "ul",
                  { class: "hints" },
                  suggestions(own, gradient, others).map((text) => h("li", {}, text)),
              ),
        pairs(`The worst of ${own.length} numbers: ${input}${placeIn(shape, index)}`, [
            ["yours", exact(own[index])],
            ["true", exact(numbers[index])],
            ["difference", exact(own[index] - numbers[index])],
            ["relative", short(relative, 3)],
        ]),
    );
}

/** What the difference of a gradient to the true one may come from. */
function suggestions(own, gradient, others) {
    const { numbers } = gradient;
    const isSame = (one) =>
        one.numbers.length === own.length && worst(own, one.numbers).relative <= tolerance;
    const matching = others.filter(isSame).map(({ name }) => name);
    const conventions = matching.length > 0 ? [`It is the gradient with ${matching.join(", or ")}.`] : [];
    const factor = factorOf(own, numbers);
    if (factor !== undefined) return [...conventions, ...meaningOf(factor, gradient)];
    if (conventions.length > 0) return conventions;
    if (own.every((number) => number === 0)) return ["All of its numbers are 0."];
    const agreeing = own.filter(
        (number, index) => worst([number], [numbers[index]]).relative <= tolerance,
    ).length;
    return [
        agreeing > 0
            ? `${agreeing} of its ${own.length} numbers agree, so it is wrong in some cases only: at a kink, or beyond a threshold?`
            : "It is neither a multiple of the true one nor one of those below.",
    ];
}

/** How near the gradient is to those of conventions, and to multiples of them. */
function comparisons(own, others) {
    const rows = others.map(({ name, numbers }) => {
        if (numbers.length !== own.length) return [name, "another number of elements"];
        const { relative } = worst(own, numbers);
        if (relative <= tolerance) return [name, "matches"];
        const factor = factorOf(own, numbers);
        return [
            name,
            factor === undefined ? `differs by ${short(relative, 3)}` : `matches, times ${short(factor, 6)}`,
        ];
    });
    return pairs("Beside other gradients of the same request", rows);
}
