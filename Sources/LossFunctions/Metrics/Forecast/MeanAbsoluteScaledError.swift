// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The mean absolute error, divided by that of naive forecasts of the past.
struct MeanAbsoluteScaledError: MetricEvaluator {
    static let seasonality = Option.integer(
        "seasonality",
        default: 1,
        .from(1),
        "Number of steps of a season: a naive forecast repeats the number of so many steps before."
    )

    private let seasonality: Int

    init(_ options: OptionValues) throws(LossError) {
        seasonality = options[Self.seasonality] ?? 1
    }

    func evaluate(_ batch: MetricBatch) throws(LossError) -> MetricResult {
        guard let loss = try Catalogue.loss(named: "absolute_error")?.entry.loss(.none) else {
            preconditionFailure("absolute_error is a loss")
        }
        let history = batch.inputs[2]?.values ?? []
        guard history.count > seasonality else {
            return .undefined(
                "\(name) needs a history of more than \(seasonality) "
                    + "number\(seasonality == 1 ? "" : "s"), but there "
                    + (history.count == 1 ? "is 1" : "are \(history.count)")
            )
        }
        var sum = ExactSum()
        for (past, present) in zip(history, history.dropFirst(seasonality)) {
            // The difference, exactly.
            let isRise = present > past
            sum.add(isRise ? present : -present)
            sum.add(isRise ? -past : past)
        }
        guard let naive = sum.number, !naive.isZero else {
            return .undefined(
                "\(name) needs a history that changes from season to season, but naive forecasts "
                    + "have no errors"
            )
        }
        let moments = try loss.moments(of: batch)
        let count = ExactNumber(history.count - seasonality)
        let errors = moments[.weightedLoss] * count
        let scale = moments[.weight] * naive
        guard errors.divided(by: scale).isFinite else {
            throw .notFinite(.loss, input: batch.name(of: 0), place: [])
        }
        return MetricResult(
            .init(dividend: errors, divisor: scale),
            standardError: moments.standardError.map { error in
                (ExactNumber(error) * count).divided(by: naive)
            }
        )
    }

    static let facts = MetricFacts(
        name: "mase",
        aliases: ["mean_absolute_scaled_error"],
        family: .forecast,
        summary: "The mean absolute error, divided by that of naive forecasts of the past.",
        formula:
            "(sum of w |p - t| / sum of w) / mean of |y_i - y_(i-m)| over i >= m, with the history y "
            + "and the seasonality m",
        better: .lower,
        options: [seasonality.declaration],
        signatures: [
            Signature(
                .element,
                .init("predictions", .constant, .real, "predicted numbers"),
                .init("targets", .constant, .real, "true numbers"),
                .init(
                    "history",
                    .constant,
                    [.init("M", .real)],
                    "numbers of the series on which the model was fitted, in the order of time"
                )
            )
        ],
        isMean: true,
        notes: [
            "The history is of one series, also for groups, and has no weights, mask or missing values. "
                + "Below 1, forecasts are better than naive ones were."
        ],
        references: [
            "R. J. Hyndman, A. B. Koehler, Another Look at Measures of Forecast Accuracy, International "
                + "Journal of Forecasting 22, 2006"
        ]
    )
}
