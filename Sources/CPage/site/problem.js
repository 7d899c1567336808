// SPDX-License-Identifier: Apache-2.0

import { h } from "./dom.js";

/** A sentence with the title of a problem document, which links to its explanation, and its detail. */
export function problemSentence({ type, title, detail }) {
    const name = type?.startsWith("/problems/") ? h("a", { href: type }, title) : title;
    return h("p", {}, h("strong", {}, name), ": ", detail);
}

/** A text of which a part is marked. */
export function excerpt(before, wrong, after) {
    return h("pre", { class: "excerpt" }, before, h("mark", {}, wrong || " "), after);
}
