// SPDX-License-Identifier: Apache-2.0

import ArrayMath

/// The negative log-likelihood of a binary label in [0, 1].
///
/// With y the smoothed target, ȳ = 1 - y and c the weight of the positive class:
/// from a probability p, ℓ = -cy log p - ȳ log(1 - p);
/// from a logit z with σ = 1 / (1 + e^-z), ℓ = cy softplus(-z) + ȳ softplus(z),
/// dℓ/dz = ȳ σ(z) - cy σ(-z), d²ℓ/dz² = (cy + ȳ) σ(z) σ(-z).
/// All terms of ℓ have the same sign, so none cancels; σ(-z) is never computed as 1 - σ(z).
struct BinaryCrossEntropy: BlockLoss {
    static let positiveWeight = Option.numbers(
        "pos_weight",
        default: 1,
        .nonNegative,
        "Weight of the positive class: a number, or one for each index of the last axis."
    )

    static let facts = Facts(
        name: "binary_cross_entropy",
        aliases: [
            "bce", "BCELoss",
            .init("bce_with_logits", ["from_logits": .flag(true)]),
            .init("BCEWithLogitsLoss", ["from_logits": .flag(true)]),
            .init("binary_cross_entropy_with_logits", ["from_logits": .flag(true)]),
            .init("sigmoid_binary_cross_entropy", ["from_logits": .flag(true)]),
            .init("sigmoid_cross_entropy_with_logits", ["from_logits": .flag(true)]),
            .init("logitbinarycrossentropy", ["from_logits": .flag(true)]),
            .init("binary:logistic", ["from_logits": .flag(true)]),
            .init("reg:logistic", ["from_logits": .flag(true)]),
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
        domains: [
            Domains(["from_logits": .flag(false)], predictions: .unit, targets: .unit),
            Domains(["from_logits": .flag(true)], predictions: .real, targets: .unit),
        ],
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
        ]
    )

    private let fromLogits: Bool
    private let epsilon: Double
    private let smoothing: Double
    private let positiveWeights: [Double]
    /// Whether 1 - epsilon is not a double.
    private let roundsUpperEnd: Bool

    var domains: Domains { Domains(predictions: fromLogits ? .real : .unit, targets: .unit) }

    init(_ options: OptionValues) {
        fromLogits = options[ProbabilityOptions.fromLogits]
        epsilon = options[ProbabilityOptions.epsilon]
        smoothing = options[ProbabilityOptions.labelSmoothing]
        positiveWeights = options[Self.positiveWeight] ?? [1]
        roundsUpperEnd = 1 - (1 - epsilon) != epsilon
    }

    func check(_ shape: [Int]) throws(LossError) {
        let columns = shape.last ?? 1
        guard positiveWeights.count == 1 || positiveWeights.count == columns else {
            throw .wrongCount(
                option: Self.positiveWeight.declaration.name,
                count: positiveWeights.count,
                expected: columns
            )
        }
    }

    func compute(
        _ predictions: Span<Double>,
        _ targets: Span<Double>,
        from first: Int,
        _ losses: inout MutableSpan<Double>,
        _ gradient: inout MutableSpan<Double>,
        _ hessian: inout MutableSpan<Double>
    ) {
        var weights = [Double](repeating: positiveWeights[0], count: predictions.count)
        if positiveWeights.count > 1 {
            for offset in weights.indices {
                weights[offset] = positiveWeights[(first + offset) % positiveWeights.count]
            }
        }
        let factors = weights.span
        if fromLogits {
            let logistic = Logistic(of: predictions)
            let expNegAbs = logistic.expNegAbs.span
            let expm1NegAbs = logistic.expm1NegAbs.span
            let softplusNegAbs = logistic.softplusNegAbs.span
            let count = losses.count
            precondition(
                expNegAbs.count == count && expm1NegAbs.count == count
                    && softplusNegAbs.count == count
                    && predictions.count == count && targets.count == count
                    && factors.count == count,
                "arrays of different lengths"
            )
            Point.fill(&losses, &gradient, &hessian) { offset in
                Self.point(
                    logit: predictions[offset],
                    positive: factors[offset] * positive(targets[offset]),
                    negative: negative(targets[offset]),
                    (expNegAbs[offset], expm1NegAbs[offset], softplusNegAbs[offset])
                )
            }
        } else {
            let clipped = ClippedProbabilities(predictions, epsilon, roundsUpperEnd)
            let probabilities = clipped.probabilities.span
            let complements = clipped.complements.span
            let logarithms = clipped.logarithms.span
            let ofComplements = clipped.logarithmsOfComplements.span
            let count = losses.count
            precondition(
                probabilities.count == count && complements.count == count
                    && logarithms.count == count && ofComplements.count == count
                    && targets.count == count && factors.count == count,
                "arrays of different lengths"
            )
            Point.fill(&losses, &gradient, &hessian) { offset in
                point(
                    probabilities[offset],
                    complements[offset],
                    (logarithms[offset], ofComplements[offset]),
                    targets[offset],
                    weight: factors[offset]
                )
            }
        }
    }

    private func positive(_ target: Double) -> Double {
        target * (1 - smoothing) + smoothing / 2
    }

    private func negative(_ target: Double) -> Double {
        (1 - target) * (1 - smoothing) + smoothing / 2
    }

