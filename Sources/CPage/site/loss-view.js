// SPDX-License-Identifier: Apache-2.0

import { accuracyOf } from "./accuracy.js";
import { encode } from "./address.js";
import { pagePath, Refusal } from "./api.js";
import { Choice } from "./choice.js";
import { CurveFigure } from "./curve-figure.js";
import { h, latest } from "./dom.js";
import { canEvaluate } from "./evaluation.js";
import { factsSections } from "./facts.js";
import { Loss } from "./loss.js";
import { lossControls } from "./loss-controls.js";
import { LossState } from "./loss-state.js";
import { advice, linked } from "./names.js";
import { Plane } from "./plane.js";
import { PlaneFigure } from "./plane-figure.js";
import { typeset } from "./tex.js";
import { trySection } from "./try.js";

/** The page of a loss: formula, figure with controls, facts, and a request to try. */
export async function lossView({ list, name }) {
    let loss;
    try {
        loss = await Loss.load(`/v1/${list}/${encodeURIComponent(name)}`);
    } catch (error) {
        if (!(error instanceof Refusal) || error.status !== 404) throw error;
        return unknownView(list, name);
    }
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
    const links = h("p", { class: "note links" });
    const refresh = latest(async () => {
        request.refresh();
        links.replaceChildren(...headerLinks(loss, Choice.of(loss, state.chosen)));
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
            header(loss, name, links),
            h("div", { class: "columns" }, curve.element, controls),
            planeSection,
            factsSections(loss, accuracy),
            request.element,
        ),
        start: rebuild,
    };
}

function header(loss, name, links) {
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
        links,
    );
}

/** Links to the loss, with its chosen options, in other views and documents. */
function headerLinks({ name, href, entry }, choice) {
    const compared = [...new Set([choice.text, name, ...relatives(entry)])].join(",");
    return [
        h("a", { href: `/compare?losses=${encode(compared)}` }, "Compare"),
        h("a", { href: `/check?loss=${encode(choice.text)}` }, "Check a gradient"),
        canEvaluate(entry) ? h("a", { href: `/data?loss=${encode(choice.text)}` }, "Your data") : [],
        h("a", { href: "#try" }, "Try it"),
        h("a", { href }, "JSON"),
        h("a", { href: entry.schema }, "Schema"),
        h("a", { href: entry.examples }, "Examples"),
    ].flat();
}

/** A page that says which losses a name may mean. */
async function unknownView(list, name) {
    const { hint, entries } = await advice(name, list);
    const noun = list === "losses" ? "loss" : "penalty";
    return {
        title: `No ${noun} ${name}`,
        element: h(
            "article",
            { class: "prose unknown" },
            h("h1", {}, `No ${noun} is called ${name}`),
            h("p", {}, await linked(hint)),
            entries.length > 0
                ? [
                      h("h2", {}, "Did you mean one of these?"),
                      h(
                          "dl",
                          { class: "problems" },
                          entries.map(({ name: other, href, summary }) =>
                              h(
                                  "div",
                                  {},
                                  h("dt", {}, h("a", { href: pagePath(href) }, other)),
                                  h("dd", {}, summary),
                              ),
                          ),
                      ),
                  ]
                : [],
            h("p", {}, h("a", { href: "/" }, "All losses")),
        ),
    };
}

/** A few losses that are often compared with those of a family. */
function relatives({ family }) {
    const usual = {
        regression: ["squared_error", "absolute_error", "huber"],
        binary: ["logistic_margin", "hinge", "squared_hinge", "zero_one"],
        preference: ["dpo", "ipo", "dpo_hinge"],
        policy: ["ppo", "cispo", "sapo"],
        regularization: ["l1", "l2", "elastic_net"],
    };
    return usual[family] ?? [];
}
