// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The negative log-likelihood of a count, without the logarithm of its factorial.
///
/// With the logarithm z of the mean: ℓ = e^z - tz, dℓ/dz = e^z - t, d²ℓ/dz² = e^z;
/// with the mean p: ℓ = p - t log p, dℓ/dp = (p - t)/p, d²ℓ/dp² = t/p². In the target, the derivative
/// is the negative logarithm of the mean.
enum PoissonNLL: ListedLoss {
    static func kernel(_ options: OptionValues) -> any ElementKernel {
        options[Means.logInput] ? PoissonNLLOfLogarithms(options) : PoissonNLLOfMeans(options)
    }
}

/// The negative log-likelihood of a count, from the logarithm of its mean.
struct PoissonNLLOfLogarithms: PointwiseFormula {
    static var inputCount: Int { 2 }
    static var hasPrecisePath: Bool { true }

    init(_ options: OptionValues) {}

    @inline(always)
    func point(_ x: Elements) -> Point {
        let mean = Vector.exp(x[0])
        let loss = Vector.multiplyAdd(-x[1], x[0], mean)
        let gradient = mean - x[1]
        return Point(
            loss: loss,
            cancelled: loss.isCancelled(mean),
            first: Derivatives(
                gradient: gradient,
                hessian: mean,
                cancelled: gradient.isCancelled(mean)
            ),
            second: Derivatives(gradient: -x[0], hessian: Vector(repeating: 0))
        )
    }

    @inline(always)
    func precisePoint(_ x: Elements) -> Point {
        let mean = TwoDoubles.exp(x[0])
        return Point(
            loss: (mean - TwoDoubles.product(x[1], x[0])).rounded,
            first: Derivatives(gradient: (mean - x[1]).rounded, hessian: mean.rounded),
            second: Derivatives(gradient: -x[0], hessian: Vector(repeating: 0))
        )
    }
}

/// The negative log-likelihood of a count, from its mean.
struct PoissonNLLOfMeans: PointwiseFormula {
    static var inputCount: Int { 2 }
    static var hasPrecisePath: Bool { true }

    init(_ options: OptionValues) {}

    @inline(always)
    func point(_ x: Elements) -> Point {
        let (mean, target) = (x[0], x[1])
        let logarithm = Vector.log(mean)
        // 0 log 0 = 0: for a count of 0, the mean may be 0.
        let isZero = target .== 0
        let loss = Vector.multiplyAdd(-target, logarithm, mean)
            .replacing(with: mean, where: isZero)
        return Point(
            loss: loss,
            cancelled: loss.isCancelled(mean),
            first: Derivatives(
                gradient: ((mean - target) / mean).replacing(with: 1, where: isZero),
                hessian: (target / mean / mean).replacing(with: 0, where: isZero)
            ),
            second: Derivatives(gradient: -logarithm, hessian: Vector(repeating: 0))
        )
    }

    @inline(always)
    func precisePoint(_ x: Elements) -> Point {
        Point(
            loss: (x[0] - TwoDoubles.log(x[0]) * x[1]).rounded,
            first: .zero
        )
    }
}

extension PoissonNLL {
    /// The Hessian times e^0.7, which keeps the steps of boosting below 0.7 or so.
    private static let stepped = Convention.Surrogate(scale: .number(2.0137527074704766))

    static let facts = Facts(
        name: "poisson_nll",
        aliases: [
            "poisson_nll_loss", "HalfPoissonLoss",
            .init("count:poisson", ["log_input": .flag(true)], convention: "xgboost"),
        ],
        family: .regression,
        summary: "The negative log-likelihood of a count, without the logarithm of its factorial.",
        formula: .init(
            plain: "exp(z) - t z from z = log p, or p - t log(p) from p",
            gradient: "exp(z) - t from z, (p - t) / p from p",
            tex: #"e^z - t z"#
        ),
        options: [Means.logInput.declaration],
        signature: Means.signature(
            means: .nonNegative,
            targets: .nonNegative,
            .differentiable,
            of: "counts, or any numbers >= 0"
        ),
        kinks: [],
        properties: [.convex, .differentiable, .twiceDifferentiable, .properScoring],
        notes: [
            "Strictly convex in z. PyTorch's option full adds Stirling's approximation of "
                + "the logarithm of the factorial, which does not depend on the predictions.",
            "PyTorch adds 1e-8 and Keras 1e-7 to a mean before its logarithm.",
            "The Hessian of XGBoost and LightGBM is exp(z + max_delta_step), by default 0.7; that of "
                + "XGBoost 3.3 is (exp(z) + t) / 2. For another step set hessian_scale.",
            "Above z = 709.78 the loss overflows and is refused.",
        ],
        references: [
            "PyTorch PoissonNLLLoss", "Keras Poisson", "scikit-learn HalfPoissonLoss",
            "XGBoost count:poisson",
        ],
        conventions: [
            .xgBoost(["log_input": .flag(true)], surrogate: stepped),
            .lightGBM(["log_input": .flag(true)], surrogate: stepped),
        ]
    )
}
