// SPDX-License-Identifier: Apache-2.0

/// What is lost when the distribution q stands for the distribution y.
///
/// ℓ = Σ y log(y/q), with 0 log 0 = 0. In q: ∂ℓ/∂q = -y/q, ∂²ℓ/∂q² = y/q². In log q: -y and 0.
/// In logits with q = softmax z and Y = Σy: Yq - y and Yq(1 - q).
///
/// From probabilities and logits, a term with q near y is taken as y·φ(r) + (y - q) with
/// r = (q - y)/y and φ(r) = r - log(1 + r): the first part is like a square, the second sums to
/// almost nothing, and so the divergence of distributions that hardly differ keeps its digits.
/// From logarithms it is known as well as their rounding allows: to a few ulp of the largest term.
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
        "How near to 0 predicted probabilities may come: they are clipped to [epsilon, 1], and "
            + "derivatives are those at the clipped value. 0 turns clipping off; a loss that is "
            + "then infinite is refused."
    )

    static let facts = Facts(
        name: "kl-divergence",
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
        summary: "What is lost when the predicted distribution stands for the target: one loss a "
            + "row.",
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
            "The mean is over rows, PyTorch's batchmean; its own 'mean' also divides by the "
                + "number of classes.",
            "A target of 0 contributes 0 whatever the prediction; PyTorch and optax return NaN "
                + "where the prediction is 0 too.",
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

    func evaluate(_ row: inout Row, _ outputs: Outputs) -> Double {
        switch form {
        case .probabilities: evaluateProbabilities(&row, outputs)
        case .logarithms: evaluateLogarithms(&row, outputs)
        case .logits: evaluateLogits(&row, outputs)
        }
    }

    private static func targetDomain(inLogarithms: Bool) -> Domain {
        inLogarithms ? .interval(.through(0)) : .unit
    }

    /// A target as a probability and its logarithm.
    private func target(_ given: Double) -> (value: Double, logarithm: Double) {
        logarithmicTargets
            ? (Elementary.exp(given), given) : (given, given > 0 ? Elementary.log(given) : 0)
    }

    private func evaluateProbabilities(_ row: inout Row, _ outputs: Outputs) -> Double {
        row.clipPredictions(epsilon, .infinity)
        var loss = CompensatedSum()
        for index in row.targets.indices {
            let (given, q) = (row.targets[index], row.predictions[index])
            if logarithmicTargets {
                let y = Elementary.exp(given)
                if y > 0 { loss.add(y * (given - Elementary.log(q))) }
                // From here on the probability itself is what is needed.
                row.targets[index] = y
            } else if Self.isNear(q, given) {
                loss.add(given * Elementary.logarithmicExcess((q - given) / given))
                loss.add(given)
                loss.add(-q)
            } else if given > 0 {
                loss.add(Self.term(given, q))
            }
        }
        row.differentiateLogarithms(outputs)
        return loss.value
    }

    private func evaluateLogarithms(_ row: inout Row, _ outputs: Outputs) -> Double {
        var loss = CompensatedSum()
        for index in row.targets.indices {
            let (y, logarithm) = target(row.targets[index])
            if y > 0 { loss.add(y * (logarithm - row.predictions[index])) }
            row.targets[index] = y
        }
        if outputs.contains(.gradient) {
            Row.fill(&row.gradient, row.targets, row.predictions) { y, _ in -y }
        }
        if outputs.contains(.hessian) {
            Row.fill(&row.hessian, row.targets, row.predictions) { _, _ in 0 }
        }
        return loss.value
    }

    private func evaluateLogits(_ row: inout Row, _ outputs: Outputs) -> Double {
        let softmax = Softmax(row.predictions, exponentials: &row.gradient)
        var loss = CompensatedSum()
        var total = CompensatedSum()
        for index in row.targets.indices {
            let (y, logarithm) = target(row.targets[index])
            let q = softmax.probability(row.gradient[index])
            total.add(y)
            if Self.isNear(q, y) {
                loss.add(y * Elementary.logarithmicExcess((q - y) / y))
                loss.add(y)
            } else {
                if y > 0 { loss.add(y * (logarithm + softmax.surprise(row.predictions[index]))) }
                loss.add(q)
            }
            // From here on the probability itself is what is needed.
            row.targets[index] = y
        }
        // Each q was left out where y came in: they sum to 1.
        loss.add(-1)
        guard outputs.includeDerivatives else { return loss.value }
        softmax.differentiate(&row, total: total, outputs)
        return loss.value
    }

    /// Whether q is near enough to y for the form that does not cancel.
    private static func isNear(_ q: Double, _ y: Double) -> Bool {
        y > 0 && q >= 0.25 * y && q <= 4 * y
    }

    /// y log(y/q) for q far from y.
    private static func term(_ y: Double, _ q: Double) -> Double {
        let ratio = q / y
        return ratio.isNormal
            ? -y * Elementary.log(ratio) : y * (Elementary.log(y) - Elementary.log(q))
    }
}