    @inline(__always)
    private static func point(
        logit: Double,
        positive: Double,
        negative: Double,
        _ logistic: (expNegAbs: Double, expm1NegAbs: Double, softplusNegAbs: Double)
    ) -> Point {
        // Near 0, where the two terms of the gradient may cancel, e^-|z| is written as
        // 1 + (e^-|z| - 1).
        let (expNegAbs, expm1NegAbs, softplusNegAbs) = logistic
        let isSmall = logit.magnitude < 0.5
        let large = 1 / (1 + expNegAbs)
        let small = expNegAbs / (1 + expNegAbs)
        let own = logit >= 0 ? negative : positive
        let other = logit >= 0 ? positive : negative
        // own σ(|z|) - other σ(-|z|), over the common denominator.
        let near = (own - other) - other * expm1NegAbs
        let far = own - other * expNegAbs
        let gradient = (isSmall ? near : far) / (1 + expNegAbs)
        return Point(
            loss: positive * (max(-logit, 0) + softplusNegAbs)
                + negative * (max(logit, 0) + softplusNegAbs),
            gradient: logit >= 0 ? gradient : -gradient,
            hessian: (positive + negative) * (large * small)
        )
    }

    @inline(__always)
    private func point(
        _ probability: Double,
        _ complement: Double,
        _ logarithms: (own: Double, ofComplement: Double),
        _ target: Double,
        weight: Double
    ) -> Point {
        let (positive, negative) = (positive(target), negative(target))
        let ofPositive = weight * positive
        // 0 log 0 = 0: a class with target 0 contributes nothing.
        let (isPositive, isNegative) = (ofPositive > 0, negative > 0)
        let positiveLoss = ofPositive * logarithms.own
        let negativeLoss = negative * logarithms.ofComplement
        let positiveCurvature = ofPositive / probability / probability
        let negativeCurvature = negative / complement / complement
        // Without weights and smoothing the numerator is p - y, or (1 - y) - (1 - p) if p was
        // clipped to 1 - epsilon and that is rounded. Otherwise a common denominator minimises the
        // cancellation of similar terms.
        let isRounded = roundsUpperEnd && complement == epsilon && probability > 0.5
        let plain = isRounded ? negative - complement : probability - positive
        let difference =
            weight == 1 && smoothing == 0
            ? plain : negative * probability - ofPositive * complement
        let ofOne = isPositive ? -ofPositive : negative
        let byOne = isPositive ? probability : complement
        let ofBoth = isNegative ? difference : ofOne
        let byBoth = isNegative ? probability * complement : byOne
        let slope = (isPositive ? ofBoth : ofOne) / (isPositive ? byBoth : byOne)
        return Point(
            loss: 0 - (isPositive ? positiveLoss : 0) - (isNegative ? negativeLoss : 0),
            gradient: ofOne == 0 ? 0 : slope,
            hessian: (isPositive ? positiveCurvature : 0) + (isNegative ? negativeCurvature : 0)
        )
    }
}

/// A block of probabilities p, clipped to [epsilon, 1 - epsilon], with 1 - p and the logarithms.
private struct ClippedProbabilities {
    let probabilities: [Double]
    let complements: [Double]
    private(set) var logarithms: [Double]
    private(set) var logarithmsOfComplements: [Double]

    /// - Parameters:
    ///   - predictions: the probabilities.
    ///   - epsilon: their distance from 0 and 1.
    ///   - roundsUpperEnd: whether 1 - epsilon is not a double.
    init(_ predictions: Span<Double>, _ epsilon: Double, _ roundsUpperEnd: Bool) {
        let count = predictions.count
        let clipped = [Double](count: count) { clipped in
            for offset in predictions.indices {
                clipped[offset] = max(epsilon, min(1 - epsilon, predictions[offset]))
            }
        }
        complements = [Double](count: count) { complements in
            for offset in predictions.indices {
                complements[offset] = max(epsilon, min(1 - epsilon, 1 - predictions[offset]))
            }
        }
        let negated = [Double](count: count) { negated in
            for offset in clipped.indices { negated[offset] = -clipped[offset] }
        }
        let functions = InstructionSet.current.functions
        logarithms = [Double](count: count) { functions.log(clipped.span, into: &$0) }
        logarithmsOfComplements = [Double](count: count) {
            functions.log1p(negated.span, into: &$0)
        }
        probabilities = clipped
        // What is clipped to 1 - epsilon keeps the exact epsilon, which that may have lost.
        guard roundsUpperEnd else { return }
        let (logarithm, ofComplement) = (Elementary.log1p(-epsilon), Elementary.log(epsilon))
        for offset in predictions.indices where 1 - predictions[offset] < epsilon {
            logarithms[offset] = logarithm
            logarithmsOfComplements[offset] = ofComplement
        }
    }
}

/// The parts of sigmoid and softplus of a block of logits z: e^-|z|, e^-|z| - 1, log(1 + e^-|z|).
private struct Logistic {
    let expNegAbs: [Double]
    let expm1NegAbs: [Double]
    let softplusNegAbs: [Double]

    init(of logits: Span<Double>) {
        var expNegAbs = [Double](repeating: 0, count: logits.count)
        var expm1NegAbs = expNegAbs
        var softplusNegAbs = expNegAbs
        var decays = expNegAbs.mutableSpan
        var decreases = expm1NegAbs.mutableSpan
        var tails = softplusNegAbs.mutableSpan
        InstructionSet.current.functions
            .logistic(logits, expNegAbs: &decays, expm1NegAbs: &decreases, softplusNegAbs: &tails)
        self.expNegAbs = expNegAbs
        self.expm1NegAbs = expm1NegAbs
        self.softplusNegAbs = softplusNegAbs
    }
}
