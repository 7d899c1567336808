// SPDX-License-Identifier: Apache-2.0

import { Refusal } from "./api.js";
import { catalogueView } from "./catalogue-view.js";
import { checkView } from "./check-view.js";
import { compareView } from "./compare-view.js";
import { dataView } from "./data-view.js";
import { h } from "./dom.js";
import { lossView } from "./loss-view.js";
import { problemsView } from "./problems-view.js";
import { serviceView } from "./service-view.js";

/** The views by the first segment of the path. */
const views = {
    "": catalogueView,
    losses: lossView,
    penalties: lossView,
    compare: compareView,
    data: dataView,
    check: checkView,
    problems: problemsView,
    service: serviceView,
};

const main = document.getElementById("main");
let leave = () => {};

/** Shows the view of the current address. */
async function show(isNavigation) {
    leave();
    const [, first = "", name = ""] = location.pathname.split("/");
    const abort = new AbortController();
    leave = () => abort.abort();
    markCurrent(first);
    main.setAttribute("aria-busy", "true");
    let content;
    try {
        content = await views[first]({ list: first, name: decodeURIComponent(name), signal: abort.signal });
    } catch (error) {
        content = { title: "Not available", element: failure(error) };
    }
    if (abort.signal.aborted) return;
    document.title = content.title ? `${content.title} · losses` : "Losses";
    main.replaceChildren(content.element);
    main.removeAttribute("aria-busy");
    content.start?.();
    if (isNavigation) {
        main.focus({ preventScroll: true });
        scrollTo(0, 0);
    }
}

function failure(error) {
    if (!(error instanceof Refusal)) console.error(error);
    return h(
        "section",
        { class: "prose" },
        h("h1", {}, "This view could not be shown"),
        h("p", {}, error.message),
        h("p", {}, h("a", { href: "/" }, "All losses")),
    );
}

function markCurrent(first) {
    for (const link of document.querySelectorAll("header nav a")) {
        const [, own] = new URL(link.href).pathname.split("/");
        const isCurrent = own === first || (own === "" && (first === "losses" || first === "penalties"));
        if (isCurrent) link.setAttribute("aria-current", "page");
        else link.removeAttribute("aria-current");
    }
}

/** Follows links between views without loading the page again. */
document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (
        !link ||
        event.defaultPrevented ||
        event.button !== 0 ||
        event.metaKey ||
        event.ctrlKey ||
        event.shiftKey
    )
        return;
    const target = new URL(link.href);
    if (target.origin !== location.origin || link.hasAttribute("download") || link.target) return;
    const [, first = ""] = target.pathname.split("/");
    if (!(first in views)) return;
    if (target.pathname === location.pathname && target.search === location.search) return;
    event.preventDefault();
    history.pushState(null, "", target);
    show(true);
});
addEventListener("popstate", () => show(true));
show(false);
