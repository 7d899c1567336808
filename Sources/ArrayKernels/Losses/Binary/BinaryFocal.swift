// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The cross-entropy of a binary label, with less weight where the label is probable.
///
/// With p the probability of the label, q = 1 - p, L = -log p, g = gamma and w the weight of the
/// label: ℓ = w q^g L. In p, dℓ/dp = -w q^g (g L/q + 1/p) and
/// d²ℓ/dp² = w q^g (g (g - 1) L/q² + 2g/(pq) + 1/p²); in the logit m of p,
/// dℓ/dm = -w q^g (g p L + q) and d²ℓ/dm² = w q^g p ((1 + 2g) q + g L (g p - q)).
enum BinaryFocal: ListedLoss {
    static let gamma = Option.number(
        "gamma",
        default: 2,
        .nonNegative,
        "Exponent of the probability of the other class; 0 gives the cross-entropy."
    )
    static let alpha = Option.numbers(
        "alpha",
        default: nil,
        .unit,
        "Weight of the positive class, that of the negative class being 1 - alpha: a number, or one "
            + "for each index of an axis. By default both weights are 1."
    )

    static func kernel(_ options: OptionValues) -> any ElementKernel {
        if options[ProbabilityOptions.labelSmoothing] > 0 { return SmoothedFocal(options) }
        return options[ProbabilityOptions.fromLogits]
            ? BinaryFocalFromLogits(options) : BinaryFocalFromProbabilities(options)
    }
}

/// The weights of both classes.
struct FocalWeights: Sendable {
    private let factor: Double
    private let alphas: [Double]

    init(_ options: OptionValues) {
        let alphas = options[BinaryFocal.alpha]
        factor = alphas == nil ? 2 : 1
        self.alphas = alphas ?? [0.5]
    }

    var list: (option: String, values: [Double])? {
        (BinaryFocal.alpha.declaration.name, alphas)
    }

    @inline(always)
    func weight(_ x: Elements, isPositive: Mask) -> Vector {
        factor * (1 - x.list).replacing(with: x.list, where: isPositive)
    }
}

/// The focal loss of logits.
struct BinaryFocalFromLogits: PointwiseFormula {
    static var inputCount: Int { 2 }
    static var hasList: Bool { true }
    static var hasPrecisePath: Bool { true }

    private let gamma: Double
    private let weights: FocalWeights
    var list: (option: String, values: [Double])? { weights.list }

    init(_ options: OptionValues) {
        self.init(gamma: options[BinaryFocal.gamma], options)
    }

    init(gamma: Double, _ options: OptionValues) {
        self.gamma = gamma
        weights = FocalWeights(options)
    }

    @inline(always)
    func point(_ x: Elements) -> Point {
        let isPositive = x[1] .> 0.5
        let weight = weights.weight(x, isPositive: isPositive)
        let margin = (-x[0]).replacing(with: x[0], where: isPositive)
        let isNegative = margin .< 0
        let logistic = Logistic(margin)
        // p and q over the common denominator 1 + e^-|m|, whose rounding error counts twice.
        let one = Vector(repeating: 1)
        let sum = TwoDoubles.orderedSum(one, logistic.expNegAbs)
        let p = one.replacing(with: logistic.expNegAbs, where: isNegative)
        let q = logistic.expNegAbs.replacing(with: one, where: isNegative)
        let loss = logistic.softplusOfNegative
        // q^g = e^(-g softplus(m)), whose exponent may be large.
        let base = weight * Vector.exp(logistic.preciseSoftplus * Vector(repeating: -gamma))
        let slope = base * (Vector.multiplyAdd(gamma * p, loss, q) / sum.head)
        let positive = Vector.multiplyAdd(gamma * gamma * p, loss, (1 + 2 * gamma) * q)
        let bend = Vector.multiplyAdd(-gamma * q, loss, positive)
        let hessian = base * (p * bend / sum.squared.head)
        return Point(
            loss: base * loss,
            first: Derivatives(
                gradient: slope.replacing(with: -slope, where: isPositive),
                hessian: hessian,
                surrogate: hessian.magnitude,
                cancelledHessian: bend.isCancelled(positive)
            )
        )
    }

    @inline(always)
    func precisePoint(_ x: Elements) -> Point {
        let (one, zero) = (Vector(repeating: 1), Vector(repeating: 0))
        let exponent = Vector(repeating: gamma)
        let isPositive = x[1] .> 0.5
        let weight = weights.weight(x, isPositive: isPositive)
        let margin = (-x[0]).replacing(with: x[0], where: isPositive)
        let isNegative = margin .< 0
        let decay = TwoDoubles.exp(-margin.magnitude)
        let (large, excess) = (one / (decay + one), TwoDoubles.log1p(decay))
        let small = decay * large
        let p = large.replacing(with: small, where: isNegative)
        let q = small.replacing(with: large, where: isNegative)
        let loss = excess + zero.replacing(with: -margin, where: isNegative)
        let other = excess + margin.replacing(with: zero, where: isNegative)
        let base = weight * TwoDoubles.exp(-other * exponent).rounded
        let slope = base * (p * loss * exponent + q).rounded
        let factor = TwoDoubles.product(2 * exponent, one) + one
        let bend = q * factor + loss * exponent * (p * exponent - q)
        let hessian = base * p.rounded * bend.rounded
        return Point(
            loss: zero,
            first: Derivatives(
                gradient: slope.replacing(with: -slope, where: isPositive),
                hessian: hessian,
                surrogate: hessian.magnitude
            )
        )
    }
}

/// The focal loss of probabilities.
struct BinaryFocalFromProbabilities: PointwiseFormula {
    static var inputCount: Int { 2 }
    static var hasList: Bool { true }

