// SPDX-License-Identifier: Apache-2.0

extension OtherNames {
    /// Losses of numbers, counts and vectors.
    static let regression: [Entry] = [
        (["squared_loss", "mse_regression", "quadratic_loss"], "Use squared_error."),
        (
            ["sse", "rss", "sum_squared_error", "sum_of_squares"],
            "Use squared_error with \"reduction\": \"sum\"."
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
            ["cosine_similarity"],
            "Use cosine_distance with \"measure\": \"negative_similarity\" for the loss of Keras, or with "
                + "\"similarity\" for the cosine itself, as in optax."
        ),
        (
            ["svr", "svr_loss"],
            "Use epsilon_insensitive."
        ),
        (
            ["RMSEWithUncertainty"],
            "Use gaussian_nll_logvar, whose log_variance is twice CatBoost's second prediction, the logarithm of "
                + "the deviation."
        ),
        (
            ["MultiQuantile"],
            "Use quantile_grid with CatBoost's alpha as levels; it is the mean over them, CatBoost's the sum."
        ),
        (
            ["MultiRMSE", "MultiRMSEWithMissingValues"],
            "Use half_squared_error, with \"missing\": \"skip\" if targets are missing; CatBoost's metric is the "
                + "root of a mean."
        ),
        (
            ["LogLinQuantile"],
            "Use pinball, and the exponentials of CatBoost's predictions: multiply its gradient by them."
        ),
        (
            ["crps", "crps_closed_form"],
            "Use crps_ensemble for samples; for the parameters of a distribution crps_normal, crps_logistic, "
                + "crps_laplace, crps_lognormal, crps_student_t, crps_gamma or crps_poisson."
        ),
        (
            [
                "crps_negbinom", "crps_uniform", "crps_gev", "crps_beta", "crps_binom",
                "crps_mixnorm",
            ],
            "The score of this distribution is not supported: use crps_ensemble with samples of it; of "
                + "distributions there are crps_normal, crps_logistic, crps_laplace, crps_lognormal, "
                + "crps_student_t, crps_gamma and crps_poisson."
        ),
        (["byol", "byol_loss"], "It is twice cosine_distance."),
    ]

    /// Losses of classes and labels.
    static let classification: [Entry] = [
        (
            ["log_loss", "neg_log_loss", "negative_log_likelihood", "deviance"],
            "Use binary_cross_entropy for two classes and categorical_cross_entropy for more."
        ),
        (["binary_logloss"], "Use binary_cross_entropy."),
        (["mlogloss"], "Use categorical_cross_entropy."),
        (
            ["multi_logloss"],
            "Use categorical_cross_entropy or, for CatBoost's MultiLogloss, binary_cross_entropy with "
                + "\"from_logits\": true."
        ),
        (
            ["multiclass", "multinomial", "xent", "softmax_loss"],
            "Use categorical_cross_entropy with \"from_logits\": true."
        ),
        (
            [
                "binary", "xentropy", "logistic", "logistic_loss", "logistic_regression",
                "bernoulli_nll",
            ],
            "Use binary_cross_entropy with \"from_logits\": true."
        ),
        (
            [
                "sigmoid_cross_entropy", "multiclassova", "ova", "ovr", "ova_logistic",
                "multilabel_bce",
                "MultiClassOneVsAll", "MultiCrossEntropy",
            ],
            "Use binary_cross_entropy with \"from_logits\": true, one logit for each label."
        ),
        (
            ["binomial", "binomial_nll", "binomial_loss"],
            "Use binary_cross_entropy with \"from_logits\": true, shares of successes as targets and the numbers "
                + "of trials as weights."
        ),
        (
            ["label_smoothing", "label_smoothing_cross_entropy"],
            "Use categorical_cross_entropy or binary_cross_entropy with label_smoothing."
        ),
        (
            ["linear_cross_entropy", "linear_ce", "fused_linear_cross_entropy"],
            "The weights of the layer are the client's: use categorical_cross_entropy with \"from_logits\": true, "
                + "and multiply its gradient by them."
        ),
        (
            ["adaptive_softmax", "adaptive_log_softmax", "adaptive_log_softmax_with_loss"],
            "Its clusters have learned weights, which the service does not hold: compute the logits with them, "
                + "and use categorical_cross_entropy with \"from_logits\": true."
        ),
        (
            ["nce", "nce_loss", "sampled_softmax", "sampled_softmax_loss"],
            "It draws classes and holds the weights of a layer, which the service does not: compute the logits of "
                + "the classes drawn, and use binary_cross_entropy for nce_loss or categorical_cross_entropy for "
                + "sampled_softmax_loss, with \"from_logits\": true."
        ),
        (
            ["fenchel_young", "fenchel_young_loss", "make_fenchel_young_loss"],
            "It takes a function of the client's own; of these losses there are categorical_cross_entropy from "
                + "logits, sparsemax, entmax15 and entmax."
        ),
        (
            ["focal", "focal_loss"],
            "Use binary_focal, with \"from_logits\": true for logits, or softmax_focal for more than two classes."
        ),
        (
            ["nll", "nll_loss"],
            "Its inputs are logarithms of probabilities, which are valid logits: use "
                + "categorical_cross_entropy with \"from_logits\": true; the gradient is then that "
                + "with respect to the logits."
        ),
        (
            ["svm", "svm_loss"],
            "Use hinge or squared_hinge, or multiclass_hinge for more than two classes."
        ),
        (
            ["ordinal", "ordinal_loss", "ordinal_logistic", "ordinal_cross_entropy"],
            "Use cumulative_link, coral or corn."
        ),
        (
            ["misclassification", "misclass_loss"],
            "It is 1 minus accuracy, a metric of /v1/evaluations; zero_one is that of two classes, with -1 and 1 "
                + "as labels."
        ),
    ]

