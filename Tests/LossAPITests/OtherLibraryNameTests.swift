// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes
import LossFacts
import LossFunctions
import Testing

/// The names that losses and penalties have in other libraries.
@Suite("A name of another library")
struct OtherLibraryNameTests {
    private let client = Client()

    private static let pyTorch = [
        "mse_loss", "l1_loss", "huber_loss", "smooth_l1_loss", "poisson_nll_loss",
        "gaussian_nll_loss",
        "binary_cross_entropy", "binary_cross_entropy_with_logits", "soft_margin_loss",
        "cross_entropy",
        "nll_loss", "linear_cross_entropy", "multi_margin_loss", "multilabel_soft_margin_loss",
        "multilabel_margin_loss", "kl_div", "margin_ranking_loss", "hinge_embedding_loss",
        "cosine_embedding_loss", "triplet_margin_loss", "triplet_margin_with_distance_loss",
        "ctc_loss",
        "AdaptiveLogSoftmaxWithLoss", "nn.NLLLoss", "nn.KLDivLoss", "weight_decay",
    ]
    private static let keras = [
        "MeanSquaredError", "MeanAbsoluteError", "MeanAbsolutePercentageError",
        "MeanSquaredLogarithmicError", "CosineSimilarity", "Huber", "LogCosh", "Poisson",
        "KLDivergence",
        "BinaryCrossentropy", "BinaryFocalCrossentropy", "CategoricalCrossentropy",
        "CategoricalFocalCrossentropy", "SparseCategoricalCrossentropy",
        "CategoricalGeneralizedCrossEntropy", "Hinge", "SquaredHinge", "CategoricalHinge", "Dice",
        "Tversky", "Circle", "CTC", "L1", "L2", "L1L2", "OrthogonalRegularizer",
    ]
    private static let optax = [
        "squared_error", "l2_loss", "huber_loss", "log_cosh", "cosine_distance",
        "cosine_similarity",
        "sigmoid_binary_cross_entropy", "sigmoid_focal_loss", "hinge_loss", "perceptron_loss",
        "sparsemax_loss", "softmax_cross_entropy", "softmax_cross_entropy_with_integer_labels",
        "safe_softmax_cross_entropy", "poly_loss_cross_entropy", "multiclass_hinge_loss",
        "multiclass_perceptron_loss", "multiclass_sparsemax_loss", "make_fenchel_young_loss",
        "kl_divergence", "kl_divergence_with_log_targets", "generalized_kl_divergence",
        "convex_kl_divergence", "dice_loss", "binary_dice_loss", "multiclass_generalized_dice_loss",
        "ntxent", "triplet_margin_loss", "ranking_softmax_loss", "ctc_loss",
    ]
    private static let scikitLearn = [
        "HalfSquaredError", "AbsoluteError", "PinballLoss", "HuberLoss", "HalfPoissonLoss",
        "HalfGammaLoss", "HalfTweedieLoss", "HalfTweedieLossIdentity", "HalfBinomialLoss",
        "HalfMultinomialLoss", "ExponentialLoss", "mean_squared_log_error",
        "mean_absolute_percentage_error", "mean_pinball_loss", "mean_poisson_deviance",
        "mean_gamma_deviance", "mean_tweedie_deviance", "median_absolute_error", "max_error",
        "brier_score_loss", "log_loss", "hinge_loss", "zero_one_loss", "hamming_loss",
        "label_ranking_loss", "coverage_error", "epsilon_insensitive",
        "squared_epsilon_insensitive",
        "modified_huber", "perceptron", "squared_hinge", "r2_score", "d2_pinball_score",
        "d2_tweedie_score", "root_mean_squared_error", "jaccard_score",
    ]
    private static let boosting = [
        "reg:squarederror", "reg:squaredlogerror", "reg:logistic", "reg:pseudohubererror",
        "reg:absoluteerror", "reg:quantileerror", "reg:expectileerror", "binary:logistic",
        "binary:logitraw", "binary:hinge", "multi:softmax", "multi:softprob", "count:poisson",
        "reg:gamma", "reg:tweedie", "rank:pairwise", "rank:ndcg", "rank:map", "survival:cox",
        "survival:aft", "reg_alpha", "reg_lambda", "regression", "regression_l1", "fair", "poisson",
        "quantile", "mape", "gamma", "tweedie", "binary", "cross_entropy_lambda", "xentlambda",
        "multiclass", "multiclassova", "lambdarank", "rank_xendcg", "RMSE", "MAE", "Quantile", "Lq",
        "Logloss", "CrossEntropy", "Focal", "MultiClass", "MultiClassOneVsAll", "MultiLogloss",
        "MultiCrossEntropy", "MultiRMSE", "MultiQuantile", "RMSEWithUncertainty", "Expectile",
        "LogLinQuantile", "Tweedie", "PairLogit", "YetiRank", "QueryRMSE", "QuerySoftMax", "Cox",
        "SurvivalAft",
    ]
    private static let others = [
        "cosine_similarity_loss", "triplet_loss", "log_cosh_loss", "kl_div_loss",
        "margin_ranking_loss",
        "L2DistLoss", "LPDistLoss", "L1DistLoss", "LogitDistLoss", "L1EpsilonInsLoss",
        "L2EpsilonInsLoss", "PeriodicLoss", "QuantileLoss", "LogCoshLoss", "PoissonLoss",
        "L1HingeLoss", "L2HingeLoss", "SmoothedL1HingeLoss", "ModifiedHuberLoss", "PerceptronLoss",
        "LogitMarginLoss", "ExpLoss", "L2MarginLoss", "SigmoidLoss", "DWDMarginLoss", "ZeroOneLoss",
        "MisclassLoss", "logitbinarycrossentropy", "logitcrossentropy", "dice_coeff_loss",
        "tversky_loss", "siamese_contrastive_loss", "poly1_softmax_loss", "wing_loss", "nce_loss",
        "sampled_softmax_loss", "log_poisson_loss", "absolute_difference",
        "sigmoid_cross_entropy_with_logits", "weighted_cross_entropy_with_logits",
        "mean_pairwise_squared_error", "soft_l1", "MCPenalty", "SCAD", "LogSumPenalty", "L0_5",
        "L2_3",
        "WeightedL1", "WeightedGroupL2", "L2_1", "WeightedL1GroupL2", "L1_plus_L2", "SLOPE",
        "IndicatorBox", "PositiveConstraint", "prox_lasso", "prox_ridge", "prox_elastic_net",
        "prox_group_lasso",
    ]

