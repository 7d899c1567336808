// SPDX-License-Identifier: Apache-2.0

/**
 * The losses and metrics of each kind of predictions, as lists of choices: the main loss, others, and metrics, which suit
 * losses of a family.
 */
const proposals = {
    numbers: {
        loss: "squared_error",
        also: "absolute_error",
        metrics: "r2,root_mean_squared_error",
        family: "regression",
    },
    probabilities: {
        loss: "binary_cross_entropy",
        also: "brier",
        metrics: "roc_auc,accuracy,expected_calibration_error",
        family: "binary",
    },
    logits: {
        loss: "binary_cross_entropy(from_logits=true)",
        also: "",
        metrics: "roc_auc,accuracy(threshold=0)",
        family: "binary",
    },
    classes: { loss: "brier", also: "", metrics: "accuracy,f1,matthews_corrcoef", family: "binary" },
    rows: { loss: "categorical_cross_entropy", also: "", metrics: "accuracy", family: "multiclass" },
};

/** The losses and metrics that suit two columns or arrays; those for numbers if either is not known. */
export function proposal(source, { predictions, targets }) {
    const areKnown = predictions !== undefined && targets !== undefined;
    return proposals[areKnown ? source.kind(predictions, targets) : "numbers"];
}

/** The metrics of a proposal if they suit a loss: both compare predictions with targets, on the same scale. */
export function suitableMetrics({ metrics, family }, loss, values) {
    const options = loss.resolved(values);
    const links = loss.entry.minimizer?.links ?? [];
    const link = links.findLast((one) => one.if === undefined || options[one.if])?.link;
    const isOnScale = family !== "regression" || link === undefined || link === "identity";
    const reads = ["predictions", "targets"].every((name) => loss.input(name));
    return loss.entry.family === family && isOnScale && reads ? metrics : "";
}
