// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The sum of absolute differences of the softmax and the class, 2 (1 - p_t).
enum MAESoftmax: ListedRowLoss {
    static func kernel(_ options: OptionValues) -> any RowKernel {
        CrossEntropyMixture(0, TwoDoubles(repeating: 2), options)
    }
}

extension MAESoftmax {
    static let facts = Facts(
        name: "mae_softmax",
        aliases: ["softmax_mae", "mae_softmax_loss"],
        family: .multiclass,
        summary: "The sum of the absolute differences of the predicted probabilities and the "
            + "one-hot class, which is robust to wrong labels.",
        formula: .init(
            plain: "class_weight_t sum_k |p_k - [k = t]| = 2 class_weight_t (1 - p_t), "
                + "p = softmax(z)",
            gradient: "2 class_weight_t p_t (p_k - [k = t])",
            tex: #"2 w_t (1 - p_t)"#
        ),
        options: [
            RowOptions.classWeights.declaration,
            ProbabilityOptions.labelSmoothing.declaration, RowOptions.ignoreIndex.declaration,
            RowOptions.axis.declaration,
        ],
        signature: .scoresAndDistributions,
        kinks: [],
        properties: [.differentiable, .twiceDifferentiable, .lipschitz],
        bounds: Bounds(
            loss: 2 * .greatest(of: RowOptions.classWeights),
            gradient: .greatest(of: RowOptions.classWeights) / 2,
            hessian: 0.19245008972987526 * .greatest(of: RowOptions.classWeights)
        ),
        relations: [.twice("generalized_cross_entropy", ["q": .number(1)])],
        notes: [
            "The loss of a distribution is the expected one of its classes, not the sum of the "
                + "absolute differences from it.",
            "Bounded and not convex: the Hessian is negative on the wrong side, and its surrogate "
                + "is its magnitude.",
        ],
        references: [
            "A. Ghosh, H. Kumar, P. S. Sastry, Robust Loss Functions under Label Noise for Deep "
                + "Neural Networks, AAAI 2017"
        ]
    )
}
