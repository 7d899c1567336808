// SPDX-License-Identifier: Apache-2.0

/** Column names that mean an input, by how its name begins. */
const usual = {
    predictions: [
        "predictions",
        "prediction",
        "predicted",
        "pred",
        "y_pred",
        "yhat",
        "y_hat",
        "score",
        "p",
        "output",
        "forecast",
    ],
    targets: ["targets", "target", "y_true", "label", "labels", "actual", "observed", "y", "truth"],
};
/** The column that an input most likely has. */
export function guessColumn(input, names, inputs) {
    const folded = names.map((name) => name.toLowerCase().trim());
    const candidates = [
        input,
        ...(usual[input] ?? []),
        ...(input === "weights" ? ["weight", "sample_weight", "w"] : []),
        ...(input === "group" ? ["groups", "segment", "category", "fold"] : []),
    ];
    const found = candidates.map((name) => folded.indexOf(name)).find((index) => index >= 0);
    if (found !== undefined) return found;
    const order = inputs.indexOf(input);
    return order >= 0 && names.length >= inputs.length ? order : undefined;
}
