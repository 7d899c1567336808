// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// A quotient of counts of a class, and its averages over classes.
protocol ClassRatio: MetricEvaluator {
    var options: ClassRatioOptions { get }

    /// Whether the counts by which it divides are those of predictions, of targets or of both, in words.
    static var lacking: String { get }

    /// The dividend and the divisor of a class.
    static func parts(
        correct: ExactNumber,
        predicted: ExactNumber,
        actual: ExactNumber
    ) -> (dividend: ExactNumber, divisor: ExactNumber)
}

/// The options of quotients of counts.
struct ClassRatioOptions {
    enum Average: String, CaseIterable {
        case binary
        case micro
        case macro
        case weighted
        case none
    }

    enum ZeroDivision: String, CaseIterable {
        case undefined
        case zero
        case one

        /// The value; `nil` if it is undefined.
        var value: Double? {
            switch self {
            case .undefined: nil
            case .zero: 0
            case .one: 1
            }
        }
    }

    static let average = Option.choice(
        "average",
        default: Average.binary,
        "The class pos_label of two (binary), all counts together (micro), the mean over the classes "
            + "(macro), that weighted by their targets (weighted), or a value for each class (none)."
    )
    static let positive = Option.integer(
        "pos_label",
        default: 1,
        .closed(0, 1),
        "Class of which the binary value is."
    )
    static let zeroDivision = Option.choice(
        "zero_division",
        default: ZeroDivision.undefined,
        "Value of a class where the divisor is 0; scikit-learn's default is zero, with a warning."
    )
    static let declarations =
        [average.declaration, positive.declaration, zeroDivision.declaration] + Decision.options

    let average: Average
    let positive: Int
    let zeroDivision: ZeroDivision
    let decision: Decision

    /// - Throws: `LossError` if an option does not apply.
    init(_ options: OptionValues) throws(LossError) {
        average = options[Self.average]
        let own = Self.positive.declaration.name
        guard average == .binary || !options.has(own) else {
            throw .optionOfOthers(
                option: own,
                choice: Self.average.declaration.name,
                chosen: average.rawValue,
                having: [Average.binary.rawValue]
            )
        }
        positive = options[Self.positive] ?? 1
        zeroDivision = options[Self.zeroDivision]
        decision = Decision(options)
    }
}

extension ClassRatio {
    func cellCount(width: Int?) -> Int { options.decision.classCount(width: width) }

    func evaluate(_ batch: MetricBatch) throws(LossError) -> MetricResult {
        if options.average == .binary, options.decision.classCount(batch) != 2 {
            throw .unknownChoice(
                option: ClassRatioOptions.average.declaration.name,
                value: ClassRatioOptions.Average.binary.rawValue,
                allowed: ClassRatioOptions.Average.allCases.map { $0.rawValue }
                    .filter { $0 != ClassRatioOptions.Average.binary.rawValue }
            )
        }
        let counts = try ClassCounts(batch, options.decision)
        func parts(_ index: Int) -> (dividend: ExactNumber, divisor: ExactNumber) {
            Self.parts(
                correct: counts.correct[index],
                predicted: counts.predicted[index],
                actual: counts.actual[index]
            )
        }
        func value(_ index: Int) -> Double? {
            let (dividend, divisor) = parts(index)
            return divisor.isZero
                ? options.zeroDivision.value : dividend.divided(by: divisor)
        }
        switch options.average {
        case .binary:
            let (dividend, divisor) = parts(options.positive)
            guard divisor.isZero else { return MetricResult(dividend, dividedBy: divisor) }
            return options.zeroDivision.value.map { MetricResult($0) }
                ?? undefined(options.positive)
        case .none: return MetricResult(.numbers(counts.classes.map(value)))
        case .micro:
            let (dividend, divisor) = Self.parts(
                correct: counts.correct.sum,
                predicted: counts.predicted.sum,
                actual: counts.actual.sum
            )
            return MetricResult(dividend, dividedBy: divisor)
        case .macro, .weighted:
            let isWeighted = options.average == .weighted
            var (sum, weight) = (QuotientSum(), ExactNumber.zero)
            for index in counts.classes
            where isWeighted ? !counts.actual[index].isZero : counts.occurs(index) {
                let factor = isWeighted ? counts.actual[index] : ExactNumber(1)
                let (dividend, divisor) = parts(index)
                weight += factor
                if !divisor.isZero {
                    sum.add(dividend, dividedBy: divisor, times: factor)
                } else if let value = options.zeroDivision.value {
                    sum.add(ExactNumber(value) * factor)
                } else {
                    return undefined(index)
                }
            }
            return sum.result(dividedBy: weight)
        }
    }

    private func undefined(_ index: Int) -> MetricResult {
        .undefined(
            "\(name) of class \(index) is undefined, because \(Self.lacking); set zero_division to "
                + "zero or one to give it a value"
        )
    }

    static var notes: [String] {
        [
            "Averages are over the classes that occur as target or prediction, as in scikit-learn. There "
                + "a class whose divisor is 0 counts as 0, which zero_division selects here; by default "
                + "the value is then undefined."
        ]
    }

    /// The names of scikit-learn's scorers, with the average that each implies.
    static func aliases(_ name: String) -> [Facts.Alias] {
        [Facts.Alias("\(name)_score")]
            + [ClassRatioOptions.Average.micro, .macro, .weighted].map { average in
                Facts.Alias("\(name)_\(average.rawValue)", ["average": .choice(average.rawValue)])
            }
    }
}
