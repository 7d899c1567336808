// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The negative log-likelihood of a binary label in [0, 1].
///
/// With y the smoothed target, ȳ = 1 - y and c the weight of the positive class:
/// from a probability p, ℓ = -cy log p - ȳ log(1 - p);
/// from a logit z with σ = 1 / (1 + e^-z), ℓ = cy softplus(-z) + ȳ softplus(z),
/// dℓ/dz = ȳ σ(z) - cy σ(-z), d²ℓ/dz² = (cy + ȳ) σ(z) σ(-z).
/// All terms of ℓ have the same sign, so none cancels.
enum BinaryCrossEntropy: ListedLoss {
    static let positiveWeight = Option.numbers(
        "pos_weight",
        default: 1,
        .classWeight,
        "Weight of the positive class: a number, or one for each index of the last axis."
    )

    static func kernel(_ options: OptionValues) -> any ElementKernel {
        options[ProbabilityOptions.fromLogits]
            ? BinaryCrossEntropyFromLogits(options) : BinaryCrossEntropyFromProbabilities(options)
    }
}

/// The smoothed and weighted targets of a binary label.
struct BinaryTargets: Sendable {
    private let share: Double
    private let spread: Double
    let weights: [Double]

    init(_ options: OptionValues) {
        let smoothing = options[ProbabilityOptions.labelSmoothing]
        share = 1 - smoothing
        spread = smoothing / 2
        weights = options[BinaryCrossEntropy.positiveWeight] ?? [1]
    }

    /// Whether targets are taken as they are.
    var isPlain: Bool { share == 1 && weights == [1] }

    /// The weight of the positive class for each of eight elements.
    @inline(always)
    func weight(_ x: Elements) -> Vector { x.list }

    /// The part of the positive class, without its weight.
    @inline(always)
    func positive(_ target: Vector) -> Vector { target * share + spread }

    /// The part of the negative class.
    @inline(always)
    func negative(_ target: Vector) -> Vector { (1 - target) * share + spread }

    /// The derivatives with respect to the target, from the losses of both classes.
    @inline(always)
    func derivatives(_ positiveLoss: Vector, _ negativeLoss: Vector) -> Derivatives {
        Derivatives(
            gradient: share * (positiveLoss - negativeLoss),
            hessian: Vector(repeating: 0)
        )
    }

    /// The option with its values, for the list of each block.
    var list: (option: String, values: [Double])? {
        (BinaryCrossEntropy.positiveWeight.declaration.name, weights)
    }
}

/// The binary cross-entropy of logits.
struct BinaryCrossEntropyFromLogits: PointwiseFormula {
    static var inputCount: Int { 2 }
    static var hasList: Bool { true }

    private let targets: BinaryTargets
    var list: (option: String, values: [Double])? { targets.list }

    init(_ options: OptionValues) {
        targets = BinaryTargets(options)
    }

    @inline(always)
    func point(_ x: Elements) -> Point {
        let (logit, target, weight) = (x[0], x[1], targets.weight(x))
        let positive = weight * targets.positive(target)
        let negative = targets.negative(target)
        let logistic = Logistic(logit)
        let isNegative = logit .< 0
        let own = negative.replacing(with: positive, where: isNegative)
        let other = positive.replacing(with: negative, where: isNegative)
        // own σ(|z|) - other σ(-|z|), over the common denominator. Near 0, where the two terms may
        // cancel, e^-|z| is written as 1 + (e^-|z| - 1).
        let near = (own - other) - other * logistic.decrease
        let far = own - other * logistic.decay
        let slope = far.replacing(with: near, where: logit.magnitude .< 0.5) / (1 + logistic.decay)
        let (positiveLoss, negativeLoss) = (logistic.softplusOfNegative, logistic.softplus)
        return Point(
            loss: positive * positiveLoss + negative * negativeLoss,
            first: Derivatives(
                gradient: slope.replacing(with: -slope, where: isNegative),
                hessian: (positive + negative) * logistic.product
            ),
            second: targets.derivatives(weight * positiveLoss, negativeLoss)
        )
    }
}

/// The binary cross-entropy of probabilities.
struct BinaryCrossEntropyFromProbabilities: PointwiseFormula {
    static var inputCount: Int { 2 }
    static var hasList: Bool { true }

    private let targets: BinaryTargets
    private let epsilon: Double
    private let isPlain: Bool
    var list: (option: String, values: [Double])? { targets.list }

    init(_ options: OptionValues) {
        targets = BinaryTargets(options)
        epsilon = options[ProbabilityOptions.epsilon]
        isPlain = targets.isPlain
    }

