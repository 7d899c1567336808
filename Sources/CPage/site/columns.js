// SPDX-License-Identifier: Apache-2.0

/** Names of columns that mean an input or another field, likely ones first. */
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
    weights: ["weight", "sample_weight", "w"],
    mask: ["masks", "valid"],
    group: ["groups", "segment", "category", "fold", "region"],
    baseline: ["baseline_prediction", "pred_b", "model_b", "y_pred_b", "y_pred_2"],
};

/**
 * The columns that fields most likely have: those with a usual name, then for each input without one the next
 * column, of numbers if there is any, and for a group the first column of texts that repeat.
 *
 * @param fields The fields, of which the first ones are `inputs`.
 * @param source The table or archive.
 * @returns The offset of a column for each field, `undefined` for one without.
 */
export function guessColumns(fields, inputs, source) {
    const { names } = source;
    const folded = names.map((name) => name.toLowerCase().trim());
    const offsets = {};
    const free = (offset) => offset >= 0 && !Object.values(offsets).includes(offset);
    for (const field of fields)
        offsets[field] = [field, ...(usual[field] ?? [])].map((name) => folded.indexOf(name)).find(free);
    const next = (accepts) => names.map((_, index) => index).find((index) => free(index) && accepts(index));
    const isNumeric = (index) => source.hasNumbers(index);
    for (const input of inputs) offsets[input] ??= next(isNumeric) ?? next(() => true);
    if (fields.includes("group"))
        offsets.group ??= next((index) => !isNumeric(index) && source.hasGroups(index));
    return offsets;
}
