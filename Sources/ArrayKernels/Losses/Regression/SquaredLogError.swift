// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The square of the difference of logarithms of 1 + p and 1 + t.
///
/// With L = log((1 + p)/(1 + t)): ℓ = L², dℓ/dp = 2L/(1 + p), d²ℓ/dp² = 2 (1 - L)/(1 + p)², and
/// likewise for the target, with -L. L is log(1 + |p - t|/(1 + min(p, t))), with the sign of p - t. All of it
/// is halved on request.
struct SquaredLogError: PointwiseLoss {
    static var inputCount: Int { 2 }
    static var hasPrecisePath: Bool { true }

    static let half = Option.flag("half", "Whether the loss has the factor 1/2.")

    /// 1, or 0.5 if the loss is halved.
    private let scale: Double
    /// Twice that.
    private let factor: Double

    init(_ options: OptionValues) {
        scale = options[Self.half] ? 0.5 : 1
        factor = options[Self.half] ? 1 : 2
    }

    @inline(always)
    func point(_ x: Elements) -> Point {
        let difference = Difference(x[0], x[1])
        let (first, second) = (
            Difference(x[0], Vector(repeating: -1)), Difference(x[1], Vector(repeating: -1))
        )
        let isLess = difference.value .< 0
        let least = second.value.replacing(with: first.value, where: isLess)
        let leastError = second.error.replacing(with: first.error, where: isLess)
        let greatest = first.value.replacing(with: second.value, where: isLess)
        // If the quotient might overflow, it exceeds 2^500, and 1 is too small to matter beside it.
        let size = difference.value.magnitude
        let isHuge = (size .> 0x1p900) .& (least .< 0x1p400)
        let factor = Vector(repeating: 1).replacing(with: 0x1p-200, where: isHuge)
        let quotient = size * factor / least
        let remainder =
            Vector.multiplyAdd(-quotient, least, size)
            + (difference.errorOfMagnitude - quotient * leastError)
        let correction = (remainder / greatest).replacing(
            with: 200 * LogarithmOfTwo.head,
            where: isHuge
        )
        let logarithm = (Vector.log1p(quotient) + correction).withSign(of: difference.value)
        return Point(
            loss: scale * (logarithm * logarithm),
            first: derivatives(logarithm, first.value),
            second: derivatives(-logarithm, second.value)
        )
    }

    @inline(always)
    private func derivatives(_ logarithm: Vector, _ sum: Vector) -> Derivatives {
        let bend = 1 - logarithm
        return Derivatives(
            gradient: factor * logarithm / sum,
            hessian: factor * bend / sum / sum,
            surrogate: factor / sum / sum,
            cancelledHessian: bend.isCancelled(Vector(repeating: 1))
        )
    }

    @inline(always)
    func precisePoint(_ x: Elements) -> Point {
        let one = Vector(repeating: 1)
        let (first, second) = (TwoDoubles.sum(x[0], one), TwoDoubles.sum(x[1], one))
        let logarithm = TwoDoubles.log(first) - TwoDoubles.log(second)
        return Point(
            loss: scale * (logarithm * logarithm).rounded,
            first: preciseDerivatives(logarithm, first),
            second: preciseDerivatives(-logarithm, second)
        )
    }

    @inline(always)
    private func preciseDerivatives(_ logarithm: TwoDoubles, _ sum: TwoDoubles) -> Derivatives {
        let factor = TwoDoubles(repeating: factor)
        return Derivatives(
            gradient: (factor * (logarithm / sum)).rounded,
            hessian: (factor * ((TwoDoubles(repeating: 1) - logarithm) / sum / sum)).rounded,
            surrogate: (factor / sum / sum).rounded
        )
    }
}

extension SquaredLogError {
    static let facts = Facts(
        name: "squared_log_error",
        aliases: [
            "msle", "mean_squared_log_error", "mean_squared_logarithmic_error",
            "squared_logarithmic_error",
            .init("reg:squaredlogerror", ["half": .flag(true)], convention: "xgboost"),
        ],
        family: .regression,
        summary: "The squared error of log(1 + p) and log(1 + t), for relative errors of counts.",
        formula: .init(
            plain: "(log(1 + p) - log(1 + t))^2, half of it with half",
            gradient: "2 (log(1 + p) - log(1 + t)) / (1 + p)",
            tex: #"(\log(1 + p) - \log(1 + t))^2"#
        ),
        options: [half.declaration],
        signature: Signature(
            .element,
            .init("predictions", .primary, .interval(.above(-1)), "predicted numbers"),
            .init("targets", .differentiable, .interval(.above(-1)), "true numbers")
        ),
        kinks: [],
        properties: [.differentiable, .twiceDifferentiable],
        minimizer: .value("exp(mean(log(1 + t))) - 1"),
        notes: [
            "The Hessian is negative where 1 + p > e (1 + t).",
            "Keras raises both to at least 1e-7, so negative predictions have no gradient; "
                + "Flux's msle takes log(p) and log(t).",
        ],
        references: [
            "Keras MeanSquaredLogarithmicError", "scikit-learn mean_squared_log_error",
            "XGBoost reg:squaredlogerror",
        ],
        conventions: [
            .keras(notes: ["Keras raises numbers below 1e-7 to 1e-7, where its gradient is 0."]),
            .scikitLearn(),
            .xgBoost(
                ["half": .flag(true)],
                notes: [
                    "XGBoost raises predictions to at least -1 + 1e-6, and Hessians, which are negative where "
                        + "1 + p > e (1 + t), to at least 1e-6: an objective must do the latter itself."
                ]
            ),
        ]
    )
}
