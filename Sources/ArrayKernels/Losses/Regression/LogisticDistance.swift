// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The negative log-likelihood of a logistic distribution around the prediction, less its minimum.
///
/// With `e = p - t`: ℓ = 2 log cosh(e/2) = |e| + 2 log(1 + e^-|e|) - log 4, dℓ/dp = tanh(e/2),
/// d²ℓ/dp² = 1 / (2 cosh²(e/2)).
struct LogisticDistance: DistanceLoss {
    init(_ options: OptionValues) {}

    @inline(always)
    func point(_ error: Difference) -> (loss: Vector, derivatives: Derivatives) {
        let cosine = HyperbolicCosine(
            0.5 * error.value.magnitude,
            tail: 0.5 * error.errorOfMagnitude
        )
        return (
            2 * cosine.logarithm,
            Derivatives(
                gradient: cosine.tangent.withSign(of: error.value),
                hessian: 0.5 * cosine.squaredSecant
            )
        )
    }
}

extension LogisticDistance {
    static let facts = Facts(
        name: "logistic_distance",
        aliases: ["LogitDistLoss"],
        family: .regression,
        summary: "The negative log-likelihood of a logistic distribution around the prediction, "
            + "less its minimum.",
        formula: .init(
            plain: "-log(4 e^(p - t) / (1 + e^(p - t))^2)",
            gradient: "tanh((p - t) / 2)",
            tex: #"-\log \frac{4 e^{p-t}}{(1 + e^{p-t})^2}"#
        ),
        options: [],
        signature: .realPair,
        kinks: [],
        properties: [
            .strictlyConvex, .convex, .differentiable, .twiceDifferentiable, .lipschitz, .symmetric,
        ],
        bounds: Bounds(gradient: 1, hessian: 0.5),
        notes: [
            "Twice log_cosh of half the error. LossFunctions.jl overflows for errors above 709."
        ],
        references: ["LossFunctions.jl LogitDistLoss"]
    )
}
