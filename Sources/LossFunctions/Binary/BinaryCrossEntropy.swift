// SPDX-License-Identifier: Apache-2.0

import ArrayMath

/// The negative log-likelihood of a binary label in [0, 1].
///
/// With y the smoothed target, ȳ = 1 - y and c the weight of the positive class:
/// from a probability p, ℓ = -cy log p - ȳ log(1 - p);
/// from a logit z with σ = 1 / (1 + e^-z), ℓ = cy softplus(-z) + ȳ softplus(z),
/// dℓ/dz = ȳ σ(z) - cy σ(-z), d²ℓ/dz² = (cy + ȳ) σ(z) σ(-z).
/// All terms of ℓ have the same sign, so none cancels; σ(-z) is never computed as 1 - σ(z).
struct BinaryCrossEntropy: ElementwiseLoss {
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
            .init("binary:logistic", ["from_logits": .flag(true)]),
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

    var domains: Domains { Domains(predictions: fromLogits ? .real : .unit, targets: .unit) }

    init(_ options: OptionValues) {
        fromLogits = options[ProbabilityOptions.fromLogits]
        epsilon = options[ProbabilityOptions.epsilon]
        smoothing = options[ProbabilityOptions.labelSmoothing]
        positiveWeights = options[Self.positiveWeight] ?? [1]
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
            let logarithms = ProbabilityLogarithms(of: predictions, epsilon)
            let probabilities = logarithms.probabilities.span
            let own = logarithms.own.span
            let ofComplement = logarithms.ofComplement.span
            let count = losses.count
            precondition(
                probabilities.count == count && own.count == count && targets.count == count
                    && ofComplement.count == count && factors.count == count,
                "arrays of different lengths"
            )
            Point.fill(&losses, &gradient, &hessian) { offset in
                point(
                    probabilities[offset],
                    (own[offset], ofComplement[offset]),
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
        _ logarithms: (own: Double, ofComplement: Double),
        _ target: Double,
        weight: Double
    ) -> Point {
        let complement = 1 - probability
        let (positive, negative) = (positive(target), negative(target))
        let ofPositive = weight * positive
        // 0 log 0 = 0: a class with target 0 contributes nothing.
        let (isPositive, isNegative) = (ofPositive > 0, negative > 0)
        let positiveLoss = ofPositive * logarithms.own
        let negativeLoss = negative * logarithms.ofComplement
        let positiveCurvature = ofPositive / probability / probability
        let negativeCurvature = negative / complement / complement
        // Without weights and smoothing, positive is exactly 1 - negative. A common denominator
        // minimises the cancellation of similar terms.
        let difference =
            weight == 1 && smoothing == 0
            ? probability - positive : negative * probability - ofPositive * complement
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

/// The logarithms of a block of clipped probabilities and of their complements.
private struct ProbabilityLogarithms {
    let probabilities: [Double]
    let own: [Double]
    let ofComplement: [Double]

    init(of predictions: Span<Double>, _ epsilon: Double) {
        let count = predictions.count
        let clipped = [Double](count: count) { clipped in
            for offset in predictions.indices {
                clipped[offset] = max(epsilon, min(1 - epsilon, predictions[offset]))
            }
        }
        let opposite = [Double](count: count) { opposite in
            for offset in clipped.indices { opposite[offset] = -clipped[offset] }
        }
        let functions = Level.current.functions
        own = [Double](count: count) { functions.log(clipped.span, into: &$0) }
        ofComplement = [Double](count: count) { functions.log1p(opposite.span, into: &$0) }
        probabilities = clipped
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
        Level.current.functions
            .logistic(logits, decay: &decays, decrease: &decreases, tail: &tails)
        self.expNegAbs = expNegAbs
        self.expm1NegAbs = expm1NegAbs
        self.softplusNegAbs = softplusNegAbs
    }
}
