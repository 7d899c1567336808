// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The negative log-likelihood of a count, with or without the logarithm of its factorial.
///
/// With the logarithm z of the mean: ℓ = e^z - tz, dℓ/dz = e^z - t, d²ℓ/dz² = e^z;
/// with the mean p and q = p + epsilon: ℓ = p - t log q, dℓ/dp = (q - t)/q, d²ℓ/dp² = t/q². In the target, the
/// derivative is the negative logarithm of the mean, or of q. In full, these increase by log Γ(t + 1), ψ(t + 1)
/// and ψ'(t + 1).
enum PoissonNLL: ListedLoss {
    static let epsilon = Option.number(
        "epsilon",
        default: 0,
        .nonNegative,
        "Number that is added to a mean before its logarithm."
    )
    static let full = Option.flag(
        "full",
        default: false,
        "Whether to add the logarithm of the factorial of the target, which makes the loss the "
            + "negative logarithm of a probability."
    )

    static func kernel(_ options: OptionValues) -> any ElementKernel {
        switch (options[Means.logInput], options[full]) {
        case (true, false): PoissonNLLOfLogarithms(options)
        case (false, false): PoissonNLLOfMeans(options)
        case (true, true): FullPoissonNLLOfLogarithms(options)
        case (false, true): FullPoissonNLLOfMeans(options)
        }
    }
}

/// A formula of the loss without the constant, and the terms from which it is computed.
protocol PoissonFormula: PointwiseFormula {
    init(_ options: OptionValues)

    /// The mean and the logarithm of it and epsilon, with an error of about 2^-57.
    func mean(_ prediction: Vector) -> (value: TwoDoubles, logarithm: TwoDoubles)

    /// The same to within 2^-101.
    func preciseMean(_ prediction: Vector) -> (value: TwoDoubles, logarithm: TwoDoubles)
}

/// The negative log-likelihood of a count, from the logarithm of its mean.
struct PoissonNLLOfLogarithms: PoissonFormula {
    static var inputCount: Int { 2 }
    static var hasPrecisePath: Bool { true }

    init(_ options: OptionValues) {}

