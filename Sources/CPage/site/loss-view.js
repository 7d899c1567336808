// SPDX-License-Identifier: Apache-2.0

import { accuracyOf } from "./accuracy.js";
import { CurveFigure } from "./curve-figure.js";
import { h, latest } from "./dom.js";
import { factsSections } from "./facts.js";
import { Loss } from "./loss.js";
import { lossControls } from "./loss-controls.js";
import { LossState } from "./loss-state.js";
import { Plane } from "./plane.js";
import { PlaneFigure } from "./plane-figure.js";
import { typeset } from "./tex.js";
import { trySection } from "./try.js";

/** The page of a loss: formula, figure with controls, facts, and a request to try. */
export async function lossView({ list, name }) {
    const loss = await Loss.load(`/v1/${list}/${encodeURIComponent(name)}`);
    const accuracy = await accuracyOf(loss.name);
    const state = new LossState(loss, name);
    const curve = new CurveFigure((x) => state.address.set("at", x));
    const plane = new PlaneFigure();
    const planeSection = h(
        "section",
        { class: "plane-section", hidden: true },
        h("h2", {}, "Over two numbers"),
        plane.element,
    );
    const controls = h("div", { class: "controls" });
    const request = trySection(loss, () => state.chosen);
    const refresh = latest(async () => {
        request.refresh();
        const scene = state.scene();
        const two = Plane.of(scene);
        planeSection.hidden = !two;
        await Promise.all([curve.show(scene, state.figure), two && plane.show(two)]);
    });
    const rebuild = () => {
        controls.replaceChildren(...lossControls(state, refresh, rebuild));
        refresh();
    };
    return {
        title: loss.name,
        element: h(
            "article",
            { class: "loss" },
            header(loss, name),
            h("div", { class: "columns" }, curve.element, controls),
            planeSection,
            factsSections(loss, accuracy),
            request.element,
        ),
        start: rebuild,
    };
}

function header(loss, name) {
    const { entry } = loss;
    return h(
        "header",
        { class: "title" },
        h(
            "p",
            { class: "eyebrow" },
            h("a", { href: `/?task=${entry.family}` }, entry.family.replaceAll("_", " ")),
        ),
        h("h1", {}, loss.name),
        name === loss.name ? [] : h("p", { class: "alias" }, `You asked for ${name}, another name of it.`),
        h("p", { class: "summary" }, entry.summary),
        h(
            "div",
            { class: "formula", tabindex: 0, role: "region", "aria-label": "formula" },
            typeset(entry.formula.tex),
        ),
        h("p", { class: "gradient" }, "Gradient: ", entry.formula.gradient, "."),
        h(
            "p",
            { class: "note links" },
            h("a", { href: `/compare?losses=${relatives(loss).join(",")}` }, "Compare"),
            h("a", { href: `/check?loss=${loss.name}` }, "Check a gradient"),
            h("a", { href: "#try" }, "Try it"),
            h("a", { href: loss.href }, "JSON"),
            h("a", { href: entry.schema }, "Schema"),
            h("a", { href: entry.examples }, "Examples"),
        ),
    );
}

/** The loss with a few that are often compared with those of its family. */
function relatives({ name, entry }) {
    const usual = {
        regression: ["squared_error", "absolute_error", "huber"],
        binary: ["logistic_margin", "hinge", "squared_hinge", "zero_one"],
        preference: ["dpo", "ipo", "dpo_hinge"],
        policy: ["ppo", "cispo", "sapo"],
        regularization: ["l1", "l2", "elastic_net"],
    };
    return [...new Set([name, ...(usual[entry.family] ?? [])])];
}
