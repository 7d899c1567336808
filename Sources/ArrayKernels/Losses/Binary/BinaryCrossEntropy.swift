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
        "Weight of the positive class: a number, or one for each index of an axis."
    )

    static func kernel(_ options: OptionValues) -> any ElementKernel {
        options[ProbabilityOptions.fromLogits]
            ? BinaryCrossEntropyFromLogits(options) : BinaryCrossEntropyFromProbabilities(options)
    }
}

/// The smoothed and weighted targets of a binary label.
struct BinaryTargets: Sendable {
    private let smoothing: Double
    /// 1 - smoothing, and its rounding error.
    private let share: Double
    private let shareTail: Double
    private let spread: Double
    let weights: [Double]

    init(_ options: OptionValues) {
        smoothing = options[ProbabilityOptions.labelSmoothing]
        share = 1 - smoothing
        shareTail = (1 - share) - smoothing
        spread = smoothing / 2
        weights = options[BinaryCrossEntropy.positiveWeight] ?? [1]
    }

    /// Whether targets are used unchanged.
    var isPlain: Bool { smoothing == 0 && weights == [1] }

    /// The weight of the positive class for each of eight elements.
    @inline(always)
    func weight(_ x: Elements) -> Vector { x.list }

    /// The part of the positive class, without its weight.
    @inline(always)
    func positive(_ target: Vector) -> Vector { smoothed(target) }

    /// The part of the negative class.
    @inline(always)
    func negative(_ target: Vector) -> Vector { smoothed(1 - target) }

    @inline(always)
    private func smoothed(_ label: Vector) -> Vector {
        let rest = Vector.multiplyAdd(
            label,
            Vector(repeating: shareTail),
            Vector(repeating: spread)
        )
        return .multiplyAdd(label, Vector(repeating: share), rest)
    }

    /// The parts of both classes, that of the positive one with its weight.
    @inline(always)
    func precise(_ x: Elements) -> (positive: TwoDoubles, negative: TwoDoubles) {
        let one = Vector(repeating: 1)
        let share = TwoDoubles.difference(one, Vector(repeating: smoothing))
        let spread = Vector(repeating: spread)
        return (
            (share * x[1] + spread) * weight(x),
            share * TwoDoubles.difference(one, x[1]) + spread
        )
    }

    /// The derivatives with respect to the target.
    ///
    /// - Parameters:
    ///   - weight: the weight of the positive class.
    ///   - positiveLoss: the loss of the positive class, without its weight.
    ///   - negativeLoss: the loss of the negative class.
    /// - Returns: the derivatives; the second one is 0.
    @inline(always)
    func derivatives(
        _ weight: Vector,
        _ positiveLoss: Vector,
        _ negativeLoss: Vector
    ) -> Derivatives {
        let difference = Vector.multiplyAdd(weight, positiveLoss, -negativeLoss)
        return Derivatives(
            gradient: share * difference,
            hessian: Vector(repeating: 0),
            cancelled: difference.isCancelled(weight * positiveLoss)
        )
    }

