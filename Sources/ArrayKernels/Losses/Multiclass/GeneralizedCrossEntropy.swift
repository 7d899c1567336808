// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The negative Box-Cox transform of the probability of the class, between the cross-entropy and the
/// mean absolute error.
///
/// With the probability p of the class, q = 1 - p and a, the option `q`: f = (1 - p^a)/a, of which the limit for
/// a = 0 is -log p. In the logit of p, -f' = p^a q and f'' = p^a q (p - aq); in p, -f' = p^(a - 1) and
/// f'' = (1 - a) p^(a - 2).
enum GeneralizedCrossEntropy: ListedRowLoss {
    static let q = Option.number(
        "q",
        default: 0.7,
        .zeroOr(1e-100, 1),
        "Exponent of the probability: 0 gives the cross-entropy, 1 half the absolute error."
    )

    static func kernel(_ options: OptionValues) -> any RowKernel {
        options[ProbabilityOptions.logits]
            ? GeneralizedCrossEntropyFromLogits(options)
            : GeneralizedCrossEntropyFromProbabilities(options)
    }
}

/// The generalised cross-entropy of logits.
struct GeneralizedCrossEntropyFromLogits: ClassProbabilityLoss {
    let targets: ClassTargets
    private let exponent: Double
    var isBounded: Bool { exponent > 0 }

    init(_ options: OptionValues) {
        targets = ClassTargets(options)
        exponent = options[GeneralizedCrossEntropy.q]
    }

    @inline(always)
    func curve(_ x: ClassProbability) -> ClassCurve {
        let exponent = Vector(repeating: exponent)
        let power = -x.surprisal * exponent
        let slope = TwoDoubles.exp(power) * x.q
        let (own, other) = (x.p, x.q * exponent)
        let larger = own.head.replacing(with: other.head, where: other.head .> own.head)
        let limit = power.head .> -0x1p-110
        let divisor = exponent.replacing(with: 1, where: limit)
        return ClassCurve(
            loss: (-TwoDoubles.expm1(power) / divisor).replacing(with: x.surprisal, where: limit),
            slope: slope,
            bend: slope * (own - other),
            bendSize: slope.head * larger
        )
    }
}

/// The generalised cross-entropy of probabilities.
struct GeneralizedCrossEntropyFromProbabilities: ExpectedClassLoss {
    let targets: ClassTargets
    private let exponent: Double
    private let epsilon: Double

    init(_ options: OptionValues) {
        targets = ClassTargets(options)
        exponent = options[GeneralizedCrossEntropy.q]
        epsilon = options[ProbabilityOptions.epsilon]
    }

    @inline(always)
    func loss(_ x: Vector) -> Vector {
        let x = clipped(x)
        let power = x.logarithm * Vector(repeating: exponent)
        let limit = power.head .> -0x1p-110
        let divisor = Vector(repeating: exponent).replacing(with: 1, where: limit)
        // The tail moves the power by a relative error of itself.
        let near = Vector.expm1(power.head)
        let curved = Vector.multiplyAdd(near + 1, power.tail, near)
        return (-curved / divisor)
            .replacing(with: -x.logarithm.rounded, where: limit)
            .replacing(with: exponent > 0 ? 1 / exponent : .infinity, where: x.p .== 0)
    }

    @inline(always)
    func derivatives(_ x: Vector, _ target: Vector) -> Derivatives {
        let x = clipped(x)
        let power = x.logarithm * Vector(repeating: exponent)
        let (slope, bend) = (
            power - x.logarithm, power - x.logarithm.scaled(by: Vector(repeating: 2))
        )
        let isZero = x.p .== 0
        let isLinear = exponent == 1
        return Derivatives(
            gradient: -target
                * Vector.exp(slope).replacing(with: isLinear ? 1 : .infinity, where: isZero),
            hessian: isLinear
                ? Vector(repeating: 0)
                : (target * (1 - exponent) * Vector.exp(bend))
                    .replacing(with: .infinity, where: isZero)
        )
    }

    @inline(always)
    private func clipped(_ x: Vector) -> ClippedProbability {
        ClippedProbability(x, isPositive: Mask(repeating: true), epsilon: epsilon)
    }
}

extension GeneralizedCrossEntropy {
    static let facts = Facts(
        name: "generalized_cross_entropy",
        aliases: [
            "gce", "gce_loss", "lq_loss",
            .init("categorical_generalized_cross_entropy", convention: "keras"),
        ],
        family: .multiclass,
        summary: "A loss between the cross-entropy and the mean absolute error, for labels of "
            + "which some are wrong.",
        formula: .init(
            plain: "class_weight_t (1 - p_t^q) / q, p = softmax(z) from logits z",
            gradient:
                "class_weight_t p_t^q (p_k - [k = t]) from logits, -class_weight_t p_t^(q - 1) "
                + "from probabilities",
            tex: #"w_t\, \frac{1 - p_t^q}{q}"#
        ),
        options: [
            ProbabilityOptions.logits.declaration, ProbabilityOptions.epsilon.declaration,
            q.declaration, RowOptions.classWeights.declaration,
            ProbabilityOptions.labelSmoothing.declaration,
            RowOptions.ignoreIndex.declaration, RowOptions.axis.declaration,
            ProbabilityOptions.checkSums.declaration,
        ],
        signature: .predictedDistributions(fromLogits: true),
        kinks: [ProbabilityOptions.clippedAtBothEnds],
        properties: [.differentiable, .twiceDifferentiable, .lipschitz],
        bounds: Bounds(
            when: [ProbabilityOptions.fromLogits.declaration.name: .flag(true)],
            loss: .greatest(of: RowOptions.classWeights) / Bound(q),
            gradient: .greatest(of: RowOptions.classWeights) * Bound(q).power(Bound(q))
                / (1 + Bound(q)).power(1 + Bound(q))
        ),
        notes: [
            "Keras takes the power of the expected probability of a distribution; here, as everywhere, the loss "
                + "is the expected one.",
            "From probabilities it is convex, without a bound of its slope. The surrogate of the Hessian is its "
                + "magnitude.",
        ],
        references: [
            "Z. Zhang, M. R. Sabuncu, Generalized Cross Entropy Loss for Training Deep Neural "
                + "Networks with Noisy Labels, NeurIPS 2018",
            "Keras CategoricalGeneralizedCrossEntropy",
        ],
        conventions: [
            .keras(
                ["from_logits": .flag(false), "epsilon": .number(0), "q": .number(0.5)],
                notes: ["The loss CategoricalGeneralizedCrossEntropy, whose targets are classes."]
            )
        ]
    )
}
