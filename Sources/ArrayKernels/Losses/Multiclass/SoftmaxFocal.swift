// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The cross-entropy of logits, with less weight where the class is probable.
///
/// With the probability p of the class, q = 1 - p, L = -log p and g = gamma: f = alpha q^g L. In the logit of p,
/// -f' = alpha q^g (g p L + q) and f'' = alpha q^g p ((1 + 2g) q + g L (g p - q)); in p,
/// -f' = alpha q^g (g L/q + 1/p) and f'' = alpha q^g (g (g - 1) L/q² + 2g/(pq) + 1/p²), as for two classes.
enum SoftmaxFocal: ListedRowLoss {
    static let alpha = Option.number("alpha", default: 1, .nonNegative, "Factor of the loss.")

    static func kernel(_ options: OptionValues) -> any RowKernel {
        options[ProbabilityOptions.logits]
            ? SoftmaxFocalFromLogits(options) : SoftmaxFocalFromProbabilities(options)
    }
}

/// The focal loss of logits.
struct SoftmaxFocalFromLogits: ClassProbabilityLoss {
    let targets: ClassTargets
    private let alpha: Double
    private let gamma: Double
    var isBounded: Bool { false }

    init(_ options: OptionValues) {
        targets = ClassTargets(options)
        alpha = options[SoftmaxFocal.alpha]
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

/// The focal loss of probabilities.
struct SoftmaxFocalFromProbabilities: ExpectedClassLoss {
    let targets: ClassTargets
    private let alpha: Double
    private let curve: FocalCurve
    private let epsilon: Double

    init(_ options: OptionValues) {
        targets = ClassTargets(options)
        alpha = options[SoftmaxFocal.alpha]
        curve = FocalCurve(gamma: options[BinaryFocal.gamma])
        epsilon = options[ProbabilityOptions.epsilon]
    }

    @inline(always)
    func loss(_ x: Vector) -> Vector { point(x, weight: Vector(repeating: alpha)).loss }

    @inline(always)
    func derivatives(_ x: Vector, _ target: Vector) -> Derivatives {
        point(x, weight: alpha * target).derivatives
    }

    @inline(always)
    private func point(
        _ x: Vector,
        weight: Vector
    ) -> (loss: Vector, derivatives: Derivatives) {
        let isPositive = Mask(repeating: true)
        return curve.point(
            ClippedProbability(x, isPositive: isPositive, epsilon: epsilon),
            weight: weight
        )
    }
}

extension SoftmaxFocal {
    static let facts = Facts(
        name: "softmax_focal",
        aliases: [
            "softmax_focal_loss", "multiclass_focal_loss",
            .init("categorical_focal_crossentropy", convention: "keras"),
        ],
        family: .multiclass,
        summary: "The cross-entropy of several classes, with less weight where the class is "
            + "probable, for classes of very different size.",
        formula: .init(
            plain: "-class_weight_t alpha (1 - p_t)^gamma log(p_t), p = softmax(z) from logits z",
            gradient: "class_weight_t alpha (1 - p_t)^(gamma - 1) (1 - p_t - gamma p_t log(p_t)) "
                + "(p_k - [k = t]) from logits, -class_weight_t alpha (1 - p_t)^gamma "
                + "(1 / p_t - gamma log(p_t) / (1 - p_t)) from probabilities",
            tex: #"-w_t\, \alpha (1 - p_t)^\gamma \log p_t"#
        ),
        options: [
            ProbabilityOptions.logits.declaration, ProbabilityOptions.epsilon.declaration,
            alpha.declaration, BinaryFocal.gamma.declaration, RowOptions.classWeights.declaration,
            ProbabilityOptions.labelSmoothing.declaration,
            RowOptions.ignoreIndex.declaration, RowOptions.axis.declaration,
            ProbabilityOptions.checkSums.declaration,
        ],
        signature: .predictedDistributions(fromLogits: true),
        kinks: [ProbabilityOptions.clippedAtBothEnds],
        properties: [.differentiable, .twiceDifferentiable, .classificationCalibrated],
        notes: [
            "The surrogate of the Hessian is its magnitude."
        ],
        references: [
            "T.-Y. Lin et al., Focal Loss for Dense Object Detection, ICCV 2017",
            "Keras CategoricalFocalCrossentropy", "Flux focal_loss",
        ],
        conventions: [
            .keras(
                [
                    "from_logits": .flag(false), "epsilon": .number(1e-7), "alpha": .number(0.25),
                    "gamma": .number(2),
                ],
                notes: [
                    "The loss CategoricalFocalCrossentropy, whose targets are distributions, one-hot for a class. "
                        + "Keras divides probabilities by their sum, also in the gradient, which is 0 where one is "
                        + "clipped; it clips those of logits, too."
                ]
            )
        ]
    )
}