    /// The same for precise losses, that of the positive class with its weight.
    @inline(always)
    func derivatives(_ positiveLoss: TwoDoubles, _ negativeLoss: TwoDoubles) -> Derivatives {
        Derivatives(
            gradient: share * (positiveLoss - negativeLoss).rounded,
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
    static var hasPrecisePath: Bool { true }

    private let targets: BinaryTargets
    var list: (option: String, values: [Double])? { targets.list }

    init(_ options: OptionValues) {
        targets = BinaryTargets(options)
    }

    @inline(always)
    func point(_ x: Elements) -> Point {
        let (logit, target, weight) = (x[0], x[1], targets.weight(x))
        let weighted = TwoDoubles.product(weight, targets.positive(target))
        let (positive, negative) = (weighted.head, targets.negative(target))
        let logistic = Logistic(logit)
        let (isNegative, zero) = (logit .< 0, Vector(repeating: 0))
        let own = negative.replacing(with: positive, where: isNegative)
        let other = positive.replacing(with: negative, where: isNegative)
        // own σ(|z|) - other σ(-|z|), over the common denominator.
        let tail = Vector.multiplyAdd(
            -weighted.tail.replacing(with: zero, where: isNegative),
            logistic.expNegAbs,
            zero.replacing(with: weighted.tail, where: isNegative)
        )
        let numerator = Vector.multiplyAdd(-other, logistic.expNegAbs, own) + tail
        let slope = numerator / (1 + logistic.expNegAbs)
        let (positiveLoss, negativeLoss) = (logistic.softplusOfNegative, logistic.softplus)
        return Point(
            loss: positive * positiveLoss + negative * negativeLoss,
            first: Derivatives(
                gradient: slope.replacing(with: -slope, where: isNegative),
                hessian: Vector.multiplyAdd(weight, targets.positive(target), negative)
                    * logistic.product,
                cancelled: numerator.isCancelled(own)
            ),
            second: targets.derivatives(weight, positiveLoss, negativeLoss)
        )
    }

    @inline(always)
    func precisePoint(_ x: Elements, for columns: Columns) -> Point {
        let (zero, logit) = (Vector(repeating: 0), x[0])
        let (positive, negative) = targets.precise(x)
        let isNegative = logit .< 0
        let own = negative.replacing(with: positive, where: isNegative)
        let other = positive.replacing(with: negative, where: isNegative)
        let distance = -logit.magnitude
        // Usually few bits cancel, and an exponential of 71 bits is enough.
        let extended = slope(own, other, .extendedExp(TwoDoubles(distance)))
        let isUnsure = extended.numerator.magnitude .< own.head * 0x1p-14
        var slope = extended.value
        if isUnsure.isAny {
            let precise = self.slope(own, other, TwoDoubles.exp(distance))
            slope = slope.replacing(with: precise.value, where: isUnsure)
        }
        var second = Derivatives.zero
        if columns.haveGradient(of: 1) {
            let softplusOfDistance = TwoDoubles.log1p(TwoDoubles.exp(distance))
            let positiveLoss = softplusOfDistance + zero.replacing(with: -logit, where: isNegative)
            let negativeLoss = softplusOfDistance + logit.replacing(with: zero, where: isNegative)
            second = targets.derivatives(positiveLoss * targets.weight(x), negativeLoss)
        }
        return Point(
            loss: zero,
            first: Derivatives(
                gradient: slope.replacing(with: -slope, where: isNegative),
                hessian: zero
            ),
            second: second
        )
    }

    /// (own - other e^-|z|) / (1 + e^-|z|), and its numerator.
    @inline(always)
    private func slope(
        _ own: TwoDoubles,
        _ other: TwoDoubles,
        _ decay: TwoDoubles
    ) -> (value: Vector, numerator: Vector) {
        let numerator = own - other * decay
        return ((numerator / (decay + Vector(repeating: 1))).rounded, numerator.head)
    }
}

/// The binary cross-entropy of probabilities.
struct BinaryCrossEntropyFromProbabilities: PointwiseFormula {
    static var inputCount: Int { 2 }
    static var hasList: Bool { true }
    static var hasPrecisePath: Bool { true }

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
        let (small, isLarge) = smaller(of: probability)
        let isClipped = probability.distanceToUnit .< epsilon
        let large = 1 - small
        let (lossOfSmall, lossOfLarge) = (-Vector.log(small), -Vector.log1p(-small))
        let p = small.replacing(with: large, where: isLarge)
        let q = large.replacing(with: small, where: isLarge)
        let positiveLoss = lossOfSmall.replacing(with: lossOfLarge, where: isLarge)
        let negativeLoss = lossOfLarge.replacing(with: lossOfSmall, where: isLarge)

        let scaled = TwoDoubles.product(weight, targets.positive(target))
        let (positive, negative) = (scaled.head, targets.negative(target))
        // 0 log 0 = 0: a class with target 0 contributes nothing.
        let (isPositive, isNegative) = (positive .> 0, negative .> 0)
        // Without weights and smoothing the numerator is p - y; where p is 1 - epsilon, which may not
        // be a double, it is (1 - y) - epsilon.
        let unclipped = probability.replacing(with: p, where: isClipped)
        let plain = (unclipped - positive)
            .replacing(with: negative - q, where: isClipped .& isLarge)
        let ofNegative = negative * p
        let (left, right) = (TwoDoubles.product(negative, p), TwoDoubles.product(positive, q))
        let tail = left.tail - Vector.multiplyAdd(scaled.tail, q, right.tail)
        let weighted = (left.head - right.head) + tail
        let numerator = isPlain ? plain : weighted
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
                    + zero.replacing(with: negative / q / q, where: isNegative),
                // A difference of two doubles is exact as it is.
                cancelled: isPlain ? .none : isBoth .& weighted.isCancelled(ofNegative)
            ),
            second: targets.derivatives(weight, positiveLoss, negativeLoss)
        )
    }

    @inline(always)
    func precisePoint(_ x: Elements, for columns: Columns) -> Point {
        let (positive, negative) = targets.precise(x)
        let (least, isLarge) = smaller(of: x[0])
        let small = TwoDoubles(least)
        let large = TwoDoubles.difference(Vector(repeating: 1), least)
        let p = small.replacing(with: large, where: isLarge)
        let q = large.replacing(with: small, where: isLarge)
        var second = Derivatives.zero
        if columns.haveGradient(of: 1) {
            let (lossOfSmall, lossOfLarge) = (-TwoDoubles.log(small), -TwoDoubles.log1p(-small))
            let positiveLoss = lossOfSmall.replacing(with: lossOfLarge, where: isLarge)
            let negativeLoss = lossOfLarge.replacing(with: lossOfSmall, where: isLarge)
            second = targets.derivatives(positiveLoss * targets.weight(x), negativeLoss)
        }
        let zero = Vector(repeating: 0)
        return Point(
            loss: zero,
            first: Derivatives(
                gradient: ((negative * p - positive * q) / (p * q)).rounded,
                hessian: zero
            ),
            second: second
        )
    }

    /// The smaller of p and 1 - p, which is exact, as is its clipping; and whether p is the larger.
    @inline(always)
    private func smaller(of probability: Vector) -> (value: Vector, isLarge: Mask) {
        let least = probability.distanceToUnit
        return (least.replacing(with: epsilon, where: least .< epsilon), probability .>= 0.5)
    }
}

