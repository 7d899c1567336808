// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The Wasserstein distance of order 1 of two distributions over equally spaced places.
///
/// With the differences D_k = Σ_{j <= k} (q_j - y_j) of the distribution functions: ℓ = Σ |D_k| over all
/// but the last place, ∂ℓ/∂q_j = Σ_{k >= j} sign D_k, and ∂²ℓ/∂q² = 0.
struct Wasserstein: CumulativeRowLoss {
    init(_ options: OptionValues) {}

    static let curvature = 0.0
    var isMean: Bool { false }

    @inline(always)
    func term(_ difference: TwoDoubles) -> TwoDoubles { difference.magnitude }

    @inline(always)
    func slope(_ difference: TwoDoubles) -> TwoDoubles {
        // Sums that are equal but for their order may differ by 2^-104 for each term.
        let isCertain = difference.head.magnitude .> 0x1p-92
        return TwoDoubles(difference.head.sign).kept(where: isCertain)
    }
}

extension Wasserstein {
    static let facts = Facts(
        name: "wasserstein_1d",
        aliases: ["wasserstein", "earth_mover", "earth_movers_distance"],
        family: .distribution,
        summary:
            "The Wasserstein distance of order 1 of two distributions over equally spaced places: the "
            + "mass that is moved, times the number of places by which it is moved.",
        formula: .init(
            plain: "sum_(k < K) |sum_(j <= k) (q_j - y_j)|",
            gradient: "sum_(j <= k < K) sign(D_k) in q_j, D_k = sum_(i <= k) (q_i - y_i)",
            tex: #"\sum_{k < K} \Bigl\lvert \sum_{j \le k} q_j - y_j \Bigr\rvert"#
        ),
        options: [RowOptions.axis.declaration],
        signature: Signature(
            .row,
            .init(
                "predictions",
                .primary,
                [.init("* K", .unit)],
                "predicted probabilities of K places, in their order"
            ),
            .init(
                "targets",
                .differentiable,
                [.init("* K", .unit)],
                "true probabilities of the places"
            )
        ),
        kinks: ["D_k at most 2^-92 in magnitude: its sign is 0, the middle of the jump"],
        properties: [.convex, .lipschitz, .symmetric],
        bounds: Bounds(gradient: .length("K") - 1, hessian: 0),
        notes: [
            "The distance of adjacent places is 1: divide by K - 1 for places from 0 to 1. Rows should sum "
                + "to 1, which is not checked; the last difference of distribution functions does "
                + "not count.",
            "SciPy's wasserstein_distance takes the places as values and probabilities as weights, which "
                + "it normalises.",
            "The Hessian is 0, and so is its surrogate.",
        ],
        references: [
            "Y. Rubner, C. Tomasi, L. J. Guibas, The Earth Mover's Distance as a Metric for Image "
                + "Retrieval, International Journal of Computer Vision 40, 2000",
            "SciPy scipy.stats.wasserstein_distance",
        ],
        work: Work(steps: "4 K", numbers: "2 K"),
        examples: [
            Example([
                "predictions": Tensor(shape: [2, 3], values: [0.7, 0.2, 0.1, 0.1, 0.8, 0.1]),
                "targets": Tensor(shape: [2, 3], values: [0.5, 0.25, 0.25, 0.25, 0.5, 0.25]),
            ])
        ]
    )
}
