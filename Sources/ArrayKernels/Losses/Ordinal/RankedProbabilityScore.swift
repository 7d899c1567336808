// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The sum of squared differences of the predicted and the true distribution function of ordered classes.
///
/// With D_k = Σ_{j <= k} (q_j - y_j): ℓ = Σ D_k² over all but the last class, ∂ℓ/∂q_j = Σ_{k >= j} 2D_k,
/// ∂²ℓ/∂q_j² = 2 (K - j) for the classes j of 1 to K. It is a loss of segments because the derivatives
/// are sums that end at the last class.
struct RankedProbabilityScore: SegmentwiseLoss {
    static let normalized = Option.flag(
        "normalized",
        "Whether to divide by the number of classes less one, so that the largest score is 1."
    )

    private let isNormalized: Bool

    init(_ options: OptionValues) {
        isNormalized = options[Self.normalized]
    }

    package func compute(
        _ first: Span<Double>,
        _ second: Span<Double>,
        _ third: Span<Double>,
        _ fourth: Span<Double>,
        columns: Int,
        into block: inout SegmentBlock,
        check: () throws(SegmentError) -> Void
    ) throws(SegmentError) {
        let last = max(first.count - 1, 0)
        let divisor = Vector(repeating: isNormalized ? Double(max(last, 1)) : 1)
        let hasClass = second.count < first.count
        let known = 0.0...Double(last)
        guard !hasClass || known.contains(second[0]) && second[0] == second[0].rounded() else {
            throw SegmentError(
                input: 1,
                offset: 0,
                .outsideDomain(second[0], allowed: "a class index from 0 to \(last)")
            )
        }
        var (loss, difference) = (LaneTotal(), LaneTotal())
        var differences = TwoDoublesArray(count: first.count)
        for place in 0..<last {
            let target = hasClass ? (second[0] == Double(place) ? 1 : 0) : second[place]
            difference.add(
                .difference(Vector(repeating: first[place]), Vector(repeating: target))
            )
            let value = difference.lanes
            loss.add(value.squared)
            differences.storeFirst(value, at: place)
        }
        block.loss = (loss.lanes / divisor).rounded[0]
        if let start = block.offset(of: 0, isHessian: false) {
            var sum = LaneTotal()
            for place in (0..<last).reversed() {
                sum.add(differences.repeated(place))
                let slope = sum.lanes.scaled(by: Vector(repeating: 2)) / divisor
                block.numbers[start + place] = slope.rounded[0]
            }
        }
        if let start = block.offset(of: 0, isHessian: true) {
            for place in 0..<last {
                block.numbers[start + place] = 2 * Double(last - place) / divisor[0]
            }
        }
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
            plain: "sum_(k < K) (sum_(j <= k) (q_j - y_j))^2, y_j 1 for the class, else 0",
            gradient: "2 sum_(j <= k < K) D_k in q_j, D_k = sum_(i <= k) (q_i - y_i)",
            tex: #"\sum_{k < K} \Bigl( \sum_{j \le k} q_j - y_j \Bigr)^2"#
        ),
        options: [normalized.declaration],
        signature: Signature(
            .segment,
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
            "scoringrules' rps_score is the same without normalisation.",
        ],
        references: [
            "E. S. Epstein, A Scoring System for Probability Forecasts of Ranked Categories, Journal of "
                + "Applied Meteorology 8, 1969",
            "A. H. Murphy, A Note on the Ranked Probability Score, Journal of Applied Meteorology 10, 1971",
        ],
        work: Work(steps: "8 K", numbers: "2 K"),
        examples: [
            Example([
                "predictions": Tensor(shape: [2, 3], values: [0.7, 0.2, 0.1, 0.1, 0.8, 0.1]),
                "targets": Tensor(shape: [2], values: [0, 2]),
            ])
        ]
    )
}
