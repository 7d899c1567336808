// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The Kullback-Leibler divergence of the predicted distribution q from the target y.
///
/// ℓ = Σ y log(y/q), with 0 log 0 = 0. With respect to q: ∂ℓ/∂q = -y/q, ∂²ℓ/∂q² = y/q²; to log q:
/// -y and 0; to logits, with q = softmax z and Y = Σy: Yq - y and Yq(1 - q).
///
/// From probabilities, each term is an unevaluated sum of head and tail, so that the sum of terms
/// that nearly cancel remains accurate. From logits, whose q sum to 1, the terms are
/// y log(y/q) + q - y, none of which is negative. From logarithms, the error is that of their
/// rounding: a few ulp of the largest term.
struct KullbackLeiblerDivergence: RowwiseLoss {
    static let logPredictions = Option.flag(
        "log_predictions",
        "Whether predictions are logarithms of probabilities."
    )
    static let logTargets = Option.flag(
        "log_targets",
        "Whether targets are logarithms of probabilities."
    )
    /// Unlike for the cross-entropies, 1 is not clipped, so that equal distributions have divergence 0.
    static let epsilon = Option.number(
        "epsilon",
        default: 2.220446049250313e-16,
        .halfOpen(0, 0.5),
        "Predicted probabilities are clipped to [epsilon, 1]; derivatives are those at the clipped "
            + "value. With 0 there is no clipping, and an infinite loss is refused."
    )

    static let facts = Facts(
        name: "kl_divergence",
        aliases: [
            "kld", "kullback-leibler", "kullback_leibler_divergence",
            .init("kl_div", ["log_predictions": .flag(true)], convention: "pytorch"),
            .init("KLDivLoss", ["log_predictions": .flag(true)], convention: "pytorch"),
            .init(
                "kl_divergence_with_log_targets",
                ["log_predictions": .flag(true), "log_targets": .flag(true)]
            ),
        ],
        family: .distribution,
        summary:
            "The Kullback-Leibler divergence of the target distribution from the predicted one, one "
            + "loss per row.",
        formula: .init(
            plain: "sum_k y_k (log(y_k) - log(q_k)), 0 log 0 = 0",
            gradient: "-y_k / q_k from probabilities, -y_k from their logarithms, q_k - y_k from "
                + "logits",
            tex: #"\sum_k y_k \log \frac{y_k}{q_k}"#
        ),
        options: [
            ProbabilityOptions.fromLogits.declaration, logPredictions.declaration,
            logTargets.declaration,
            epsilon.declaration, CategoricalCrossEntropy.axis.declaration,
        ],
        signature: signature,
        kinks: ["q < epsilon: clipped; the derivatives are those at the clipped value"],
        properties: [.convex, .differentiable, .twiceDifferentiable, .properScoring],
        notes: [
            "The mean is over rows, like PyTorch's batchmean; PyTorch's mean also divides by the "
                + "number of classes.",
            "A target of 0 contributes 0 for any prediction; PyTorch and optax return NaN if the "
                + "prediction is 0 too.",
        ],
        references: [
            "S. Kullback, R. A. Leibler, On Information and Sufficiency, "
                + "Annals of Mathematical Statistics 22, 1951",
            "PyTorch KLDivLoss", "Keras KLDivergence", "optax kl_divergence",
        ],
        conventions: [
            .pyTorch(
                ["log_predictions": .flag(true)],
                reduction: .batchMean,
                notes: [
                    "PyTorch's default reduction also divides by the number of classes: set "
                        + "\"normalizer\" to the number of predictions.",
                    "PyTorch's reduction none keeps a term per class; here it is a loss per row.",
                ]
            )
        ]
    )

    private static let signature = Signature(
        .row,
        .init(
            "predictions",
            .primary,
            [.init("* K", Form.allCases.map { ConditionalDomain($0.domain, when: $0.options) })],
            "probabilities, their logarithms, or logits"
        ),
        .init(
            "targets",
            .constant,
            [
                .init(
                    "* K",
                    [false, true].map { inLogarithms in
                        ConditionalDomain(
                            .distribution(inLogarithms: inLogarithms),
                            when: ["log_targets": .flag(inLogarithms)]
                        )
                    }
                )
            ],
            "distributions, or their logarithms"
        )
    )

    /// The form of the predictions.
    private enum Form: CaseIterable {
        case logarithms
        case logits
        case probabilities

        var options: [String: OptionValue] {
            switch self {
            case .probabilities: [:]
            case .logarithms: ["log_predictions": .flag(true)]
            case .logits: ["from_logits": .flag(true)]
            }
        }

        var domain: Domain {
            switch self {
            case .probabilities: .unit
            case .logarithms: .interval(.through(0))
            case .logits: .real
            }
        }
    }