    /// Losses of policies and language models.
    static let policies: [Entry] = [
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
            ["perplexity"],
            "It is the exponential of the mean of categorical_cross_entropy."
        ),
    ]

    /// Metrics that are made of losses.
    static let metrics: [Entry] = [
        (
            ["rmse", "root_mean_squared_error"],
            "It is the metric root_mean_squared_error of /v1/evaluations, the square root of the mean of "
                + "squared_error; CatBoost's objective RMSE is half_squared_error."
        ),
        (
            ["rmsle", "root_mean_squared_log_error"],
            "It is the square root of the mean of squared_log_error."
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
            ["neg_root_mean_squared_error"],
            "It is minus root_mean_squared_error, a metric of /v1/evaluations."
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
            ["d2_tweedie_score"],
            "It is the metric d2 of /v1/evaluations with \"loss\": \"half_tweedie_deviance\"; scikit-learn's "
                + "power is 0 unless set, and then it is r2."
        ),
        (
            ["median_absolute_error", "neg_median_absolute_error"],
            "It is no mean: request absolute_error with \"reduction\": \"none\", and take the median."
        ),
        (
            ["max_error", "neg_max_error"],
            "It is no mean: request absolute_error with \"outputs\": [\"statistics\"], which have the greatest loss."
        ),
        (
            ["hamming", "hamming_loss"],
            "It is 1 minus accuracy, a metric of /v1/evaluations, with every label as a unit."
        ),
        (
            ["jaccard_score"],
            "With the F1 score f, a metric of /v1/evaluations, it is f / (2 - f)."
        ),
        (
            ["label_ranking", "label_ranking_loss", "coverage_error"],
            "This metric of ranked labels is not computed; losses of labels that apply together are "
                + "multilabel_margin, multilabel_soft_margin, zlpr and asymmetric_multilabel."
        ),
    ]

    /// Losses that the catalogue lacks, by kind.
    static let unsupported: [Entry] = [
        (
            [
                "ranknet", "bpr", "bpr_loss", "pairwise_logistic", "pairwise_logistic_loss",
                "rank:pairwise",
                "PairLogit", "PairLogitPairwise",
            ],
            "Form the pairs, and use bradley_terry of their scores; of lists there is lambdarank_ndcg."
        ),
        (
            ["rank:ndcg", "lambdamart"],
            "Use lambdarank_ndcg, which does not normalise the gradients of a query."
        ),
        (
            [
                "margin_ranking", "margin_ranking_loss", "pairwise_hinge", "pairwise_mse",
                "pairwise_qr",
                "pairwise_soft_zero_one", "mean_pairwise_squared_error", "rank:map",
                "lambdarank_map", "xendcg",
                "rank_xendcg", "listnet", "listmle", "unique_softmax", "ranking_softmax_loss",
                "approx_ndcg",
                "approx_ndcg_loss", "neural_sort", "warp", "YetiRank", "YetiRankPairwise",
                "QueryRMSE",
                "QuerySoftMax", "QueryCrossEntropy", "StochasticRank",
            ],
            "This loss is not supported; of rankings there is lambdarank_ndcg, and bradley_terry of pairs."
        ),
        (
            ["info_nce", "simclr", "clip_loss", "clip_contrastive"],
            "Use nt_xent, with a label for each embedding that those of a pair share."
        ),
        (
            [
                "hinge_embedding", "hinge_embedding_loss", "cosine_embedding",
                "cosine_embedding_loss",
                "contrastive", "contrastive_loss", "siamese_contrastive_loss", "circle",
                "circle_loss", "supcon",
                "sup_con_loss", "siglip", "siglip_loss", "multi_similarity", "barlow_twins",
                "vicreg", "npairs",
            ],
            "This loss is not supported; of embeddings there are triplet_margin, nt_xent and cosine_distance."
        ),
        (
            [
                "arcface", "cosface", "sphereface", "proxy_nca", "proxy_anchor", "soft_triple",
                "normalized_softmax", "center_loss",
            ],
            "It has learned vectors of classes, which the service does not hold; without these there are "
                + "triplet_margin and nt_xent."
        ),
        (
            ["binary_dice", "binary_dice_loss"],
            "Use dice, whose predictions are probabilities: apply the sigmoid function first, as optax does."
        ),
        (
            [
                "tversky", "tversky_loss", "focal_tversky", "generalized_dice",
                "multiclass_generalized_dice_loss",
                "jaccard", "jaccard_loss", "iou", "iou_loss", "lovasz", "lovasz_hinge",
                "lovasz_softmax",
                "mcc_loss",
            ],
            "This loss is not supported; of regions there is dice."
        ),
        (
            [
                "giou", "giou_loss", "diou", "diou_loss", "ciou", "ciou_loss",
                "generalized_box_iou_loss",
                "distance_box_iou_loss", "complete_box_iou_loss",
            ],
            "No loss of bounding boxes is supported."
        ),
        (
            ["quality_focal", "distribution_focal", "varifocal", "varifocal_loss"],
            "This loss is not supported; of its kind there is binary_focal."
        ),
        (
            [
                "cox", "cox_ph", "survival:cox", "aft", "survival:aft",
                "tobit",
                "discrete_hazard", "deephit", "weibull",
            ],
            "No loss of censored times is supported; the metric concordance of /v1/evaluations judges their order."
        ),
        (["rnnt", "rnnt_loss"], "This loss is not supported; of alignments there is ctc."),
        (
            ["soft_dtw", "entropic_ot", "sinkhorn", "sinkhorn_divergence"],
            "This loss is not supported; of ordered places there is wasserstein_1d."
        ),
    ]

    /// Penalties, proximal operators and constraints.
    static let penalties: [Entry] = [
        (
            ["weight_decay", "reg_lambda", "lambda_l2", "half_l2"],
            "Use the penalty l2 with half the strength, for it has no factor 1/2."
        ),
        (["weighted_l1"], "Use the penalty l1 with the factors as weights."),
        (
            ["weighted_group_l2"],
            "Use the penalty group_lasso with the factors of the groups as weights."
        ),
        (
            ["weighted_mc_penalty"],
            "Use the penalty mcp with the factors as weights."
        ),
        (
            ["sparse_group_lasso", "weighted_l1_group_l2"],
            "It is the sum of the penalties l1 and group_lasso: list both in \"regularization\" of a loss. Its "
                + "proximal operator is that of l1, and then that of group_lasso."
        ),
        (
            ["fused_lasso", "sparse_fused_lasso"],
            "It is the sum of the penalties l1 and tv: list both in \"regularization\" of a loss. Its proximal "
                + "operator is that of tv, and then that of l1."
        ),
        (["prox_lasso"], "Use the penalty l1 with \"outputs\": [\"prox\"]."),
        (
            ["prox_ridge"],
            "Use the penalty l2 with \"outputs\": [\"prox\"] and half the strength, as jaxopt divides by 1 + strength."
        ),
        (["prox_elastic_net"], "Use the penalty elastic_net with \"outputs\": [\"prox\"]."),
        (["prox_group_lasso"], "Use the penalty group_lasso with \"outputs\": [\"prox\"]."),
        (
            ["block_l21", "block_mcp", "block_mc_penalty", "block_scad"],
            "Of penalties of groups there is group_lasso."
        ),
        (
            ["activity", "activity_regularizer"],
            "Send the outputs of the layer as the parameters of the penalty l1 or l2."
        ),
        (
            ["spectral", "spectral_norm", "spectral_regularizer"],
            "This penalty is not supported; of the singular values of a matrix there is nuclear, their sum."
        ),
        (
            ["huber_l1", "huberized_l1"],
            "Use the loss huber, with parameters as predictions, 0 as targets and \"reduction\": \"sum\"."
        ),
        (
            ["l0", "l0_norm"],
            "It has no useful derivative; between it and l1 there are l0_5, log_sum, mcp and scad."
        ),
        (
            ["max_norm", "unit_norm", "min_max_norm"],
            "It is a constraint that the client applies; of constraints there are the penalties box and positive."
        ),
        (
            ["gradient_penalty", "jacobian", "jacobian_regularizer"],
            "It depends on the derivatives of the model, which the service does not see."
        ),
    ]
}
