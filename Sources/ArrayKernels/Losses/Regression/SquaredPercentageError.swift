// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The square of the error relative to the target.
///
/// With `e = p - t` and d = max(|t|, epsilon): ℓ = (e/d)², dℓ/dp = 2e/d², d²ℓ/dp² = 2/d².
struct SquaredPercentageError: PointwiseLoss {
    static var inputCount: Int { 2 }

    private let epsilon: Double

    init(_ options: OptionValues) {
        epsilon = options[AbsolutePercentageError.epsilon]
    }

    @inline(always)
    func point(_ x: Elements) -> Point {
        let divisor = x[1].magnitude.clamped(epsilon, .greatestFiniteMagnitude)
        let ratio = (x[0] - x[1]) / divisor
        return Point(
            loss: ratio * ratio,
            first: Derivatives(
                gradient: 2 * ratio / divisor,
                hessian: 2 / divisor / divisor
            )
        )
    }
}

extension SquaredPercentageError {
    static let facts = Facts(
        name: "squared_percentage_error",
        aliases: ["mspe", "mean_squared_percentage_error"],
        family: .regression,
        summary: "The square of the error relative to the target.",
        formula: .init(
            plain: "((p - t) / max(|t|, epsilon))^2",
            gradient: "2 (p - t) / max(|t|, epsilon)^2",
            tex: #"\left( \frac{p - t}{\max(\lvert t \rvert, \epsilon)} \right)^2"#
        ),
        options: [AbsolutePercentageError.epsilon.declaration],
        signature: .realPairWithConstantTargets,
        kinks: [],
        properties: [.strictlyConvex, .convex, .differentiable, .twiceDifferentiable],
        bounds: Bounds(hessian: 2 / Bound(AbsolutePercentageError.epsilon).squared),
        minimizer: .value("mean(w t) / mean(w) with w = 1 / max(|t|, epsilon)^2"),
        notes: [],
        references: [
            "H. Park, L. A. Stefanski, Relative-Error Prediction, Statistics and Probability "
                + "Letters 40, 1998"
        ],
        examples: [
            Example([
                "predictions": Tensor(shape: [3], values: [0.2, 1.7, -0.4]),
                "targets": Tensor(shape: [3], values: [0.25, 1.5, -0.5]),
            ])
        ]
    )
}
