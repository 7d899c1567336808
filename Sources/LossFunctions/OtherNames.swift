// SPDX-License-Identifier: Apache-2.0

/// Names of losses in other libraries that the catalogue offers in another form.
///
/// They are not aliases, because the value, the gradient or the inputs differ.
package enum OtherNames {
    /// Returns how to compute the loss with that name; `nil` for other names.
    package static func advice(for name: String) -> String? {
        name.utf8.count <= 64 ? advice[name.foldedName] : nil
    }

    /// The names, folded.
    package static var names: [String] { advice.keys.sorted() }

    /// The advice by folded name.
    private static let advice = Dictionary(
        uniqueKeysWithValues: entries.flatMap { entry in
            entry.names.map { ($0.foldedName, entry.advice) }
        }
    )

    private static let entries: [(names: [String], advice: String)] = [
        (
            ["log_loss", "neg_log_loss", "negative_log_likelihood", "deviance"],
            "Use binary_cross_entropy for two classes and categorical_cross_entropy for more."
        ),
        (
            ["binary_logloss"],
            "Use binary_cross_entropy."
        ),
        (
            ["mlogloss"],
            "Use categorical_cross_entropy."
        ),
        (
            ["multi_logloss"],
            "Use categorical_cross_entropy or, for CatBoost's MultiLogloss, binary_cross_entropy with "
                + "\"from_logits\": true."
        ),
        (
            ["multiclass", "xent", "softmax_loss", "multi:softmax"],
            "Use categorical_cross_entropy with \"from_logits\": true."
        ),
        (
            [
                "binary", "xentropy", "binary:logitraw", "logistic", "logistic_loss",
                "sigmoid_cross_entropy", "multiclassova", "ova", "ovr",
                "multilabel_bce", "MultiClassOneVsAll", "MultiCrossEntropy",
            ],
            "Use binary_cross_entropy with \"from_logits\": true, one logit for each label."
        ),
        (
            ["focal", "focal_loss"],
            "Use binary_focal, with \"from_logits\": true for logits."
        ),
        (
            ["poisson", "poisson_loss"],
            "Use poisson_nll, whose predictions are logarithms of means unless log_input is false."
        ),
        (
            ["gamma", "gamma_loss"],
            "Use half_gamma_deviance, whose predictions are logarithms of means unless log_input is "
                + "false."
        ),
        (
            ["rmsle", "root_mean_squared_log_error"],
            "It is the square root of the mean of squared_log_error."
        ),
        (
            [
                "rnnt", "rnnt_loss", "supcon", "sup_con_loss",
                "rank:pairwise", "rank:map", "cox", "survival:cox", "coxph",
            ],
            "This loss is not supported; of its kind there are nt_xent, lambdarank_ndcg and ctc."
        ),
        (
            ["grpo", "grpo_loss"],
            "Use ppo with \"reduction\": \"mean_of_means\" and advantages of each group of responses, and "
                + "add a coefficient times policy_kl with \"estimator\": \"k3\"."
        ),
        (
            ["dapo", "dapo_loss"],
            "Use ppo with \"clip_high\": 0.28 and \"reduction\": \"mean\", over all tokens of the batch."
        ),
        (
            ["drgrpo", "dr_grpo_loss"],
            "Use ppo with \"reduction\": \"mean\" and as its normalizer the number of responses times the "
                + "maximum length of a response, with advantages that are not divided by their deviation."
        ),
        (
            ["rloo", "rloo_loss"],
            "Use reinforce with \"reduction\": \"mean_of_sums\", or ppo if the policy has changed, with each "
                + "reward minus the mean of the others of its group as the advantages."
        ),
        (
            ["rank:ndcg", "lambdamart"],
            "Use lambdarank_ndcg, which does not normalise the gradients of a query."
        ),
        (
            ["info_nce", "simclr"],
            "Use nt_xent, with a label for each embedding that those of a pair share."
        ),
        (
            ["perplexity"],
            "It is the exponential of the mean of categorical_cross_entropy."
        ),
        (
            ["nll", "nll_loss"],
            "Its inputs are logarithms of probabilities, which are valid logits: use "
                + "categorical_cross_entropy with \"from_logits\": true; the gradient is then that "
                + "with respect to the logits."
        ),
        (
            ["squared_loss", "mse_regression", "quadratic_loss"],
            "Use squared_error."
        ),
        (
            ["cosine_similarity", "cosine_similarity_loss", "cosine_proximity"],
            "Use cosine_distance, one minus the cosine: the loss of Keras is lower by 1, and those of "
                + "optax and MLX have the other sign."
        ),
        (
            ["rmse", "MultiRMSE", "root_mean_squared_error"],
            "It is the square root of the mean of squared_error; CatBoost's objective RMSE is "
                + "half_squared_error."
        ),
        (
            [
                "neg_mean_squared_error", "neg_mean_absolute_error",
                "neg_mean_absolute_percentage_error", "neg_mean_squared_log_error",
                "neg_brier_score",
            ],
            "It is minus the loss whose name lacks neg_."
        ),
        (
            ["reg:squaredlogerror"],
            "It is half of squared_log_error, and clips predictions at -1 + 1e-6."
        ),
        (
            ["mean_poisson_deviance", "neg_mean_poisson_deviance"],
            "It is twice the mean of half_poisson_deviance with \"log_input\": false, or minus that."
        ),
        (
            ["mean_gamma_deviance", "neg_mean_gamma_deviance"],
            "It is twice the mean of half_gamma_deviance with \"log_input\": false, or minus that."
        ),
        (
            ["mean_tweedie_deviance"],
            "It is twice the mean of half_tweedie_deviance with \"log_input\": false; scikit-learn's "
                + "power is 0 unless set, and then it is squared_error."
        ),
        (
            [
                "d2_absolute_error_score", "d2_brier_score", "d2_log_loss_score",
                "d2_pinball_score", "d2_tweedie_score", "r2_score",
            ],
            "It is 1 minus the mean of a loss divided by that for the best constant prediction: "
                + "compute both."
        ),
        (
            ["median_absolute_error", "max_error"],
            "It is no mean: request absolute_error with \"reduction\": \"none\"."
        ),
    ]
}
