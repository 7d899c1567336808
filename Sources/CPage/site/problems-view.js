// SPDX-License-Identifier: Apache-2.0

import { get } from "./api.js";
import { h } from "./dom.js";

/** All kinds of problems, or one of them. */
export async function problemsView({ name }) {
    return name
        ? one(await get(`/problems/${encodeURIComponent(name)}`))
        : all((await get("/problems")).problems);
}

function one(problem) {
    return {
        title: problem.title,
        element: h(
            "article",
            { class: "prose" },
            h("p", { class: "eyebrow" }, h("a", { href: "/problems" }, "Problems")),
            h("h1", {}, problem.title),
            h("p", { class: "status refused" }, `Status ${problem.status}`),
            h("p", {}, inCode(problem.explanation)),
            h(
                "p",
                { class: "note" },
                "The type of its problem documents (RFC 9457): ",
                h("code", {}, problem.type),
                ".",
            ),
        ),
    };
}

function all(problems) {
    const statuses = [...new Set(problems.map(({ status }) => status))].sort((a, b) => a - b);
    return {
        title: "Problems",
        element: h(
            "article",
            { class: "prose" },
            h("h1", {}, "Problems"),
            h("p", {}, "The reasons for which a request is refused, by the status of the response."),
            statuses.map((status) =>
                h(
                    "section",
                    {},
                    h("h2", {}, String(status)),
                    h(
                        "dl",
                        { class: "problems" },
                        problems
                            .filter((problem) => problem.status === status)
                            .map(({ type, title, explanation }) =>
                                h(
                                    "div",
                                    {},
                                    h("dt", {}, h("a", { href: type }, title)),
                                    h("dd", {}, inCode(explanation)),
                                ),
                            ),
                    ),
                ),
            ),
        ),
    };
}

/** A text in which names between backquotes are code. */
function inCode(text) {
    return text.split(/`([\w./-]+)`/).map((part, index) => (index % 2 === 1 ? h("code", {}, part) : part));
}
