// SPDX-License-Identifier: Apache-2.0

import { Choice } from "./choice.js";
import { h } from "./dom.js";
import { facts, grid } from "./tables.js";

/** What is known of a loss: properties, bounds, inputs, options, kinks, notes, conventions, references. */
export function factsSections({ entry }, accuracy) {
    return [
        section("Facts", h("dl", { class: "facts" }, factRows(entry, accuracy))),
        entry.kinks.length > 0 ? section("Kinks and clipping", list(entry.kinks)) : [],
        section("Inputs", inputsTable(entry.inputs)),
        entry.conventions.length > 0
            ? section("Conventions of libraries", conventionsTable(entry.conventions))
            : [],
        entry.notes.length > 0 ? section("Notes", list(entry.notes)) : [],
        entry.references.length > 0
            ? section(
                  "References",
                  h(
                      "ul",
                      {},
                      entry.references.map((text) => h("li", {}, reference(text))),
                  ),
              )
            : [],
    ];
}

/** What a gradient is that is not the derivative of the loss. */
const otherGradients = {
    constant_weights: "that for constant weights",
    straight_through: "that of another loss",
};

function section(title, ...content) {
    return h("section", { class: "prose" }, h("h2", {}, title), content);
}

function list(texts) {
    return h(
        "ul",
        {},
        texts.map((text) => h("li", {}, text)),
    );
}

function factRows(entry, accuracy) {
    const { bounds = {}, minimizer, aliases } = entry;
    const rows = [
        ["Properties", entry.properties.map((name) => name.replaceAll("_", " ")).join(", ")],
        ["Bound of the loss", bound(bounds, "loss")],
        ["Bound of the gradient", bound(bounds, "gradient")],
        ["Bound of the Hessian", bound(bounds, "hessian")],
        ["Minimised by", minimizer && `the ${minimizer.statistic} of the targets`],
        ["Equal to", entry.relations && list(entry.relations.map(relation))],
        ["One loss for each", entry.unit],
        ["Default reduction", entry.default_reduction],
        ["Gradient", otherGradients[entry.gradient_kind]],
        ["Steps", entry.steps],
        ["Largest error", accuracy && errors(accuracy)],
        [
            "Also called",
            aliases.length > 0 &&
                aliases.map(({ name, implies }) =>
                    h(
                        "span",
                        { class: "name" },
                        h("code", {}, name),
                        implies ? ` (${optionTexts(implies)})` : "",
                    ),
                ),
        ],
    ];
    return facts(rows.filter(([, value]) => value));
}

/** A bound, with the options that it requires. */
function bound({ when, ...texts }, name) {
    return texts[name] && texts[name] + (when ? ` where ${optionTexts(when)}` : "");
}

/** A multiple of another loss, and the options with which it is one, with a link. */
function relation({ options, factor, loss, loss_options: others }) {
    const condition = optionTexts(options);
    const named = new Choice(
        loss,
        Object.fromEntries(Object.entries(others).map(([name, one]) => [name, String(one)])),
    );
    return [
        factor === 1 ? "" : `${factor} × `,
        h("a", { href: `/losses/${named.name}${named.query}` }, named.text),
        condition === "" ? "" : ` where ${condition}`,
    ];
}

function optionTexts(options) {
    return Object.entries(options)
        .map(([name, value]) => `${name} = ${value}`)
        .join(", ");
}

/** The largest errors on difficult samples, in units in the last place, beside those of PyTorch. */
function errors({ own, pytorch, samples }) {
    const texts = own.map(([name, error]) => `${name} ${error}`).join(", ");
    const others = pytorch.map(([name, error]) => `${name} ${error}`).join(", ");
    return (
        `${texts} units in the last place, of ${samples} difficult samples` +
        (others ? `; PyTorch's: ${others}` : "")
    );
}

function inputsTable(inputs) {
    return grid(
        "inputs",
        ["input", "meaning", "shape", "numbers", "derivative"],
        inputs.flatMap((input) =>
            input.forms.map((form, index) => [
                index === 0 ? h("code", {}, input.name) : "",
                index === 0 ? input.summary + (input.required ? "" : " (may be omitted)") : "",
                h("code", {}, form.shape),
                form.domain + (form.when ? ` where ${optionTexts(form.when)}` : ""),
                index === 0 ? (input.differentiable ? "yes" : "no") : "",
            ]),
        ),
    );
}

function conventionsTable(conventions) {
    return grid(
        "conventions",
        ["library", "version", "options", "reduction", "what differs"],
        conventions.map((one) => [
            one.name,
            one.version,
            optionTexts(one.options) || "as here",
            one.reduction ?? "as here",
            one.notes.join(" "),
        ]),
    );
}

/** A reference with a link: to PyTorch's manual for its modules, to a search for papers. */
function reference(text) {
    const module = text.match(/^PyTorch ([A-Z][A-Za-z0-9]+)$/);
    if (module)
        return link(`https://docs.pytorch.org/docs/stable/generated/torch.nn.${module[1]}.html`, text);
    if (/, (19|20)\d\d$/.test(text))
        return link(`https://scholar.google.com/scholar?q=${encodeURIComponent(text)}`, text);
    return text;
}

function link(href, text) {
    return h("a", { href, rel: "noreferrer" }, text);
}