    let axis: Int
    let ignoredIndex: Int? = nil
    private let logarithmicTargets: Bool
    private let form: Form
    private let epsilon: Double

    init(_ options: OptionValues) throws(LossError) {
        axis = options[CategoricalCrossEntropy.axis] ?? -1
        logarithmicTargets = options[Self.logTargets]
        epsilon = options[Self.epsilon]
        switch (options[ProbabilityOptions.fromLogits], options[Self.logPredictions]) {
        case (false, false): form = .probabilities
        case (false, true): form = .logarithms
        case (true, false): form = .logits
        case (true, true):
            throw .conflictingOptions(
                ProbabilityOptions.fromLogits.declaration.name,
                Self.logPredictions.declaration.name
            )
        }
    }

    func targetWeights(of _: RowTargets, _: Batch) -> [Double]? { nil }

    func evaluate(_ block: inout RowBlock, _ outputs: Outputs) {
        switch form {
        case .probabilities: evaluateProbabilities(&block, outputs)
        case .logarithms: evaluateLogarithms(&block, outputs)
        case .logits: evaluateLogits(&block, outputs)
        }
    }

    var fromLogits: Bool {
        if case .logits = form { true } else { false }
    }

    /// Swaps logarithmic targets with their exponentials, leaving the logarithms in `scratch`.
    func prepareTargets(_ block: inout RowBlock) {
        if logarithmicTargets { swap(&block.targets, &block.scratch) }
    }

    private func evaluateProbabilities(_ block: inout RowBlock, _ outputs: Outputs) {
        prepareTargets(&block)
        block.clipPredictions(epsilon, .infinity)
        if logarithmicTargets {
            block.functions.log(block.predictions, into: &block.termTails)
            block.terms.replace(block.scratch, block.termTails) { _, logarithm, other in
                logarithm - other
            }
            weightTerms(&block)
            block.sumTerms()
        } else {
            block.functions.divergence(
                of: block.targets,
                from: block.predictions,
                heads: &block.terms,
                tails: &block.termTails,
                prefetch: block.prefetch
            )
            block.sumTermsWithTails()
        }
        block.differentiateLogarithms(outputs)
    }

    /// Multiplies each term by its target; the product is 0 if the target is.
    private func weightTerms(_ block: inout RowBlock) {
        block.terms.replace(block.targets, block.targets) { term, target, _ in
            let product = target * term
            return target > 0 ? product : 0
        }
    }

    private func evaluateLogarithms(_ block: inout RowBlock, _ outputs: Outputs) {
        prepareTargets(&block)
        if logarithmicTargets {
            block.terms.replace(block.scratch, block.predictions) { _, logarithm, other in
                logarithm - other
            }
            weightTerms(&block)
        } else {
            block.functions.divergence(
                of: block.targets,
                fromLogarithms: block.predictions,
                into: &block.terms,
                prefetch: block.prefetch
            )
        }
        block.sumTerms()
        if outputs.contains(.gradient) {
            block.gradient.replace(block.targets, block.targets) { _, target, _ in -target }
        }
        if outputs.contains(.hessian) {
            block.hessian.replace(block.targets, block.targets) { _, _, _ in 0 }
        }
    }

    private func evaluateLogits(_ block: inout RowBlock, _ outputs: Outputs) {
        prepareTargets(&block)
        block.softmax.compute(block.predictions, block.functions, ahead: block.prefetch)
        let isComplete = block.functions.generalizedDivergence(
            of: block.targets,
            from: block.softmax.probabilities,
            into: &block.terms
        )
        if !isComplete { completeUnderflowedTerms(&block) }
        // Each term exceeds that of the divergence by q - y, and the q sum to 1.
        block.sumTermsAndTargetExcess()
        guard outputs.includeDerivatives else { return }
        block.softmax.differentiate(
            block.targets,
            sums: block.targetSums,
            tails: block.targetSumTails,
            outputs,
            block.functions,
            &block.gradient,
            &block.hessian
        )
    }

    /// Computes terms from logarithms if their probabilities are too small for quotients.
    private func completeUnderflowedTerms(_ block: inout RowBlock) {
        if !logarithmicTargets { block.functions.log(block.targets, into: &block.scratch) }
        block.softmax.computeNegativeLogProbabilities(block.predictions)
        for index in block.terms.indices {
            let (y, q) = (block.targets[index], block.softmax.probabilities[index])
            guard y > 0, !(q.isNormal && (q / y).isNormal) else { continue }
            let difference = block.scratch[index] + block.softmax.negativeLogProbabilities[index]
            block.terms[index] = y * difference + (q - y)
        }
    }
}
