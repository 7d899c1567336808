// SPDX-License-Identifier: Apache-2.0

/// The constant prediction that minimizes the mean of a loss: a statistic of the targets, through a link.
///
/// T. Gneiting, "Making and Evaluating Point Forecasts", Journal of the American Statistical
/// Association 106, 2011.
package struct Minimizer: Sendable {
    package let statistic: Statistic
    /// The link where no flag selects another.
    private let link: Link
    /// The links that flags select when they are true.
    private let others: [(flag: String, link: Link)]
    /// The options that move the minimizer unless they have their defaults.
    private let fixed: [String]

    /// A statistic of the targets.
    package enum Statistic: Equatable, Sendable {
        case mean
        case median
        /// The quantile whose level is an option.
        case quantile(option: String)
        /// The expectile whose level is an option.
        case expectile(option: String)
        /// The quantiles of a row of levels, one for each number of the prediction.
        case quantiles(levels: String)
        /// The median of targets whose weights are a function of them.
        case weightedMedian(weights: String)
        /// A function of targets t or of rows t_k.
        case value(String)
        /// The more frequent label, as -1 or 1.
        case majority
    }

    private init(
        _ statistic: Statistic,
        _ link: Link = .identity,
        _ others: [(flag: String, link: Link)] = [],
        fixed: [String] = []
    ) {
        self.fixed = fixed
        self.statistic = statistic
        self.link = link
        self.others = others
    }

    /// The mean of the targets, through a link, or others that flags select when they are true, while the
    /// `fixed` options have their defaults.
    package static func mean(
        _ link: Link = .identity,
        _ others: [(flag: String, link: Link)] = [],
        fixed: [String] = []
    ) -> Minimizer {
        Minimizer(.mean, link, others, fixed: fixed)
    }

    package static let median = Minimizer(.median)

    package static func quantile(_ option: String) -> Minimizer {
        Minimizer(.quantile(option: option))
    }

    package static func expectile(_ option: String) -> Minimizer {
        Minimizer(.expectile(option: option))
    }

    package static func quantiles(_ levels: String) -> Minimizer {
        Minimizer(.quantiles(levels: levels))
    }

    package static func weightedMedian(_ weights: String) -> Minimizer {
        Minimizer(.weightedMedian(weights: weights))
    }

    package static func value(_ formula: String) -> Minimizer { Minimizer(.value(formula)) }

    /// The more frequent label, while the `fixed` options have their defaults.
    package static func majority(fixed: [String] = []) -> Minimizer {
        Minimizer(.majority, fixed: fixed)
    }

    /// The link under some options.
    package func link(under options: OptionValues, of declarations: [OptionDeclaration]) -> Link {
        others.first { options.value(of: $0.flag, in: declarations) == .flag(true) }?.link ?? link
    }

    /// The first option that is given and moves the minimizer.
    package func mover(in options: OptionValues, of declarations: [OptionDeclaration]) -> String? {
        fixed.first { name in
            let standard = declarations.first { $0.name == name }?.defaultOptionValue
            return options.value(of: name, in: declarations) != standard
        }
    }

    /// The links with the flag that selects each; the first has none.
    package var links: [(flag: String?, link: Link)] { [(nil, link)] + others.map { ($0, $1) } }
}

extension Minimizer.Statistic: CustomStringConvertible {
    package var description: String {
        switch self {
        case .mean: "mean"
        case .median: "median"
        case .quantile(let option): "\(option) quantile"
        case .expectile(let option): "\(option) expectile"
        case .quantiles(let levels): "quantiles of levels \(levels)"
        case .weightedMedian(let weights): "median with weights \(weights)"
        case .value(let formula): "value \(formula)"
        case .majority: "majority, -1 or 1,"
        }
    }
}

/// The function that turns the mean of the targets into a prediction.
///
/// For binary labels the mean is the probability of the positive label.
package enum Link: String, CaseIterable, Sendable {
    case identity
    case log
    /// log(m / (1 - m)).
    case logit
    /// log(m / (1 - m)) / 2.
    case halfLogit = "half_logit"
    /// 2 m - 1.
    case signed
    /// The logarithms of the probabilities of classes, plus any constant.
    case softmax

    /// The prediction in words, in terms of the mean.
    package var words: String {
        switch self {
        case .identity: "itself"
        case .log, .softmax: "its logarithm"
        case .logit: "its logit"
        case .halfLogit: "half its logit"
        case .signed: "twice it minus 1"
        }
    }

    /// The inverse, by which predictions become means; that of signed labels is limited to probabilities.
    package var inverseFormula: String {
        switch self {
        case .identity: "p"
        case .log: "exp(p)"
        case .logit: "1 / (1 + exp(-p))"
        case .halfLogit: "1 / (1 + exp(-2 p))"
        case .signed: "min(max((1 + p) / 2, 0), 1)"
        case .softmax: "softmax(p)"
        }
    }
}
