// SPDX-License-Identifier: Apache-2.0

import { Address } from "./address.js";
import { catalogue, Refusal } from "./api.js";
import { h } from "./dom.js";
import { labelled, options } from "./forms.js";
import { conventionGradients, factorOf, gradientOf, tolerance, worst } from "./gradients.js";
import { Loss } from "./loss.js";
import { exact, short } from "./numbers.js";
import { pairs } from "./tables.js";
import { pretty } from "./try.js";

/** Compares a client's own gradient with that of the service, and with those of conventions. */
export async function checkView() {
    const address = new Address();
    const entries = await catalogue();
    const chosen = entries.find(({ name }) => name === address.get("loss")) ?? entries[0];
    const select = h(
        "select",
        { onchange: () => choose() },
        options(
            entries.map(({ name, href }) => [href, name]),
            chosen.href,
        ),
    );
    const request = h("textarea", { rows: 9, spellcheck: "false" });
    const own = h("textarea", {
        rows: 5,
        spellcheck: "false",
        placeholder: "[0.1, -0.25, …], or numbers separated by commas or lines",
    });
    const result = h("div", { "aria-live": "polite" });
    let loss;
    const choose = async () => {
        loss = await Loss.load(select.value);
        address.set("loss", loss.name);
        request.value = pretty(loss.plainExamples[0].request);
        result.replaceChildren();
    };
    const check = async (event) => {
        event.preventDefault();
        result.replaceChildren(...(await report(loss, request.value, own.value)));
    };
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
                "each library's convention; this page only compares.",
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
        start: choose,
    };
}

async function report(loss, requestText, ownText) {
    let request;
    let own;
    try {
        request = JSON.parse(requestText);
    } catch (error) {
        return [failure(`The request is not JSON: ${error.message}`)];
    }
    try {
        own = JSON.parse(
            ownText.trim().startsWith("[")
                ? ownText
                : `[${ownText
                      .trim()
                      .split(/[\s,;]+/)
                      .join(",")}]`,
        ).flat(Infinity);
    } catch {
        return [
            failure("Your gradient must be numbers: a JSON array, or numbers separated by commas or lines."),
        ];
    }
    if (own.length === 0 || !own.every(Number.isFinite))
        return [failure("Your gradient must be finite numbers, one for each number of the input.")];
    let gradient;
    try {
        gradient = await gradientOf(loss, request);
    } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        return [failure(error.message)];
    }
    if (gradient.numbers.length !== own.length) {
        return [
            failure(
                `Your gradient has ${own.length} numbers, but that in ${gradient.input} has ${gradient.numbers.length}.`,
            ),
        ];
    }
    return [verdict(own, gradient), comparisons(own, await conventionGradients(loss, request))];
}

function failure(text) {
    return h("p", { class: "message" }, text);
}

function verdict(own, { input, numbers }) {
    const { index, relative } = worst(own, numbers);
    const isSame = relative <= tolerance;
    return h(
        "div",
        {},
        h(
            "p",
            { class: isSame ? "status ok" : "status refused" },
            isSame
                ? `Your gradient agrees, to ${short(relative, 2)} of each number.`
                : "Your gradient differs.",
        ),
        pairs(`The worst of ${own.length} numbers: index ${index} of ${input}`, [
            ["yours", exact(own[index])],
            ["true", exact(numbers[index])],
            ["difference", exact(own[index] - numbers[index])],
            ["relative", short(relative, 3)],
        ]),
    );
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