extension Vector {
    /// The distance of probabilities from the nearer of 0 and 1.
    fileprivate var distanceToUnit: Vector {
        @inline(always) get { replacing(with: 1 - self, where: self .>= 0.5) }
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
            .init("bce_prob", ["from_logits": .flag(false)]),
            .init("bce_with_logits", ["from_logits": .flag(true)]),
            .init("bce_logits", ["from_logits": .flag(true)]),
            .init("binary:logitraw", ["from_logits": .flag(true)], convention: "xgboost"),
            .init("BCEWithLogitsLoss", ["from_logits": .flag(true)], convention: "pytorch"),
            .init(
                "binary_cross_entropy_with_logits",
                ["from_logits": .flag(true)],
                convention: "pytorch"
            ),
            .init(
                "sigmoid_binary_cross_entropy",
                ["from_logits": .flag(true)],
                convention: "optax"
            ),
            .init("binary_logistic_loss", ["from_logits": .flag(true)]),
            .init(
                "sigmoid_cross_entropy_with_logits",
                ["from_logits": .flag(true)],
                convention: "tensorflow"
            ),
            .init(
                "weighted_cross_entropy_with_logits",
                ["from_logits": .flag(true)],
                convention: "tensorflow"
            ),
            .init("logitbinarycrossentropy", ["from_logits": .flag(true)], convention: "flux"),
            .init("HalfBinomialLoss", ["from_logits": .flag(true)], convention: "sklearn"),
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
            ListOptions.axis.declaration,
        ],
        signature: signature,
        kinks: [ProbabilityOptions.clippedAtBothEnds],
        properties: [
            .convex, .differentiable, .twiceDifferentiable, .properScoring,
            .classificationCalibrated,
        ],
        bounds: Bounds(
            when: [ProbabilityOptions.fromLogits.declaration.name: .flag(true)],
            gradient: .maximum(1, .greatest(of: positiveWeight)),
            hessian: .maximum(1, .greatest(of: positiveWeight)) / 4
        ),
        minimizer: .mean(
            .identity,
            [("from_logits", .logit)],
            fixed: ["pos_weight", "label_smoothing"]
        ),
        notes: [
            "PyTorch clamps logarithms at -100 and Keras probabilities at 1e-7, where its gradient "
                + "is 0.",
            "label_smoothing s replaces a target y by y (1 - s) + s / 2, as in Keras.",
            "Beyond a logit of 708, e^-|z| is below the normal numbers: a result that a large pos_weight "
                + "lifts above them has the relative error of e^-|z|.",
        ],
        references: [
            "PyTorch BCELoss and BCEWithLogitsLoss", "Keras BinaryCrossentropy",
            "scikit-learn log_loss", "CatBoost Logloss",
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
            .keras(
                ["epsilon": .number(1e-7)],
                notes: ["The gradient of Keras is 0 where a probability is clipped."]
            ),
            .xgBoost(
                ["from_logits": .flag(true)],
                surrogate: .init(floor: 1e-16),
                notes: ["scale_pos_weight is pos_weight."]
            ),
            .lightGBM(
                ["from_logits": .flag(true)],
                notes: [
                    "The objectives binary, with sigmoid = 1, and cross_entropy; scale_pos_weight is "
                        + "pos_weight."
                ]
            ),
            .catBoost(
                ["from_logits": .flag(true)],
                notes: [
                    "The objectives Logloss, with the border 0.5 of its labels, CrossEntropy, and, in each "
                        + "dimension, MultiLogloss, MultiCrossEntropy and MultiClassOneVsAll; scale_pos_weight is "
                        + "pos_weight."
                ]
            ),
            .scikitLearn(
                ["epsilon": .number(2.220446049250313e-16)],
                notes: ["The metric log_loss of two classes; HalfBinomialLoss takes logits."]
            ),
            .optax(["from_logits": .flag(true)]),
            .mlx(
                // Logarithms are at least -100.
                ["from_logits": .flag(true), "epsilon": .number(3.720075976020836e-44)],
                reduction: .elementMean,
                notes: ["The gradient of MLX is 0 in a logarithm that is clipped."]
            ),
            .tensorFlow(
                ["from_logits": .flag(true)],
                notes: ["tf.nn; pos_weight is that of weighted_cross_entropy_with_logits."]
            ),
            .flux(
                ["epsilon": .number(2.220446049250313e-16)],
                notes: ["Flux adds epsilon to probabilities instead of clipping them."]
            ),
        ]
    )
}
