// SPDX-License-Identifier: Apache-2.0

/** The special picture of a loss, if it has one. */
export function pictureOf(loss) {
    return pictures.find(({ fits }) => fits(loss));
}

/**
 * Pictures of losses whose inputs are not just predictions and targets: which losses they fit, how they
 * arrange a scene, and the axis of a number or the names of the two numbers of a plane, if special, or that they
 * have no plane.
 */
const pictures = [
    {
        fits: ({ inputs }) => has(inputs, "logprobs", "old_logprobs", "advantages"),
        arrange: (scene) => {
            // Of a sequence, one token varies, and the ratios of the others are 1.
            if (Array.isArray(scene.unit.logprobs)) hold(scene, { logprobs: [0] });
            hold(scene, { old_logprobs: [0], advantages: [1, -1] });
        },
        axis: ({ probe }) =>
            probe.input !== "logprobs"
                ? undefined
                : {
                      label: "ratio of the probabilities, π / π_old",
                      low: 0.02,
                      high: 2.5,
                      start: 1.1,
                      value: (ratio) => Math.log(ratio),
                      rate: (ratio) => 1 / ratio,
                  },
    },
    {
        fits: ({ inputs }) => has(inputs, "logprobs", "reference_logprobs"),
        arrange: (scene) =>
            hold(scene, { reference_logprobs: [0], ...(scene.held.old_logprobs && { old_logprobs: [0] }) }),
        axis: ({ probe, loss }) =>
            probe.input !== "logprobs"
                ? undefined
                : {
                      ...axis("log π − log π_ref", ...(has(loss.inputs, "labels") ? [-50, 50] : [-3, 3])),
                  },
    },
    {
        fits: ({ inputs }) => has(inputs, "chosen", "rejected", "reference_chosen", "reference_rejected"),
        arrange: (scene) => hold(scene, { rejected: [0], reference_chosen: [0], reference_rejected: [0] }),
        axis: ({ probe, loss }) =>
            probe.input !== "chosen"
                ? undefined
                : axis(
                      "margin: chosen − reference, less the same of the rejected",
                      ...(loss.name === "f_dpo" ? [-8, 8] : [-60, 60]),
                  ),
    },
    {
        fits: ({ inputs }) => has(inputs, "chosen", "rejected"),
        arrange: (scene) => hold(scene, { rejected: [-1] }),
        axis: ({ probe, loss }) =>
            probe.input !== "chosen"
                ? undefined
                : axis(
                      "chosen, with rejected = −1",
                      ...(loss.name === "bradley_terry" ? [-6, 6] : [-6, -0.01]),
                  ),
    },
    {
        fits: ({ name }) => name.startsWith("crps_") || name === "dawid_sebastiani",
        arrange: (scene) => {
            const [location, spread] = scene.loss.inputs;
            if (scene.held[spread.name] && spread.name !== "targets") {
                hold(scene, { [spread.name]: [0.5, 1, 2] });
                // A shape is above 0, and that of the example is held.
                if (location.name !== "shape") hold(scene, { [location.name]: [0] });
            }
            scene.vary("targets");
        },
    },
    {
        fits: ({ name }) => name === "triplet_margin",
        arrange: (scene) => {
            scene.unit = { anchor: [0], positive: [1.5], negative: [1.25] };
            scene.vary("positive[0]");
        },
        axis: ({ probe }) =>
            probe.input === "anchor" ? undefined : axis(`distance to the ${probe.input}`, 0.01, 4),
        plane: ["positive[0]", "negative[0]"],
    },
    {
        fits: ({ name }) => name === "box",
        arrange: () => {},
        axis: ({ loss, chosen }) => {
            const { lower, upper } = loss.resolved(chosen);
            return axis("parameters", lower, upper);
        },
    },
    {
        fits: ({ name }) => name === "topk_distillation",
        arrange: () => {},
        hasPlane: false,
        axis: ({ probe, unit }) => {
            if (probe.input !== "logprobs") return undefined;
            const [index] = probe.place;
            const others = unit.logprobs.reduce(
                (sum, one, offset) => sum + (offset === index ? 0 : Math.exp(one)),
                0,
            );
            // What the other tokens leave, most of which may be that of this one.
            return axis(`logprobs[${index}]`, -5, Math.log(0.999 * (1 - others)));
        },
    },
    {
        fits: ({ name }) => name === "interval_score",
        arrange: (scene) => hold(scene, { lower: [-1], upper: [1] }).vary("targets"),
    },
    {
        fits: ({ inputs }) => inputs.length > 2 && inputs.some(({ name }) => spreads.includes(name)),
        arrange: (scene) => {
            const spread = scene.loss.inputs.find(({ name }) => spreads.includes(name));
            if (scene.held[spread.name]) hold(scene, { [spread.name]: [0.5, 1, 2] });
        },
    },
];

const spreads = ["variance", "standard_deviation", "scale"];

function has(inputs, ...names) {
    return names.every((name) => inputs.some((input) => input.name === name));
}

/** Holds inputs at numbers, with a curve for each; those of vectors at the first of them. */
function hold(scene, numbers) {
    for (const [input, values] of Object.entries(numbers)) {
        if (Array.isArray(scene.unit[input])) scene.unit[input] = filled(scene.unit[input], values[0]);
        else scene.held[input] = values;
    }
    return scene;
}

function filled(value, number) {
    return Array.isArray(value) ? value.map((item) => filled(item, number)) : number;
}

function axis(label, low, high) {
    return {
        label,
        low,
        high,
        start: low + 0.55 * (high - low),
        value: (x) => x,
        rate: () => 1,
        isPlain: true,
    };
}