    @Test(
        "is that of a loss, a penalty or a metric, or there is advice",
        arguments: pyTorch + keras + optax + scikitLearn + boosting + others
    )
    func known(name: String) throws {
        let own = name.split(separator: ".").last.map(String.init) ?? name
        let isKnown = Catalogue.loss(named: own) != nil || Catalogue.penalty(named: own) != nil
        #expect(
            isKnown || OtherNames.advice(for: own) != nil
                || MetricCatalogue.metric(named: own) != nil
        )
    }

    @Test(
        "leads to the loss that it means, with the options and the convention that it implies",
        arguments: [
            ("softmax_ce", "categorical_cross_entropy", nil), ("kl", "kl_divergence", nil),
            ("cross_entropy_prob", "categorical_cross_entropy", nil), ("js", "jensen_shannon", nil),
            ("bce_prob", "binary_cross_entropy", nil), ("chi2", "chi_square", nil),
            ("soft_l1", "pseudo_huber", nil),
            ("kl_log_target", "kl_divergence", nil), ("poly1_ce", "poly1_cross_entropy", nil),
            ("binary:hinge", "hinge", "xgboost"),
            ("xentlambda", "cross_entropy_lambda", "lightgbm"),
            ("reg:squaredlogerror", "squared_log_error", "xgboost"),
            ("binary:logitraw", "binary_cross_entropy", "xgboost"),
            ("regression", "half_squared_error", "lightgbm"),
            ("cosine_similarity_loss", "cosine_distance", "mlx"),
            ("CategoricalFocalCrossentropy", "softmax_focal", "keras"),
            ("CategoricalGeneralizedCrossEntropy", "generalized_cross_entropy", "keras"),
        ] as [(String, String, String?)]
    )
    func aliases(name: String, loss: String, convention: String?) throws {
        let found = try #require(Catalogue.loss(named: name))
        #expect(found.facts.name == loss)
        #expect(found.convention?.name == convention)
    }

    @Test(
        "is refused with the losses to use, or the reason why there are none",
        arguments: [
            ("ova_logistic", ["binary_cross_entropy"], "one logit for each label"),
            (
                "nce_loss", ["binary_cross_entropy", "categorical_cross_entropy"],
                "holds the weights"
            ),
            ("crps", ["crps_ensemble", "crps_normal"], "for samples"),
            ("binary_dice_loss", ["dice"], "apply the sigmoid function"),
            ("AdaptiveLogSoftmaxWithLoss", ["categorical_cross_entropy"], "learned weights"),
            (
                "make_fenchel_young_loss", ["sparsemax", "entmax15"],
                "a function of the client's own"
            ),
            ("arcface", ["triplet_margin", "nt_xent"], "learned vectors"),
            (
                "rmse", ["squared_error", "half_squared_error"],
                "the metric root_mean_squared_error"
            ),
            ("r2_score", [], "It is a metric, which /v1/evaluations computes"),
            ("d2_pinball_score", [], "It is a metric, which /v1/evaluations computes"),
            ("cosine_similarity", ["cosine_distance"], "\"measure\": \"negative_similarity\""),
            ("iou", ["dice"], "not supported"),
        ] as [(String, [String], String)]
    )
    func advice(name: String, losses: [String], reason: String) throws {
        let response = client.send(.post, "/v1/losses/\(name)", "{}")
        #expect(response.status == .notFound && response.problem == "unknown-loss")
        #expect(try client.detail(response).contains(reason))
        let allowed = try client.json(response)["allowed"] as? [String] ?? []
        #expect(losses.allSatisfy { allowed.contains($0) }, "\(allowed)")
    }

    @Test(
        "of a penalty is refused with the penalty to use",
        arguments: [
            ("weight_decay", "l2 with half the strength"),
            ("sparse_group_lasso", "l1 and group_lasso"),
            ("prox_lasso", "\"outputs\": [\"prox\"]"), ("spectral", "nuclear"),
            ("activity_regularizer", "outputs of the layer"),
        ]
    )
    func penalties(name: String, advice: String) throws {
        let response = client.send(.post, "/v1/penalties/\(name)", "{}")
        #expect(response.problem == "unknown-penalty")
        #expect(try client.detail(response).contains(advice))
    }
}
