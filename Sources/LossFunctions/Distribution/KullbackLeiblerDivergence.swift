// SPDX-License-Identifier: Apache-2.0

import ArrayMath

/// What is lost when the distribution q stands for the distribution y.
///
/// ℓ = Σ y log(y/q), with 0 log 0 = 0. In q: ∂ℓ/∂q = -y/q, ∂²ℓ/∂q² = y/q². In log q: -y and 0.
/// In logits with q = softmax z and Y = Σy: Yq - y and Yq(1 - q).
///
/// From probabilities, a term is the sum of two doubles, so that terms that nearly cancel leave what
/// is right: the divergence of distributions that hardly differ keeps its digits. From logits, whose
/// q sum to 1, it is the sum of y log(y/q) + q - y instead, of which none is negative. From logarithms
/// it is known as well as their rounding allows: to a few ulp of the largest term.
struct KullbackLeiblerDivergence: RowwiseLoss {
    static let logPredictions = Option.flag(
        "log_predictions",
        "Whether predictions are logarithms of probabilities."
    )
    static let logTargets = Option.flag(
        "log_targets",
        "Whether targets are logarithms of probabilities."
    )
    /// As for the cross-entropies, but certainty stays certain: the divergence of equals is 0.
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
            .init("kl_div", ["log_predictions": .flag(true)]),
            .init("KLDivLoss", ["log_predictions": .flag(true)]),
            .init(
                "kl_divergence_with_log_targets",
                ["log_predictions": .flag(true), "log_targets": .flag(true)]
            ),
        ],
        task: .distribution,
        summary:
            "The Kullback-Leibler divergence of the predicted distribution from the target, one "
            + "loss per row.",
        formula: .init(
            plain: "sum_k y_k (log(y_k) - log(q_k)), 0 log 0 = 0",
            gradient: "-y_k / q_k from probabilities, -y_k from their logarithms, q_k - y_k from "
                + "logits",
            tex: #"\sum_k y_k \log \frac{y_k}{q_k}"#
        ),
        parameters: [
            Probability.fromLogits.parameter, logPredictions.parameter, logTargets.parameter,
            epsilon.parameter, CategoricalCrossEntropy.axis.parameter,
        ],
        domains: Form.allCases.flatMap { form in
            [false, true].map { inLogarithms in
                Domains(
                    form.options.merging(["log_targets": .flag(inLogarithms)]) { $1 },
                    predictions: form.domain,
                    targets: Self.targetDomain(inLogarithms: inLogarithms)
                )
            }
        },
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
        ]
    )

    /// What the predictions are.
    private enum Form: CaseIterable {
        case probabilities
        case logarithms
        case logits

        var options: [String: Argument] {
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
    let classes: ClassRule? = nil
    let logarithmicTargets: Bool
    var domains: Domains {
        Domains(
            predictions: form.domain,
            targets: Self.targetDomain(inLogarithms: logarithmicTargets)
        )
    }

    private let form: Form
    private let epsilon: Double

    init(_ arguments: Arguments) throws(LossError) {
        axis = arguments[CategoricalCrossEntropy.axis] ?? -1
        logarithmicTargets = arguments[Self.logTargets]
        epsilon = arguments[Self.epsilon]
        switch (arguments[Probability.fromLogits], arguments[Self.logPredictions]) {
        case (false, false): form = .probabilities
        case (false, true): form = .logarithms
        case (true, false): form = .logits
        case (true, true):
            throw .conflictingOptions(
                Probability.fromLogits.parameter.name,
                Self.logPredictions.parameter.name
            )
        }
    }

    func shares(of targets: RowTargets) -> [Double]? { nil }

    func evaluate(_ block: inout RowBlock, _ outputs: Outputs) {
        switch form {
        case .probabilities: evaluateProbabilities(&block, outputs)
        case .logarithms: evaluateLogarithms(&block, outputs)
        case .logits: evaluateLogits(&block, outputs)
        }
    }

    private static func targetDomain(inLogarithms: Bool) -> Domain {
        inLogarithms ? .interval(.through(0)) : .unit
    }

    var fromLogits: Bool {
        if case .logits = form { true } else { false }
    }

    /// Puts the targets themselves in the place of their logarithms, which are then in `scratch`.
    func prepareTargets(_ block: inout RowBlock) {
        if logarithmicTargets { swap(&block.targets, &block.scratch) }
    }

    private func evaluateProbabilities(_ block: inout RowBlock, _ outputs: Outputs) {
        prepareTargets(&block)
        block.clipPredictions(epsilon, .infinity)
        if logarithmicTargets {
            block.functions.log(block.predictions, into: &block.rests)
            block.terms.replace(block.scratch, block.rests) { _, logarithm, other in
                logarithm - other
            }
            weighTerms(&block)
            block.sumTerms()
        } else {
            block.functions.divergence(
                of: block.targets,
                from: block.predictions,
                heads: &block.terms,
                tails: &block.rests,
                prefetch: block.ahead
            )
            block.sumTermsWithRests()
        }
        block.differentiateLogarithms(outputs)
    }

    /// Multiplies each term by its target; where that is 0, so is the product.
    private func weighTerms(_ block: inout RowBlock) {
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
            weighTerms(&block)
        } else {
            block.functions.divergence(
                of: block.targets,
                fromLogarithms: block.predictions,
                into: &block.terms,
                prefetch: block.ahead
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
        block.softmax.take(block.predictions, block.functions, ahead: block.ahead)
        let areWhole = block.functions.generalizedDivergence(
            of: block.targets,
            from: block.softmax.probabilities,
            into: &block.terms
        )
        if !areWhole { completeSurpluses(&block) }
        // The q, which the surpluses have more than the divergence, sum to 1.
        block.sumTermsAndExcessOfTargets()
        guard outputs.includeDerivatives else { return }
        block.softmax.differentiate(
            block.targets,
            sums: block.targetSums,
            losts: block.targetLosts,
            outputs,
            block.functions,
            &block.gradient,
            &block.hessian
        )
    }

    /// Computes from logarithms the surpluses of probabilities that are too small for quotients.
    private func completeSurpluses(_ block: inout RowBlock) {
        if !logarithmicTargets { block.functions.log(block.targets, into: &block.scratch) }
        block.softmax.takeSurprises(block.predictions)
        for index in block.terms.indices {
            let (y, q) = (block.targets[index], block.softmax.probabilities[index])
            guard y > 0, !(q.isNormal && (q / y).isNormal) else { continue }
            let difference = block.scratch[index] + block.softmax.surprises[index]
            block.terms[index] = y * difference + (q - y)
        }
    }
}
