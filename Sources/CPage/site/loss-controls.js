// SPDX-License-Identifier: Apache-2.0

import { optionControl } from "./controls.js";
import { freshID, h } from "./dom.js";
import { probeName } from "./units.js";

/** Options that change nothing in a picture of one unit. */
const withoutPicture = new Set(["axis", "ignore_index", "check_sums"]);

/**
 * The controls beside the figure of a loss.
 *
 * @param refresh Draws the figure again.
 * @param rebuild Does so after making new controls.
 */
export function lossControls(state, refresh, rebuild) {
    const { loss } = state;
    const scene = state.scene();
    const shown = loss.options.filter(({ name }) => !withoutPicture.has(name));
    const values = loss.resolved(scene.chosen);
    const optionGroup =
        shown.length === 0
            ? []
            : h(
                  "section",
                  {},
                  h("h2", {}, "Options"),
                  shown.map((option) =>
                      optionControl(option, values[option.name], (value) => {
                          state.choose(option, value);
                          // Another kind of option may change the domains, and with them the inputs.
                          if (option.type === "number") refresh();
                          else rebuild();
                      }),
                  ),
              );
    return [optionGroup, inputGroup(state, scene, refresh, rebuild), viewGroup(state, refresh)].flat();
}

/** The number that varies, and those that are held. */
function inputGroup(state, scene, refresh, rebuild) {
    const id = freshID("vary");
    const vary = h(
        "div",
        { class: "option" },
        h("label", { for: id }, "Vary"),
        h(
            "select",
            {
                id,
                onchange: (event) => {
                    state.address.set("vary", event.target.value);
                    state.address.set("at", "");
                    rebuild();
                },
            },
            scene.probes.map((probe) =>
                h(
                    "option",
                    {
                        value: probeName(probe),
                        selected: probeName(probe) === probeName(scene.probe),
                    },
                    probeName(probe),
                ),
            ),
        ),
    );
    const held = Object.keys(scene.unit).filter(
        (input) => input !== scene.probe.input || scene.probe.place.length > 0,
    );
    const isFlat = (value) => !Array.isArray(value) || value.every((item) => !Array.isArray(item));
    return h(
        "section",
        {},
        h("h2", {}, "Inputs"),
        vary,
        held
            .filter((input) => isFlat(scene.unit[input]))
            .map((input) => {
                const isVector = Array.isArray(scene.unit[input]);
                const field = freshID(input);
                return h(
                    "div",
                    { class: "option" },
                    h("label", { for: field }, h("code", {}, input)),
                    h("input", {
                        id: field,
                        type: "text",
                        inputmode: "decimal",
                        value: (isVector ? scene.unit[input] : scene.held[input]).join(", "),
                        "aria-describedby": `${field}-note`,
                        onchange: (event) => {
                            state.hold(input, event.target.value);
                            refresh();
                        },
                    }),
                    h(
                        "p",
                        { class: "note", id: `${field}-note` },
                        `${scene.form(input).domain}${isVector ? "" : "; several give a curve each"}`,
                    ),
                );
            }),
    );
}

function viewGroup(state, refresh) {
    const { address, loss } = state;
    const { conventions } = loss.entry;
    const chosen = new Set(address.list("with"));
    const overlay =
        conventions.length === 0
            ? []
            : h(
                  "fieldset",
                  { class: "conventions" },
                  h("legend", {}, "Overlay a library's convention"),
                  conventions.map(({ name, version, options }) =>
                      h(
                          "label",
                          {},
                          h("input", {
                              type: "checkbox",
                              checked: chosen.has(name),
                              onchange: (event) => {
                                  chosen[event.target.checked ? "add" : "delete"](name);
                                  address.set("with", [...chosen].join(","));
                                  refresh();
                              },
                          }),
                          ` ${name} `,
                          h("small", {}, version, describe(options)),
                      ),
                  ),
              );
    return h(
        "section",
        {},
        h("h2", {}, "View"),
        h(
            "label",
            {},
            h("input", {
                type: "checkbox",
                checked: address.get("log") === "1",
                onchange: (event) => {
                    address.set("log", event.target.checked ? "1" : "");
                    refresh();
                },
            }),
            " logarithmic loss",
        ),
        overlay,
    );
}

function describe(options) {
    const texts = Object.entries(options).map(([name, value]) => `${name} = ${value}`);
    return texts.length > 0 ? `: ${texts.join(", ")}` : "";
}
