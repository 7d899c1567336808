// SPDX-License-Identifier: Apache-2.0

/// The names of fields in other libraries.
enum FieldSynonyms {
    /// The field that is called `name` elsewhere, or the first of several that the loss has.
    static func field(for name: String, among known: [String]) -> String? {
        guard name.utf8.count <= 32, let fields = synonyms[name.lowercased()] else { return nil }
        return fields.first { known.contains($0) }
    }

    /// The fields by their names elsewhere.
    private static let synonyms: [String: [String]] = {
        let entries: [(fields: [String], names: [String])] = [
            (
                ["predictions", "mean", "anchor"],
                [
                    "predictions", "y_pred", "input", "inputs", "logits", "scores", "preds",
                    "prediction", "y_score", "output",
                ]
            ),
            (["targets"], ["target", "y_true", "y", "labels", "label", "truth"]),
            (["weights"], ["weight", "sample_weight", "sample_weights"]),
            (["class_weights"], ["class_weight", "weight"]),
            (["mean"], ["mu", "loc", "means"]),
            (["variance"], ["var", "variances"]),
            (["axis"], ["dim", "axes"]),
            (["epsilon"], ["eps"]),
            (["tau"], ["quantile", "q", "level", "quantile_alpha"]),
            (["distance"], ["p", "norm", "norm_degree", "distance_function"]),
            (["ignore_index"], ["ignore_class", "ignore_label"]),
            (["label_smoothing"], ["smoothing"]),
            (["strength"], ["lambda", "weight_decay"]),
            (["l1_ratio"], ["rho"]),
        ]
        var synonyms: [String: [String]] = [:]
        for (fields, names) in entries {
            for name in names { synonyms[name, default: []] += fields }
        }
        return synonyms
    }()
}
