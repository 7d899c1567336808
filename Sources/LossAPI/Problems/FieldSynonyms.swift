// SPDX-License-Identifier: Apache-2.0

/// The names of fields in other libraries.
enum FieldSynonyms {
    /// The fields that are called `name` elsewhere: the first of several that the loss has, or two that
    /// take its place together; empty if there are none.
    static func fields(for name: String, among known: [String]) -> [String] {
        guard name.utf8.count <= 32 else { return [] }
        let name = name.lowercased()
        if let field = synonyms[name]?.first(where: { known.contains($0) }) { return [field] }
        return pairs.first { $0.names.contains(name) && $0.fields.allSatisfy(known.contains) }?
            .fields
            ?? []
    }

    /// The sentence that says how the fields of a loss follow from those that are used elsewhere; `nil` if nothing
    /// is known.
    static func sentence(for name: String, among known: [String]) -> String? {
        guard ["l1", "l2"].contains(name.lowercased()), known.contains("l1_ratio") else {
            return nil
        }
        return "For l1 sum |w| + l2 sum w^2, set \"strength\" to l1 + 2 l2 and \"l1_ratio\" to "
            + "l1 / (l1 + 2 l2)."
    }

    /// Pairs of fields, and the single fields in other libraries that stand for both.
    private static let pairs: [(fields: [String], names: Set<String>)] = [
        (
            ["clip_low", "clip_high"],
            [
                "epsilon", "eps", "eps_clip", "clip", "clip_range", "cliprange", "clip_ratio",
                "clip_eps", "clip_epsilon", "clip_coef",
            ]
        ),
        (["chosen_mask", "rejected_mask"], Set(tokenMasks + ["token_mask"])),
    ]

    /// The names of masks of tokens elsewhere.
    private static let tokenMasks = [
        "completion_mask", "response_mask", "loss_mask", "attention_mask", "action_mask",
    ]

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
            (
                ["tau"],
                [
                    "quantile", "q", "level", "quantile_alpha", "expectile_alpha", "alpha",
                    "quantiles", "taus", "levels",
                ]
            ),
            (
                ["levels"],
                ["tau", "taus", "quantiles", "quantile_levels", "quantile_alpha", "alpha"]
            ),
            (["power"], ["q", "exponent", "variance_power", "tweedie_variance_power"]),
            (["q"], ["power", "exponent"]),
            (["clip_low"], ["epsilon_low", "clip_ratio_low", "cliprange_low", "clip_range_low"]),
            (
                ["clip_high"],
                ["epsilon_high", "clip_ratio_high", "cliprange_high", "clip_range_high"]
            ),
            (["dual_clip"], ["delta", "clip_ratio_c"]),
            (["distance"], ["p", "norm", "norm_degree", "distance_function"]),
            (["ignore_index"], ["ignore_class", "ignore_label"]),
            (["label_smoothing"], ["smoothing"]),
            (["token_mask"], tokenMasks),
            (["lengths"], ["sequence_lengths", "seq_lengths", "seq_lens", "response_lengths"]),
            (["chosen_lengths"], ["chosen_len", "chosen_lens"]),
            (["rejected_lengths"], ["rejected_len", "rejected_lens"]),
            (["chosen_mask"], ["chosen_attention_mask", "chosen_loss_mask"]),
            (["rejected_mask"], ["rejected_attention_mask", "rejected_loss_mask"]),
            (["chosen"], ["chosen_logps", "policy_chosen_logps", "chosen_logprobs"]),
            (["rejected"], ["rejected_logps", "policy_rejected_logps", "rejected_logprobs"]),
            (["reference_chosen"], ["reference_chosen_logps", "ref_chosen_logps"]),
            (["reference_rejected"], ["reference_rejected_logps", "ref_rejected_logps"]),
            (["log_probability"], ["average_log_prob", "length_normalized"]),
            (["strength"], ["lambda", "weight_decay", "alpha", "l1", "l2"]),
            (["l1_ratio"], ["rho"]),
        ]
        var synonyms: [String: [String]] = [:]
        for (fields, names) in entries {
            for name in names { synonyms[name, default: []] += fields }
        }
        return synonyms
    }()
}
