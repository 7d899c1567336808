// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The cross-entropy and the reverse cross-entropy of the class, in which log 0 is a negative number.
///
/// The reverse one is -Σ p_k log [k = t] = -A (1 - p_t), where A stands for log 0.
enum SymmetricCrossEntropy: ListedRowLoss {
    static let alpha = Option.number(
        "alpha",
        default: 0.1,
        .nonNegative,
        "Coefficient of the cross-entropy."
    )
    static let beta = Option.number(
        "beta",
        default: 1,
        .nonNegative,
        "Coefficient of the reverse cross-entropy."
    )
    static let logZero = Option.number(
        "log_zero",
        default: -4,
        .through(0),
        "Number that stands for log 0 in the reverse cross-entropy."
    )

    /// The greater of the coefficients of the logarithm and of the probability in the loss.
    private static let greatestFactor = Bound.maximum(
        Bound(alpha),
        -Bound(beta) * Bound(logZero)
    )

    static func kernel(_ options: OptionValues) -> any RowKernel {
        let reverse = TwoDoubles.product(
            Vector(repeating: options[beta]),
            Vector(repeating: -options[logZero])
        )
        return CrossEntropyMixture(options[alpha], reverse, options)
    }
}

extension SymmetricCrossEntropy {
    static let facts = Facts(
        name: "symmetric_cross_entropy",
        aliases: ["sce", "sce_loss", "symmetric_ce"],
        family: .multiclass,
        summary: "The cross-entropy plus the reverse cross-entropy, for labels of which some are "
            + "wrong.",
        formula: .init(
            plain: "class_weight_t (-alpha log(p_t) - beta log_zero (1 - p_t)), p = softmax(z)",
            gradient: "class_weight_t (alpha - beta log_zero p_t) (p_k - [k = t])",
            tex: #"w_t \bigl(-\alpha \log p_t - \beta A (1 - p_t)\bigr)"#
        ),
        options: [
            alpha.declaration, beta.declaration, logZero.declaration,
            RowOptions.classWeights.declaration,
            ProbabilityOptions.labelSmoothing.declaration, RowOptions.ignoreIndex.declaration,
            RowOptions.axis.declaration,
        ],
        signature: .scoresAndDistributions,
        kinks: [],
        properties: [.differentiable, .twiceDifferentiable, .lipschitz],
        bounds: Bounds(
            gradient: .greatest(of: RowOptions.classWeights)
                * (Bound(alpha) + greatestFactor).squared / (4 * greatestFactor)
        ),
        notes: [
            "Code in common use clips the one-hot labels at 1e-4, which is a log_zero of -9.21, and "
                + "the probabilities at 1e-7.",
            "The loss of a distribution is the expected one of its classes.",
            "The surrogate of the Hessian is its magnitude.",
        ],
        references: [
            "Y. Wang et al., Symmetric Cross Entropy for Robust Learning with Noisy Labels, ICCV 2019"
        ]
    )
}
