// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The negative Box-Cox transform of the probability of the class, between the cross-entropy and the
/// mean absolute error.
///
/// With the probability p of the class, q = 1 - p and a, the option `q`: f = (1 - p^a)/a,
/// -f' = p^a q and f'' = p^a q (p - aq). The limit for a = 0 is -log p.
struct GeneralizedCrossEntropy: RowwiseLoss, ClassProbabilityLoss {
    static let q = Option.number(
        "q",
        default: 0.7,
        .zeroOr(1e-100, 1),
        "Exponent of the probability: 0 gives the cross-entropy, 1 half the absolute error."
    )

    let targets: ClassTargets
    private let exponent: Double
    var isBounded: Bool { exponent > 0 }

    init(_ options: OptionValues) {
        targets = ClassTargets(options)
        exponent = options[Self.q]
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

extension GeneralizedCrossEntropy {
    static let facts = Facts(
        name: "generalized_cross_entropy",
        aliases: ["gce", "gce_loss", "lq_loss"],
        family: .multiclass,
        summary: "A loss between the cross-entropy and the mean absolute error, for labels of "
            + "which some are wrong.",
        formula: .init(
            plain: "class_weight_t (1 - p_t^q) / q, p = softmax(z)",
            gradient: "class_weight_t p_t^q (p_k - [k = t])",
            tex: #"w_t\, \frac{1 - p_t^q}{q}"#
        ),
        options: [
            q.declaration, RowOptions.classWeights.declaration,
            ProbabilityOptions.labelSmoothing.declaration,
            RowOptions.ignoreIndex.declaration, RowOptions.axis.declaration,
        ],
        signature: .scoresAndDistributions,
        kinks: [],
        properties: [.differentiable, .twiceDifferentiable, .lipschitz],
        bounds: Bounds(
            loss: .greatest(of: RowOptions.classWeights) / Bound(q),
            gradient: .greatest(of: RowOptions.classWeights) * Bound(q).power(Bound(q))
                / (1 + Bound(q)).power(1 + Bound(q))
        ),
        notes: [
            "Keras takes probabilities, and its q is 0.5. It takes the power of the expected "
                + "probability of a distribution; here, as everywhere, the loss is the expected one.",
            "The surrogate of the Hessian is its magnitude.",
        ],
        references: [
            "Z. Zhang, M. R. Sabuncu, Generalized Cross Entropy Loss for Training Deep Neural "
                + "Networks with Noisy Labels, NeurIPS 2018",
            "Keras CategoricalGeneralizedCrossEntropy",
        ],
        conventions: [
            .keras(
                ["q": .number(0.5)],
                notes: [
                    "Keras takes probabilities, of which send the logarithms; the gradient is then that with "
                        + "respect to these as logits. Its targets are classes."
                ]
            )
        ]
    )
}
