// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The pinball loss, whose mean is minimised by a quantile of the targets.
///
/// With `e = p - t`: ℓ = (1 - tau) e if e > 0, else -tau e; dℓ/dp = 1 - tau if e > 0, -tau if e < 0,
/// and 0 at e = 0; d²ℓ/dp² = 0.
struct Pinball: LevelLoss {
    static let tau = Option.numbers(
        "tau",
        default: 0.5,
        .open(0, 1),
        "Level: the weight of predictions below the target; those above it weigh 1 - tau. A number, or "
            + "one for each index of an axis, for several quantiles at once."
    )

    /// The greater of the weights.
    static let largestShare = Bound.maximum(
        .greatest(of: tau, or: 0.5),
        1 - .least(of: tau, or: 0.5)
    )

    let levels: [Double]

    init(_ options: OptionValues) {
        levels = Self.levels(options)
    }

    @inline(always)
    func point(_ error: Difference, level: Vector) -> (loss: Vector, derivatives: Derivatives) {
        let value = error.value
        let zero = Vector(repeating: 0)
        let slope = zero.replacing(with: 1 - level, where: value .> 0)
            .replacing(with: -level, where: value .< 0)
        return (
            slope * value,
            Derivatives(gradient: slope, hessian: zero, surrogate: Vector(repeating: 1))
        )
    }
}

extension Pinball {
    static let facts = Facts(
        name: "pinball",
        aliases: [
            "pinball_loss", "mean_pinball_loss", "quantile", "quantile_loss", "quantile_regression",
            "check_loss", "tilted_loss",
            .init("reg:quantileerror", convention: "xgboost"),
        ],
        family: .regression,
        summary: "The asymmetric absolute error, whose mean is minimised by a quantile.",
        formula: .init(
            plain: "tau (t - p) where p <= t, else (1 - tau) (p - t)",
            gradient: "-tau where p < t, 1 - tau where p > t",
            tex: #"\max(\tau (t - p),\ (1 - \tau)(p - t))"#
        ),
        options: [tau.declaration, ListOptions.axis.declaration],
        signature: .realPair,
        kinks: ["p = t: the gradient is 0, an element of the subdifferential [-tau, 1 - tau]"],
        properties: [.convex, .lipschitz],
        bounds: Bounds(gradient: largestShare, hessian: 0),
        minimizer: .quantile("tau"),
        relations: [.half(of: "absolute_error", when: ["tau": .number(0.5)])],
        notes: [
            "The level is alpha in scikit-learn and LightGBM, whose default is 0.9, and "
                + "quantile_alpha in XGBoost, which has no default.",
            "At p = t scikit-learn and LossFunctions.jl return -tau, XGBoost and LightGBM 1 - tau.",
            "scikit-learn, XGBoost and LightGBM replace the Hessian, which is 0, by 1, as hessian_kind "
                + "\"positive\" does; the latter two replace the values of a tree's leaves by quantiles "
                + "afterwards, as no objective of a client can.",
        ],
        references: [
            "R. Koenker, G. Bassett, Regression Quantiles, Econometrica 46, 1978",
            "scikit-learn mean_pinball_loss", "XGBoost reg:quantileerror", "LightGBM quantile",
        ],
        conventions: [
            .xgBoost(
                surrogate: .init(),
                notes: [
                    "quantile_alpha is tau. For several, a row has a prediction for each, and its target repeated."
                ]
            ),
            .lightGBM(["tau": .number(0.9)], surrogate: .init()),
            .catBoost(
                ["tau": .number(0.5)],
                notes: [
                    "The objectives Quantile and, with tau = 0.5, MAE, whose gradient is therefore half that "
                        + "of absolute_error. CatBoost's gradient is 0 where |p - t| < 1e-6, and its tau is "
                        + "in single precision."
                ]
            ),
            .scikitLearn(
                ["tau": .number(0.5)],
                surrogate: .init(),
                notes: [
                    "The gradient of scikit-learn where p = t is -tau. The metric has no derivatives."
                ]
            ),
        ]
    )
}