    @inline(always)
    func point(_ x: Elements) -> Point {
        let mean = mean(x[0]).value
        let loss = TwoDoubles.looseSum(mean, -TwoDoubles.product(x[1], x[0])).rounded
        let gradient = (mean.head - x[1]) + mean.tail
        // The mean errs by 2^-57.
        let least = 0x1p-4 * mean.head
        return Point(
            loss: loss,
            cancelled: loss.magnitude .< least,
            first: Derivatives(
                gradient: gradient,
                hessian: mean.rounded,
                cancelled: gradient.magnitude .< least
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

    @inline(always)
    func mean(_ prediction: Vector) -> (value: TwoDoubles, logarithm: TwoDoubles) {
        (Exponential(prediction.clamped(-750, 712)).sum, TwoDoubles(prediction))
    }

    @inline(always)
    func preciseMean(_ prediction: Vector) -> (value: TwoDoubles, logarithm: TwoDoubles) {
        (.exp(prediction), TwoDoubles(prediction))
    }
}

/// The negative log-likelihood of a count, from its mean.
struct PoissonNLLOfMeans: PoissonFormula {
    static var inputCount: Int { 2 }
    static var hasPrecisePath: Bool { true }

    private let epsilon: Double

    init(_ options: OptionValues) {
        epsilon = options[PoissonNLL.epsilon]
    }

    @inline(always)
    func point(_ x: Elements) -> Point {
        let (mean, target) = (x[0], x[1])
        let sum = raised(mean)
        var (logarithm, numerator) = (Vector.log(sum.head), sum.head - target)
        if epsilon > 0 {
            logarithm = logarithm + sum.tail / sum.head
            numerator = numerator + sum.tail
        }
        // 0 log 0 = 0: for a count of 0, the mean may be 0.
        let isZero = target .== 0
        let loss = Vector.multiplyAdd(-target, logarithm, mean)
            .replacing(with: mean, where: isZero)
        return Point(
            loss: loss,
            cancelled: loss.isCancelled(mean),
            first: Derivatives(
                gradient: (numerator / sum.head).replacing(with: 1, where: isZero),
                hessian: (target / sum.head / sum.head).replacing(with: 0, where: isZero)
            ),
            second: Derivatives(gradient: -logarithm, hessian: Vector(repeating: 0))
        )
    }

    @inline(always)
    func precisePoint(_ x: Elements) -> Point {
        Point(
            loss: (x[0] - TwoDoubles.log(raised(x[0])) * x[1]).rounded,
            first: .zero
        )
    }

    @inline(always)
    func mean(_ prediction: Vector) -> (value: TwoDoubles, logarithm: TwoDoubles) {
        let sum = raised(prediction)
        var logarithm = Logarithm(of: sum.head).sum()
        if epsilon > 0 { logarithm = logarithm + sum.tail / sum.head }
        return (TwoDoubles(prediction), logarithm)
    }

    @inline(always)
    func preciseMean(_ prediction: Vector) -> (value: TwoDoubles, logarithm: TwoDoubles) {
        (TwoDoubles(prediction), .log(raised(prediction)))
    }

    /// The sum of a mean and epsilon, exactly.
    @inline(always)
    private func raised(_ mean: Vector) -> TwoDoubles {
        epsilon > 0 ? .sum(mean, Vector(repeating: epsilon)) : TwoDoubles(mean)
    }
}

/// The negative log-likelihood of a count with the logarithm of its factorial.
///
/// A protocol rather than a generic type, whose loop the compiler would not specialize.
protocol FullPoissonNLL: PointwiseFormula {
    associatedtype Base: PoissonFormula

    /// The formula without the logarithm of the factorial.
    var base: Base { get }
}

/// The same, from the logarithm of the mean.
struct FullPoissonNLLOfLogarithms: FullPoissonNLL {
    let base: PoissonNLLOfLogarithms

    init(_ options: OptionValues) {
        base = PoissonNLLOfLogarithms(options)
    }
}

/// The same, from the mean.
struct FullPoissonNLLOfMeans: FullPoissonNLL {
    let base: PoissonNLLOfMeans

    init(_ options: OptionValues) {
        base = PoissonNLLOfMeans(options)
    }
}

extension FullPoissonNLL {
    static var inputCount: Int { 2 }
    static var hasPrecisePath: Bool { true }

    @inline(always)
    func point(_ x: Elements) -> Point {
        let target = x[1]
        let plain = base.point(x)
        let (mean, logarithm) = base.mean(x[0])
        let product = product(target, logarithm)
        let factorial = LogFactorial(target).value
        let loss = (mean + (factorial - product)).rounded
        let slope = Digamma.value(target)
        let gradient = (slope - logarithm.head) - logarithm.tail
        return Point(
            loss: loss,
            cancelled: loss.isCancelled(mean.head, product.head, factorial.head),
            first: plain.first,
            second: Derivatives(
                gradient: gradient,
                hessian: Trigamma.value(target),
                cancelled: gradient.isCancelled(slope)
            )
        )
    }

    @inline(always)
    func precisePoint(_ x: Elements, for columns: Columns) -> Point {
        let target = x[1]
        let (mean, logarithm) = base.preciseMean(x[0])
        let factorial = TwoDoubles.logFactorial(target)
        var gradient = Vector(repeating: 0)
        if columns.haveGradient(of: 1) {
            gradient = (TwoDoubles.digamma(target) - logarithm).rounded
        }
        return Point(
            loss: (mean + (factorial - product(target, logarithm))).rounded,
            first: base.precisePoint(x).first,
            second: Derivatives(gradient: gradient, hessian: Vector(repeating: 0))
        )
    }

    /// The product of a count and the logarithm of its mean; 0 log 0 = 0.
    @inline(always)
    private func product(_ target: Vector, _ logarithm: TwoDoubles) -> TwoDoubles {
        (logarithm * target).replacing(with: TwoDoubles(repeating: 0), where: target .== 0)
    }
}

extension PoissonNLL {
    /// The Hessian times e^0.7, which keeps the steps of boosting below 0.7 or so.
    private static let stepped = Convention.Surrogate(scale: .number(2.0137527074704766))

    static let facts = Facts(
        name: "poisson_nll",
        aliases: [
            "poisson_nll_loss", .init("HalfPoissonLoss", convention: "sklearn"),
            .init("count:poisson", ["log_input": .flag(true)], convention: "xgboost"),
            .init("log_poisson_loss", ["log_input": .flag(true)], convention: "tensorflow"),
        ],
        family: .regression,
        summary: "The negative log-likelihood of a count, with or without the logarithm of its "
            + "factorial.",
        formula: .init(
            plain:
                "exp(z) - t z from z = log p, or p - t log(p + epsilon) from p; in full, plus log(t!)",
            gradient: "exp(z) - t from z, 1 - t / (p + epsilon) from p",
            tex: #"e^z - t z"#
        ),
        options: [Means.logInput.declaration, full.declaration, epsilon.declaration],
        signature: Means.signature(
            means: .nonNegative,
            targets: .nonNegative,
            .differentiable,
            of: "counts, or any numbers >= 0"
        ),
        kinks: [],
        properties: [.convex, .differentiable, .twiceDifferentiable, .properScoring],
        minimizer: .mean(.identity, [("log_input", .log)]),
        notes: [
            "Strictly convex in z.",
            "log(t!) is that of the gamma function at t + 1, for any t >= 0. PyTorch's option full "
                + "adds Stirling's approximation of it, which is 0.04 too small at 2, and 0 up to 1.",
            "epsilon has no effect on logarithms of means. PyTorch adds 1e-8 to a mean before its logarithm, "
                + "Keras 1e-7, as their conventions do here.",
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
            .pyTorch(
                ["log_input": .flag(true), "epsilon": .number(1e-8)],
                reduction: .elementMean,
                notes: ["With full PyTorch adds Stirling's approximation."]
            ),
            .keras(
                ["log_input": .flag(false), "epsilon": .number(1e-7)],
                notes: ["The loss Poisson."]
            ),
            .catBoost(["log_input": .flag(true)]),
            .scikitLearn(["log_input": .flag(true)]),
            .tensorFlow(
                ["log_input": .flag(true)],
                notes: [
                    "tf.nn.log_poisson_loss; with compute_full_loss it adds Stirling's approximation."
                ]
            ),
            .flux(["log_input": .flag(false)], notes: ["The function poisson_loss."]),
        ]
    )
}
