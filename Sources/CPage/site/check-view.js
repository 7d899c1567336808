// SPDX-License-Identifier: Apache-2.0

import { Address } from "./address.js";
import { get, Refusal } from "./api.js";
import { Choice, unknownName } from "./choice.js";
import { h } from "./dom.js";
import { labelled, optionGroups, options } from "./forms.js";
import { agreements, checkGradient, suggestions, words } from "./gradients.js";
import { Loss } from "./loss.js";
import { entryNamed } from "./names.js";
import { exact, short } from "./numbers.js";
import { locate } from "./pointer.js";
import { excerpt, problemSentence } from "./problem.js";
import { grid, pairs } from "./tables.js";
import { pretty } from "./try.js";

/** The most numbers that are shown beside the true ones. */
const mostNumbers = 500;

/** Compares a client's own gradient or Hessian with that of the service, which says what explains a difference. */
export async function checkView() {
    const address = new Address();
    const [{ losses }, { penalties }] = await Promise.all([get("/v1/losses"), get("/v1/penalties")]);
    const entries = [...losses, ...penalties];
    const names = (list) => list.map(({ name }) => name);
    const select = h(
        "select",
        { onchange: () => choose(new Choice(select.value)) },
        optionGroups([
            ["Losses", names(losses)],
            ["Penalties", names(penalties)],
        ]),
    );
    const derivative = h("select", {
        onchange: () => {
            keepDerivative();
            result.replaceChildren();
        },
    });
    /** Stores what is checked in the address, unless it is the first derivative. */
    const keepDerivative = () => address.set("of", derivative.value, derivative.options[0].value);
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
        derivative.replaceChildren(...derivativeOptions(loss, address.get("of")));
        keepDerivative();
        request.value = pretty({ ...loss.example(values), ...values });
    };
    const check = async (event) => {
        event.preventDefault();
        const [quantity, input] = derivative.value.split(" ");
        result.replaceChildren(...(await report(loss, request.value, { quantity, input }, own.value)));
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
                "Paste the inputs and the gradient or Hessian that your code computes. The server compares it with the true ",
                "one, and with those of other conventions, reductions and options, and this page says what a difference ",
                "may mean.",
            ),
            h(
                "form",
                { onsubmit: check },
                h(
                    "div",
                    { class: "filters" },
                    labelled("Loss or penalty", select),
                    labelled("What you have computed", derivative),
                ),
                labelled("Request: inputs and options", request),
                labelled("Your numbers", own),
                h("div", { class: "toolbar" }, h("button", { type: "submit" }, "Compare")),
            ),
            result,
        ),
    };
}

/** The derivatives of a loss: its gradient and Hessian in each input that it is differentiated in. */
function derivativeOptions(loss, chosen) {
    const pairs = Object.keys(words).flatMap((quantity) =>
        loss.differentiable.map((input) => [`${quantity} ${input}`, `${words[quantity]} in ${input}`]),
    );
    return options(pairs, chosen);
}

async function report(loss, requestText, derivative, ownText) {
    try {
        const own = gradientIn(ownText);
        const comparison = await checkGradient(loss, requestIn(requestText), derivative, own);
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

/** The numbers of a derivative, in a text that is a JSON array or has one number after the other. */
function gradientIn(text) {
    const expected = "numbers: a JSON array, or numbers separated by commas, spaces or lines";
    if (text.trim() === "") throw new SyntaxError(`Paste what your code has computed as ${expected}.`);
    const parts = text
        .replaceAll(/[[\]()]|\b(?:tensor|array)\b/g, " ")
        .split(/[\s,;]+/)
        .filter(Boolean);
    const numbers = parts.map(Number);
    const wrong = numbers.findIndex((number) => !Number.isFinite(number));
    if (wrong >= 0)
        throw new SyntaxError(
            `What you paste must be ${expected}, but number ${wrong + 1} is "${parts[wrong].slice(0, 40)}".`,
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

/** Whether the derivative is the true one, what a difference suggests, and the worst of its numbers. */
function verdict(own, comparison) {
    const { agreement, quantity, input, count, worst } = comparison;
    const noun = `Your ${words[quantity]}`;
    const meaning = agreements[agreement];
    const hints = suggestions(own, comparison);
    return h(
        "div",
        {},
        h(
            "p",
            { class: meaning ? "status ok" : "status refused" },
            meaning ? `${noun} agrees. ${meaning}` : `${noun} differs.`,
        ),
        hints.length > 0
            ? h(
                  "ul",
                  { class: "hints" },
                  hints.map((text) => h("li", {}, text)),
              )
            : [],
        worst ? worstTable((count > 1 ? `The worst of ${count} numbers: ` : "") + input, worst) : [],
        worst && count > 1 ? allNumbers(own, comparison) : [],
    );
}

/** Each number beside the true one, of as many as can be read. */
function allNumbers(own, { input, shape, expected }) {
    const shown = own.slice(0, mostNumbers);
    return h(
        "details",
        {},
        h("summary", {}, shown.length < own.length ? `The first ${mostNumbers} numbers` : "All numbers"),
        grid(
            "all numbers",
            [input, "yours", "true", "difference"],
            shown.map((number, offset) => [
                `[${placeAt(offset, shape).join(", ")}]`,
                exact(number),
                exact(expected[offset]),
                short(number - expected[offset], 6),
            ]),
        ),
    );
}

/** The place of a number, by its offset in arrays of a shape. */
function placeAt(offset, shape) {
    return shape.reduceRight(
        ([rest, place], length) => [Math.floor(rest / length), [rest % length, ...place]],
        [offset, []],
    )[1];
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
