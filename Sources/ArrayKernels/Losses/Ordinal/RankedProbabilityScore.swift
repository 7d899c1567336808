// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The sum of squared differences of the predicted and the true distribution function of ordered classes.
///
/// With D_k = Σ_{j <= k} (q_j - y_j): ℓ = Σ D_k² over all but the last class, ∂ℓ/∂q_j = Σ_{k >= j} 2D_k,
/// ∂²ℓ/∂q_j² = 2 (K - j) for the classes j of 1 to K.
struct RankedProbabilityScore: CumulativeRowLoss {
    static let normalized = Option.flag(
        "normalized",
        "Whether to divide by the number of classes less one, so that the largest score is 1."
    )

    let isMean: Bool

    init(_ options: OptionValues) {
        isMean = options[Self.normalized]
    }

    static let curvature = 2.0

    @inline(always)
    func term(_ difference: TwoDoubles) -> TwoDoubles { difference.squared }

    @inline(always)
    func slope(_ difference: TwoDoubles) -> TwoDoubles {
        difference.scaled(by: Vector(repeating: 2))
    }
}

extension RankedProbabilityScore {
    static let facts = Facts(
        name: "ranked_probability_score",
        aliases: ["rps", "rps_score"],
        family: .multiclass,
        summary:
            "The sum of squared differences of the predicted and the true distribution function of "
            + "ordered classes.",
        formula: .init(
            plain:
                "class_weight_t sum_(k < K) (sum_(j <= k) (q_j - y_j))^2, y_j 1 for the class t, else 0",
            gradient:
                "2 class_weight_t sum_(j <= k < K) D_k in q_j, D_k = sum_(i <= k) (q_i - y_i)",
            tex: #"w_t \sum_{k < K} \Bigl( \sum_{j \le k} q_j - y_j \Bigr)^2"#
        ),
        options: [
            normalized.declaration, RowOptions.classWeights.declaration,
            RowOptions.ignoreIndex.declaration, RowOptions.axis.declaration,
        ],
        signature: Signature(
            .row,
            .init(
                "predictions",
                .primary,
                [.init("* K", .unit)],
                "predicted probabilities of K classes, in their order"
            ),
            .init(
                "targets",
                .constant,
                [
                    .init("*", .classIndices(of: "K")),
                    .init("* K", .unit),
                ],
                "class indices, or distributions"
            )
        ),
        kinks: [],
        properties: [.convex, .differentiable, .twiceDifferentiable, .properScoring],
        notes: [
            "Predictions should sum to 1, which is not checked; the last difference of distribution "
                + "functions does not count.",
            "The weight of a distribution is the mean of those of its classes.",
            "scoringrules' rps_score is the same without normalisation.",
        ],
        references: [
            "E. S. Epstein, A Scoring System for Probability Forecasts of Ranked Categories, Journal of "
                + "Applied Meteorology 8, 1969",
            "A. H. Murphy, A Note on the Ranked Probability Score, Journal of Applied Meteorology 10, 1971",
        ],
        work: Work(steps: "4 K", numbers: "2 K"),
        examples: [
            Example([
                "predictions": Tensor(shape: [2, 3], values: [0.7, 0.2, 0.1, 0.1, 0.8, 0.1]),
                "targets": Tensor(shape: [2], values: [0, 2]),
            ])
        ]
    )
}
