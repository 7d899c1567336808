// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The absolute error relative to the target.
///
/// With `e = p - t`, d = max(|t|, epsilon) and f = 100 in percent, else 1: ℓ = f |e|/d,
/// dℓ/dp = f sign e/d, d²ℓ/dp² = 0. At `e = 0` the subgradient is 0.
struct AbsolutePercentageError: PointwiseLoss {
    static var inputCount: Int { 2 }

    static let epsilon = Option.number(
        "epsilon",
        default: 2.220446049250313e-16,
        .positive,
        "Least magnitude by which an error is divided; smaller targets are replaced by it."
    )

    static let percent = Option.flag(
        "percent",
        "Whether the loss is in percent: a hundred times the fraction."
    )

    private let epsilon: Double
    private let factor: Double

    init(_ options: OptionValues) {
        epsilon = options[Self.epsilon]
        factor = options[Self.percent] ? 100 : 1
    }

    @inline(always)
    func point(_ x: Elements) -> Point {
        let error = x[0] - x[1]
        let divisor = x[1].magnitude.clamped(epsilon, .greatestFiniteMagnitude)
        return Point(
            loss: error.magnitude / divisor * factor,
            first: Derivatives(
                gradient: factor * error.sign / divisor,
                hessian: Vector(repeating: 0),
                surrogate: factor / divisor
            )
        )
    }
}

extension Signature {
    /// Real predictions, and targets without derivatives.
    static let realPairWithConstantTargets = Signature(
        .element,
        .init("predictions", .primary, .real, "predicted numbers"),
        .init("targets", .constant, .real, "true numbers")
    )
}

extension AbsolutePercentageError {
    static let facts = Facts(
        name: "absolute_percentage_error",
        aliases: ["mape", "mean_absolute_percentage_error"],
        family: .regression,
        summary: "The absolute error relative to the target, as a fraction or in percent.",
        formula: .init(
            plain: "|p - t| / max(|t|, epsilon), times 100 in percent",
            gradient: "sign(p - t) / max(|t|, epsilon), times 100 in percent",
            tex: #"\frac{\lvert p - t \rvert}{\max(\lvert t \rvert, \epsilon)}"#
        ),
        options: [epsilon.declaration, percent.declaration],
        signature: .realPairWithConstantTargets,
        kinks: ["p = t: the gradient is 0, the middle of the subdifferential"],
        properties: [.convex, .lipschitz],
        bounds: Bounds(
            gradient: .either(percent, 100 / Bound(epsilon), or: 1 / Bound(epsilon)),
            hessian: 0
        ),
        minimizer: .weightedMedian("1 / max(|t|, epsilon)"),
        notes: [
            "Keras's loss is in percent, and its epsilon is 1e-7; that of scikit-learn is the default "
                + "here. LightGBM and CatBoost divide by max(1, |t|); LightGBM also replaces the values of a "
                + "tree's leaves by weighted medians afterwards, as no objective of a client can."
        ],
        references: [
            "scikit-learn mean_absolute_percentage_error", "Keras MeanAbsolutePercentageError",
            "LightGBM mape",
        ],
        conventions: [
            .lightGBM(["epsilon": .number(1)], surrogate: .init(floor: 1)),
            .catBoost(
                ["epsilon": .number(1)],
                notes: ["The gradient of CatBoost where p = t is 1 / max(1, |t|)."]
            ),
            .keras(["epsilon": .number(1e-7), "percent": .flag(true)]),
            .scikitLearn(["epsilon": .number(2.220446049250313e-16)]),
        ],
        examples: [
            Example([
                "predictions": Tensor(shape: [3], values: [0.2, 1.7, -0.4]),
                "targets": Tensor(shape: [3], values: [0.25, 1.5, -0.5]),
            ])
        ]
    )
}
