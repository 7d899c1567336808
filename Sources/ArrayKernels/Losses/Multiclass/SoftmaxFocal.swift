// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The cross-entropy of logits, with less weight where the class is probable.
///
/// With the probability p of the class, q = 1 - p, L = -log p and g = gamma: f = alpha q^g L,
/// -f' = alpha q^g (g p L + q) and f'' = alpha q^g p ((1 + 2g) q + g L (g p - q)), as for two classes.
struct SoftmaxFocal: RowwiseLoss, ClassProbabilityLoss {
    static let alpha = Option.number("alpha", default: 1, .nonNegative, "Factor of the loss.")

    let targets: ClassTargets
    private let alpha: Double
    private let gamma: Double
    var isBounded: Bool { false }

    init(_ options: OptionValues) {
        targets = ClassTargets(options)
        alpha = options[Self.alpha]
        gamma = options[BinaryFocal.gamma]
    }

    @inline(always)
    func curve(_ x: ClassProbability) -> ClassCurve {
        let gamma = Vector(repeating: gamma)
        let base = TwoDoubles.exp(-x.surprisalOfOthers * gamma) * Vector(repeating: alpha)
        let scaled = x.surprisal * gamma
        let ofClass = x.p * scaled
        let positive = x.q * TwoDoubles.sum(2 * gamma, Vector(repeating: 1))
        let other = scaled * (x.p * gamma - x.q)
        let bend = base * x.p
        return ClassCurve(
            loss: base * x.surprisal,
            slope: base * (ofClass + x.q),
            bend: bend * (positive + other),
            bendSize: bend.head * (positive.head + scaled.head * (x.p.head * gamma + x.q.head))
        )
    }
}

extension SoftmaxFocal {
    static let facts = Facts(
        name: "softmax_focal",
        aliases: ["softmax_focal_loss", "multiclass_focal_loss"],
        family: .multiclass,
        summary: "The cross-entropy of several classes, with less weight where the class is "
            + "probable, for classes of very different size.",
        formula: .init(
            plain: "-class_weight_t alpha (1 - p_t)^gamma log(p_t), p = softmax(z)",
            gradient: "class_weight_t alpha (1 - p_t)^(gamma - 1) (1 - p_t - gamma p_t log(p_t)) "
                + "(p_k - [k = t])",
            tex: #"-w_t\, \alpha (1 - p_t)^\gamma \log p_t"#
        ),
        options: [
            alpha.declaration, BinaryFocal.gamma.declaration, RowOptions.classWeights.declaration,
            ProbabilityOptions.labelSmoothing.declaration,
            RowOptions.ignoreIndex.declaration, RowOptions.axis.declaration,
        ],
        signature: .scoresAndDistributions,
        kinks: [],
        properties: [.differentiable, .twiceDifferentiable, .classificationCalibrated],
        notes: [
            "Keras's alpha is 0.25; it takes probabilities unless from_logits is set, and clips "
                + "them at 1e-7 even then.",
            "The surrogate of the Hessian is its magnitude.",
        ],
        references: [
            "T.-Y. Lin et al., Focal Loss for Dense Object Detection, ICCV 2017",
            "Keras CategoricalFocalCrossentropy", "Flux focal_loss",
        ],
        conventions: [
            .keras(
                ["alpha": .number(0.25), "gamma": .number(2)],
                notes: [
                    "The loss CategoricalFocalCrossentropy with from_logits; from probabilities, send their "
                        + "logarithms. Keras clips probabilities at 1e-7, where its gradient is 0, and targets "
                        + "are distributions, one-hot for a class."
                ]
            )
        ]
    )
}