    @inline(always)
    func point(_ x: Elements) -> Point {
        let (probability, target, weight) = (x[0], x[1], targets.weight(x))
        let zero = Vector(repeating: 0)
        // The smaller of p and 1 - p is exact, and so is its clipping.
        let isLarge = probability .>= 0.5
        let least = probability.replacing(with: 1 - probability, where: isLarge)
        let isClipped = least .< epsilon
        let small = least.replacing(with: Vector(repeating: epsilon), where: isClipped)
        let large = 1 - small
        let (lossOfSmall, lossOfLarge) = (-Vector.log(small), -Vector.log1p(-small))
        let p = small.replacing(with: large, where: isLarge)
        let q = large.replacing(with: small, where: isLarge)
        let positiveLoss = lossOfSmall.replacing(with: lossOfLarge, where: isLarge)
        let negativeLoss = lossOfLarge.replacing(with: lossOfSmall, where: isLarge)

        let positive = weight * targets.positive(target)
        let negative = targets.negative(target)
        // 0 log 0 = 0: a class with target 0 contributes nothing.
        let (isPositive, isNegative) = (positive .> 0, negative .> 0)
        // Without weights and smoothing the numerator is p - y; where p is 1 - epsilon, which may
        // be no double, it is (1 - y) - epsilon.
        let unclipped = probability.replacing(with: p, where: isClipped)
        let plain = (unclipped - positive)
            .replacing(with: negative - q, where: isClipped .& isLarge)
        let numerator = isPlain ? plain : negative * p - positive * q
        let ofOne = negative.replacing(with: -positive, where: isPositive)
        let byOne = q.replacing(with: p, where: isPositive)
        let isBoth = isPositive .& isNegative
        let slope =
            ofOne.replacing(with: numerator, where: isBoth)
            / byOne.replacing(with: p * q, where: isBoth)
        let positiveTerm = zero.replacing(with: positive * positiveLoss, where: isPositive)
        let negativeTerm = zero.replacing(with: negative * negativeLoss, where: isNegative)
        return Point(
            loss: positiveTerm + negativeTerm,
            first: Derivatives(
                gradient: slope.replacing(with: zero, where: ofOne .== 0),
                hessian: zero.replacing(with: positive / p / p, where: isPositive)
                    + zero.replacing(with: negative / q / q, where: isNegative)
            ),
            second: targets.derivatives(weight * positiveLoss, negativeLoss)
        )
    }
}

extension BinaryCrossEntropy {
    private static let signature = Signature(
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
        .init("targets", .differentiable, .unit, "labels, 0 or 1, or probabilities")
    )

    static let facts = Facts(
        name: "binary_cross_entropy",
        aliases: [
            "bce",
            .init("BCELoss", convention: "pytorch"),
            .init("bce_with_logits", ["from_logits": .flag(true)]),
            .init("BCEWithLogitsLoss", ["from_logits": .flag(true)], convention: "pytorch"),
            .init(
                "binary_cross_entropy_with_logits",
                ["from_logits": .flag(true)],
                convention: "pytorch"
            ),
            .init("sigmoid_binary_cross_entropy", ["from_logits": .flag(true)]),
            .init("sigmoid_cross_entropy_with_logits", ["from_logits": .flag(true)]),
            .init("logitbinarycrossentropy", ["from_logits": .flag(true)]),
            .init("binary:logistic", ["from_logits": .flag(true)], convention: "xgboost"),
            .init("reg:logistic", ["from_logits": .flag(true)], convention: "xgboost"),
        ],
        family: .binary,
        summary: "The negative log-likelihood of a binary label, hard or soft.",
        formula: .init(
            plain: "-pos_weight y log(p) - (1 - y) log(1 - p), p = sigmoid(z) from logits z",
            gradient: "(p - y) / (p (1 - p)) from probabilities, p - y from logits "
                + "(pos_weight = 1)",
            tex: #"-w_{+}\, y \log p - (1 - y) \log(1 - p)"#
        ),
        options: [
            ProbabilityOptions.fromLogits.declaration, ProbabilityOptions.epsilon.declaration,
            positiveWeight.declaration, ProbabilityOptions.labelSmoothing.declaration,
        ],
        signature: signature,
        kinks: [ProbabilityOptions.clippedAtBothEnds],
        properties: [
            .convex, .differentiable, .twiceDifferentiable, .properScoring,
            .classificationCalibrated,
        ],
        notes: [
            "PyTorch clamps logarithms at -100 and Keras probabilities at 1e-7, where its gradient "
                + "is 0.",
            "label_smoothing s replaces a target y by y (1 - s) + s / 2, as in Keras.",
        ],
        references: [
            "PyTorch BCELoss and BCEWithLogitsLoss", "Keras BinaryCrossentropy",
            "scikit-learn log_loss",
        ],
        conventions: [
            .pyTorch(
                // Logarithms are at least -100, and -100 is that of e^-100.
                ["epsilon": .number(3.720075976020836e-44)],
                reduction: .elementMean,
                notes: [
                    "PyTorch differentiates with p (1 - p) of at least 1e-12 in the denominator: its "
                        + "gradient differs where p is that close to 0 or 1."
                ]
            ),
            .xgBoost(
                ["from_logits": .flag(true)],
                notes: ["XGBoost's Hessian is at least 1e-16; its scale_pos_weight is pos_weight."]
            ),
        ]
    )
}
