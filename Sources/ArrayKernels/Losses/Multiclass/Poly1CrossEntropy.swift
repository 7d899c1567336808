// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The cross-entropy with another coefficient of the first term of its series in 1 - p.
enum Poly1CrossEntropy: ListedRowLoss {
    static let epsilon = Option.number(
        "epsilon",
        default: 2,
        .from(-1),
        "Coefficient of the probability of the other classes; 0 gives the cross-entropy."
    )

    static func kernel(_ options: OptionValues) -> any RowKernel {
        CrossEntropyMixture(1, TwoDoubles(repeating: options[epsilon]), options)
    }
}

extension Poly1CrossEntropy {
    static let facts = Facts(
        name: "poly1_cross_entropy",
        aliases: [
            .init("poly_loss_cross_entropy", convention: "optax"), "poly_loss", "poly1_loss",
            "poly1_ce", "poly1_softmax", "poly1_softmax_loss",
        ],
        family: .multiclass,
        summary: "The cross-entropy plus a multiple of the probability of the other classes.",
        formula: .init(
            plain: "class_weight_t (-log(p_t) + epsilon (1 - p_t)), p = softmax(z)",
            gradient: "class_weight_t (1 + epsilon p_t) (p_k - [k = t])",
            tex: #"w_t \bigl(-\log p_t + \epsilon (1 - p_t)\bigr)"#
        ),
        options: [
            epsilon.declaration, RowOptions.classWeights.declaration,
            ProbabilityOptions.labelSmoothing.declaration,
            RowOptions.ignoreIndex.declaration, RowOptions.axis.declaration,
        ],
        signature: .scoresAndDistributions,
        kinks: [],
        properties: [.differentiable, .twiceDifferentiable, .lipschitz],
        bounds: Bounds(
            gradient: .greatest(of: RowOptions.classWeights)
                * (1 + .maximum(1, Bound(epsilon))).squared / (4 * .maximum(1, Bound(epsilon)))
        ),
        notes: [
            "Convex for epsilon from -1 to 1; the surrogate of the Hessian is its magnitude.",
            "optax's epsilon is 2, that of RAX 1.",
        ],
        references: [
            "Z. Leng et al., PolyLoss: A Polynomial Expansion Perspective of Classification Loss "
                + "Functions, ICLR 2022",
            "optax poly_loss_cross_entropy", "RAX poly1_softmax_loss",
        ],
        conventions: [
            .optax(["epsilon": .number(2)])
        ]
    )
}
