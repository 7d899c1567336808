// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The amount by which the greatest score exceeds that of the class: the hinge loss without a margin.
enum MulticlassPerceptron: ListedRowLoss {
    static func kernel(_ options: OptionValues) -> any RowKernel {
        MulticlassHinge(margin: 0, options)
    }
}

extension MulticlassPerceptron {
    static let facts = Facts(
        name: "multiclass_perceptron",
        aliases: ["multiclass_perceptron_loss"],
        family: .multiclass,
        summary: "The amount by which the greatest score exceeds that of the class, as in the "
            + "multi-class perceptron.",
        formula: .init(
            plain: "class_weight_t (max_k z_k - z_t)",
            gradient: "class_weight_t at the greatest score, minus it at the class, where the loss "
                + "is above 0",
            tex: #"w_t \bigl(\max_k z_k - z_t\bigr)"#
        ),
        options: [
            RowOptions.classWeights.declaration, RowOptions.ignoreIndex.declaration,
            RowOptions.axis.declaration,
        ],
        signature: .scoresAndSingleClasses,
        kinks: [
            "the class has the greatest score, alone or not: the derivatives are 0",
            MulticlassHinge.tie,
        ],
        properties: [.convex, .lipschitz],
        bounds: Bounds(gradient: .greatest(of: RowOptions.classWeights), hessian: 0),
        relations: [.same(as: "multiclass_hinge", ["margin": .number(0)])],
        notes: ["optax shares the gradient among equal scores too, with the class as well."],
        references: [
            "M. Collins, Discriminative Training Methods for Hidden Markov Models: Theory and "
                + "Experiments with Perceptron Algorithms, EMNLP 2002",
            "optax multiclass_perceptron_loss",
        ],
        conventions: [
            .optax(notes: ["optax shares the gradient among equal scores, with the class too."])
        ],
        examples: [
            Example([
                "predictions": Tensor(shape: [2, 3], values: [0.5, 2, -1, 0.1, 1.2, 0.3]),
                "targets": Tensor(shape: [2], values: [0, 1]),
            ])
        ]
    )
}