    private let curve: FocalCurve
    private let epsilon: Double
    private let weights: FocalWeights
    var list: (option: String, values: [Double])? { weights.list }

    init(_ options: OptionValues) {
        curve = FocalCurve(gamma: options[BinaryFocal.gamma])
        epsilon = options[ProbabilityOptions.epsilon]
        weights = FocalWeights(options)
    }

    @inline(always)
    func point(_ x: Elements) -> Point {
        let isPositive = x[1] .> 0.5
        let (loss, derivatives) = curve.point(
            ClippedProbability(x[0], isPositive: isPositive, epsilon: epsilon),
            weight: weights.weight(x, isPositive: isPositive)
        )
        let slope = derivatives.gradient
        return Point(
            loss: loss,
            first: Derivatives(
                gradient: (-slope).replacing(with: slope, where: isPositive),
                hessian: derivatives.hessian
            )
        )
    }
}

/// The focal loss of the probability of a label.
struct FocalCurve: Sendable {
    private let gamma: Double
    /// The limits of q^g and of the Hessian where q is 0.
    private let powerOfZero: Double
    private let curvatureAtZero: Double

    init(gamma: Double) {
        self.gamma = gamma
        powerOfZero = gamma == 0 ? 1 : 0
        curvatureAtZero =
            gamma == 0 ? 1 : gamma == 1 ? 2 : gamma > 1 ? 0 : .infinity
    }

    /// The loss times a weight, and its derivatives with respect to the probability.
    @inline(always)
    func point(
        _ x: ClippedProbability,
        weight: Vector
    ) -> (loss: Vector, derivatives: Derivatives) {
        let (p, q) = (x.p, x.q)
        let loss = (-x.logarithm.rounded).replacing(with: .infinity, where: p .== 0)
        let isCertain = q .== 0
        let power = Vector.exp(x.logarithmOfOther * Vector(repeating: gamma))
            .replacing(with: powerOfZero, where: isCertain)
        let base = weight * power
        let (inverse, quotient) = (1 / p, (loss / q).replacing(with: 1, where: isCertain))
        let slope = base * (gamma * quotient + inverse)
        let bend = (gamma * (gamma - 1) * quotient + 2 * gamma * inverse) / q + inverse * inverse
        return (
            base * loss,
            Derivatives(
                gradient: -slope,
                hessian: (base * bend)
                    .replacing(with: weight * curvatureAtZero, where: isCertain)
            )
        )
    }
}

extension BinaryFocal {
    static let facts = Facts(
        name: "binary_focal",
        aliases: [
            "binary_focal_loss", "binary_focal_crossentropy",
            .init("sigmoid_focal_loss", ["from_logits": .flag(true)]),
        ],
        family: .binary,
        summary: "The cross-entropy of a binary label, with less weight where the label is "
            + "probable, for classes of very different size.",
        formula: .init(
            plain: "-w (1 - p)^gamma log(p), p the probability of the label, w its weight",
            gradient: "-w (1 - p)^gamma (1 / p - gamma log(p) / (1 - p)) in p, "
                + "-w (1 - p)^gamma (1 - p - gamma p log(p)) in its logit",
            tex: #"-w (1 - p)^\gamma \log p"#
        ),
        options: [
            ProbabilityOptions.fromLogits.declaration, ProbabilityOptions.epsilon.declaration,
            gamma.declaration, alpha.declaration, ProbabilityOptions.labelSmoothing.declaration,
            ListOptions.axis.declaration,
        ],
        signature: Signature(
            .element,
            .init(
                "predictions",
                .primary,
                [
                    ConditionalDomain(.unit, when: ["from_logits": .flag(false)]),
                    ConditionalDomain(.real, when: ["from_logits": .flag(true)]),
                ],
                "probabilities of the positive class, or logits"
            ),
            .init("targets", .constant, .values([0, 1]), "labels")
        ),
        kinks: [ProbabilityOptions.clippedAtBothEnds],
        properties: [.differentiable, .twiceDifferentiable, .classificationCalibrated],
        notes: [
            "Convex in probabilities; in logits the Hessian is negative far on the wrong side.",
            "torchvision's alpha is 0.25; that of Keras is 0.25 with apply_class_balancing, else "
                + "without effect; optax has none.",
            "Libraries disagree about soft labels, which are refused. label_smoothing s is that of Keras: with the "
                + "label's share y = 1 - s / 2, the factor is (1 - y p - (1 - y) (1 - p))^gamma, that of the "
                + "cross-entropy of y.",
            "Keras clips probabilities at 1e-7 even from logits; its gradient is 0 there.",
        ],
        references: [
            "T.-Y. Lin et al., Focal Loss for Dense Object Detection, ICCV 2017",
            "Keras BinaryFocalCrossentropy", "torchvision sigmoid_focal_loss",
            "optax sigmoid_focal_loss",
        ],
        conventions: [
            .keras(
                ["epsilon": .number(1e-7), "gamma": .number(2)],
                notes: [
                    "Keras clips probabilities from logits, too, and its gradient is 0 where it does."
                ]
            ),
            .catBoost(
                ["from_logits": .flag(true)],
                notes: [
                    "alpha and gamma are focal_alpha and focal_gamma, without defaults. CatBoost clips "
                        + "probabilities at 1e-13."
                ]
            ),
            .optax(["from_logits": .flag(true), "gamma": .number(2)]),
            .flux(
                ["epsilon": .number(2.220446049250313e-16), "gamma": .number(2)],
                notes: ["Flux adds epsilon to probabilities instead of clipping them."]
            ),
        ]
    )
}
