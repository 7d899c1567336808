// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The share of the loss of the best constant prediction that predictions save.
struct DSquared: MetricEvaluator {
    /// The losses by name.
    enum LossName: String, CaseIterable {
        case squaredError = "squared_error"
        case absoluteError = "absolute_error"
        case pinball
        case poisson = "half_poisson_deviance"
        case gamma = "half_gamma_deviance"
        case inverseGaussian = "half_inverse_gaussian_deviance"
        case tweedie = "half_tweedie_deviance"
        case brier
        case crossEntropy = "binary_cross_entropy"
    }

    static let loss = Option.choice(
        "loss",
        default: LossName.squaredError,
        "Loss whose mean is compared with that of the best constant prediction."
    )
    static let tau = Option.number(
        "tau",
        default: 0.5,
        .open(0, 1),
        "Level of the quantile that pinball estimates."
    )
    static let logInput = Option.flag(
        "log_input",
        "Whether predictions are logarithms of means, for deviances."
    )

    /// The declarations of options of losses, of which each applies to some losses.
    private static let lossOptions: [OptionDeclaration] = {
        func declaration(_ option: String, of loss: LossName) -> OptionDeclaration? {
            let facts = Catalogue.loss(named: loss.rawValue)?.facts
            return facts?.options.first { $0.name == option }
        }
        return [
            tau.declaration, declaration("power", of: .tweedie),
            declaration("from_logits", of: .crossEntropy), logInput.declaration,
        ]
        .compactMap { $0 }
    }()

    /// The names of the losses that have an option.
    private static func losses(having option: String) -> [String] {
        LossName.allCases.map { $0.rawValue }.filter { name in
            Catalogue.loss(named: name)?.facts.options.contains { $0.name == option } == true
        }
    }

    private let loss: Loss
    /// The loss of predictions that are means.
    private let lossOfMeans: Loss
    private let statistic: Minimizer.Statistic
    private let level: Double
    private let isSquaredError: Bool

    init(_ options: OptionValues) throws(LossError) {
        let name = options[Self.loss].rawValue
        guard let entry = Catalogue.loss(named: name)?.entry, let minimizer = entry.facts.minimizer
        else { preconditionFailure("\(name) is a loss with a minimizer") }
        var values: [String: OptionValue] = [:]
        for declaration in Self.lossOptions {
            let value = options.value(of: declaration.name, in: Self.lossOptions)
            if entry.facts.options.contains(where: { $0.name == declaration.name }) {
                values[declaration.name] = value
            } else if options.has(declaration.name) {
                throw .optionOfOthers(
                    option: declaration.name,
                    choice: Self.loss.declaration.name,
                    chosen: name,
                    having: Self.losses(having: declaration.name)
                )
            }
        }
        isSquaredError = options[Self.loss] == .squaredError
        loss = try entry.loss(OptionValues(values, for: entry.facts.options))
        for (flag, _) in minimizer.links {
            if let flag { values[flag] = .flag(false) }
        }
        lossOfMeans = try entry.loss(OptionValues(values, for: entry.facts.options))
        statistic = minimizer.statistic
        if case .number(let level) = values["tau"] { self.level = level } else { level = 0.5 }
    }

    func evaluate(_ batch: MetricBatch) throws(LossError) -> MetricResult {
        if isSquaredError { return try RSquared(.none).evaluate(batch) }
        let own = try batch.moments(of: loss)
        let targets = RankedUnits(batch, input: 1)
        guard targets.differ else {
            return .undefined("\(name) needs targets that differ, but all are equal")
        }
        let constant =
            switch statistic {
            case .mean: try batch.regressionSums().meanTarget
            case .median, .quantile: targets.quantile(level, batch.scale)
            default: preconditionFailure("no loss with another minimizer is offered")
            }
        let best = try lossOfMeans.moments(
            of: batch,
            predictions: Tensor(
                shape: batch.gatheredShape,
                values: [Double](repeating: constant, count: batch.count)
            )
        )
        let total = best[.weightedLoss]
        guard !total.isZero else {
            return .undefined("\(name) needs a best constant with a loss, but its loss is 0")
        }
        return MetricResult(total - own[.weightedLoss], dividedBy: total)
    }

    static let facts = MetricFacts(
        name: "d2",
        aliases: [
            "d2_score", "deviance_explained",
            .init("d2_absolute_error_score", ["loss": .choice(LossName.absoluteError.rawValue)]),
            .init("d2_pinball_score", ["loss": .choice(LossName.pinball.rawValue)]),
            .init("d2_log_loss_score", ["loss": .choice(LossName.crossEntropy.rawValue)]),
            .init("d2_brier_score", ["loss": .choice(LossName.brier.rawValue)]),
        ],
        family: .regression,
        summary: "The share of the loss of the best constant prediction that predictions save.",
        formula:
            "1 - sum of w l(p, t) / sum of w l(c, t), with the constant c that minimizes the latter",
        better: .higher,
        options: [loss.declaration] + lossOptions,
        signatures: [.numbers],
        notes: [
            "It is undefined for equal targets. With squared_error it is r2. The constant is the mean or "
                + "the quantile of the targets, rounded to a double; the losses are those of the service, "
                + "and their quotient is rounded once."
        ],
        references: [
            "T. Hastie, R. Tibshirani, M. Wainwright, Statistical Learning with Sparsity, 2015, "
                + "equation 3.11",
            "scikit-learn d2_tweedie_score, d2_pinball_score, d2_log_loss_score",
        ]
    )
}
