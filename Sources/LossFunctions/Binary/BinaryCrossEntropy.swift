// SPDX-License-Identifier: Apache-2.0

/// The negative logarithm of the likelihood of a label in [0, 1].
///
/// With y the smoothed target, ȳ = 1 - y and c the weight of positives:
/// from a probability p, ℓ = -cy log p - ȳ log(1 - p);
/// from a logit z with σ = 1 / (1 + e^-z), ℓ = cy softplus(-z) + ȳ softplus(z),
/// dℓ/dz = ȳ σ(z) - cy σ(-z), d²ℓ/dz² = (cy + ȳ) σ(z) σ(-z).
/// All terms of ℓ have one sign, so that none cancels; σ(-z) is never computed as 1 - σ(z).
struct BinaryCrossEntropy: PointwiseLoss {
    static let positiveWeight = Option.numbers(
        "pos_weight",
        default: 1,
        .nonNegative,
        "The weight of the positive class: a number, or one for each place of the last axis."
    )

    static let facts = Facts(
        name: "binary-cross-entropy",
        aliases: [
            "bce", "BCELoss",
            .init("bce_with_logits", ["from_logits": .flag(true)]),
            .init("BCEWithLogitsLoss", ["from_logits": .flag(true)]),
            .init("binary_cross_entropy_with_logits", ["from_logits": .flag(true)]),
            .init("sigmoid_binary_cross_entropy", ["from_logits": .flag(true)]),
            .init("binary:logistic", ["from_logits": .flag(true)]),
        ],
        task: .binary,
        summary: "The negative log-likelihood of a label, hard or soft, of one of two classes.",
        formula: .init(
            plain: "-pos_weight y log(p) - (1 - y) log(1 - p), p = sigmoid(z) from logits z",
            gradient: "(p - y) / (p (1 - p)) from probabilities, p - y from logits "
                + "(pos_weight = 1)",
            tex: #"-w_{+}\, y \log p - (1 - y) \log(1 - p)"#
        ),
        parameters: [
            Probability.fromLogits.parameter, Probability.epsilon.parameter,
            positiveWeight.parameter, Probability.labelSmoothing.parameter,
        ],
        domains: [
            Domains(["from_logits": .flag(false)], predictions: .unit, targets: .unit),
            Domains(["from_logits": .flag(true)], predictions: .real, targets: .unit),
        ],
        kinks: [Probability.clippedAtBothEnds],
        properties: [
            .convex, .differentiable, .twiceDifferentiable, .properScoring,
            .classificationCalibrated,
        ],
        notes: [
            "PyTorch clamps logarithms at -100 and Keras probabilities at 1e-7, where its gradient "
                + "is 0.",
            "label_smoothing s makes a target y to y (1 - s) + s / 2, as in Keras.",
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

    init(_ arguments: Arguments) {
        fromLogits = arguments[Probability.fromLogits]
        epsilon = arguments[Probability.epsilon]
        smoothing = arguments[Probability.labelSmoothing]
        positiveWeights = arguments[Self.positiveWeight] ?? [1]
    }

    func check(_ shape: [Int]) throws(LossError) {
        let columns = shape.last ?? 1
        guard positiveWeights.count == 1 || positiveWeights.count == columns else {
            throw .wrongCount(
                option: Self.positiveWeight.parameter.name,
                count: positiveWeights.count,
                expected: columns
            )
        }
    }

    func point(_ prediction: Double, _ target: Double, at offset: Int) -> Point {
        let positive = target * (1 - smoothing) + smoothing / 2
        let negative = (1 - target) * (1 - smoothing) + smoothing / 2
        let weight =
            positiveWeights.count == 1
            ? positiveWeights[0] : positiveWeights[offset % positiveWeights.count]
        return fromLogits
            ? Self.point(logit: prediction, positive: weight * positive, negative: negative)
            : point(
                probability: max(epsilon, min(1 - epsilon, prediction)),
                weight: weight,
                positive: positive,
                negative: negative
            )
    }

    private static func point(logit: Double, positive: Double, negative: Double) -> Point {
        // e^-|z| serves softplus and both sigmoids. Near 0 it is taken as 1 + (e^-|z| - 1), since
        // there the two terms of the gradient may cancel.
        let isSmall = logit.magnitude < 0.5
        let decrease = isSmall ? Elementary.expm1(-logit.magnitude) : 0
        let decay = isSmall ? 1 + decrease : Elementary.exp(-logit.magnitude)
        let tail = Elementary.log1p(decay)
        let large = 1 / (1 + decay)
        let small = decay / (1 + decay)
        let (own, other) = logit >= 0 ? (negative, positive) : (positive, negative)
        // own σ(|z|) - other σ(-|z|), over the common denominator.
        let gradient =
            (isSmall ? (own - other) - other * decrease : own - other * decay) / (1 + decay)
        return Point(
            loss: positive * (max(-logit, 0) + tail) + negative * (max(logit, 0) + tail),
            gradient: logit >= 0 ? gradient : -gradient,
            hessian: (positive + negative) * (large * small)
        )
    }

    private func point(
        probability: Double,
        weight: Double,
        positive: Double,
        negative: Double
    ) -> Point {
        // With neither weights nor smoothing positive is 1 - negative to the last bit.
        let isPlain = weight == 1 && smoothing == 0
        let complement = 1 - probability
        let ofPositive = weight * positive
        var point = Point(loss: 0, gradient: 0, hessian: 0)
        // 0 log 0 = 0: a class that the target rules out contributes nothing.
        if ofPositive > 0 {
            point.loss -= ofPositive * Elementary.log(probability)
            point.gradient -= ofPositive / probability
            point.hessian += ofPositive / probability / probability
        }
        if negative > 0 {
            point.loss -= negative * Elementary.log1p(-probability)
            point.gradient += negative / complement
            point.hessian += negative / complement / complement
        }
        if ofPositive > 0, negative > 0 {
            // Over a common denominator, where close terms cancel least.
            let difference =
                isPlain ? probability - positive : negative * probability - ofPositive * complement
            point.gradient = difference / (probability * complement)
        }
        return point
    }
}
