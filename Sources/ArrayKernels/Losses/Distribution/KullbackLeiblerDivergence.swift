// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The Kullback-Leibler divergence of the predicted distribution q from the target y.
///
/// ℓ = Σ y log(y/q), with 0 log 0 = 0. With respect to q: ∂ℓ/∂q = -y/q, ∂²ℓ/∂q² = y/q²; to log q:
/// -y and 0; to logits, with q = softmax z and Y = Σy: Yq - y and Yq(1 - q). With respect to y:
/// log(y/q) + 1 and 1/y.
enum KullbackLeiblerDivergence: ListedRowLoss {
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

    /// The form of the predictions.
    enum Form: CaseIterable {
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
            case .probabilities: .distribution(inLogarithms: false)
            case .logarithms: .interval(.through(0))
            case .logits: .real
            }
        }
    }

    static func kernel(_ options: OptionValues) throws(LossError) -> any RowKernel {
        switch (options[ProbabilityOptions.fromLogits], options[logPredictions]) {
        case (false, false): return DivergenceFromProbabilities(options)
        case (false, true): return DivergenceFromLogarithms(options)
        case (true, false): return DivergenceFromLogits(options)
        case (true, true):
            throw .conflictingOptions(
                ProbabilityOptions.fromLogits.declaration.name,
                logPredictions.declaration.name
            )
        }
    }
}

/// The targets of a divergence: distributions, or their logarithms.
struct DivergenceTargets: Sendable {
    let areLogarithms: Bool

    init(_ options: OptionValues) {
        areLogarithms = options[KullbackLeiblerDivergence.logTargets]
    }

    /// A target, to about 2^-60.
    @inline(always)
    func target(_ index: Int, _ rows: borrowing Rows<some LaneLayout>) -> TwoDoubles {
        areLogarithms ? .extendedExp(TwoDoubles(rows.y(index))) : TwoDoubles(rows.y(index))
    }

    /// A target with twice the precision of a double.
    func preciseTarget(_ index: Int, _ rows: borrowing Rows<some LaneLayout>) -> TwoDoubles {
        areLogarithms ? .exp(rows.y(index)) : TwoDoubles(rows.y(index))
    }

    /// The logarithm of a target; -∞ for 0.
    @inline(always)
    func logarithm(_ index: Int, _ rows: borrowing Rows<some LaneLayout>) -> Vector {
        areLogarithms ? rows.y(index) : .log(rows.y(index))
    }

    /// The logarithm of a target with an error of about 2^-57; -∞ for 0.
    @inline(always)
    func extendedLogarithm(_ index: Int, _ rows: borrowing Rows<some LaneLayout>) -> TwoDoubles {
        areLogarithms ? TwoDoubles(rows.y(index)) : .roughLog(rows.y(index))
    }

    /// The derivatives with respect to a target y, or to log y, from log(y/q).
    @inline(always)
    func derivatives(_ target: Vector, _ logarithmOfRatio: Vector) -> Derivatives {
        let slope = logarithmOfRatio + 1
        guard areLogarithms else { return Derivatives(gradient: slope, hessian: 1 / target) }
        return Derivatives(
            gradient: target * slope,
            hessian: target * (slope + 1),
            surrogate: target
        )
    }

    /// log y - log q with twice the precision of a double.
    func preciseLogarithm(
        of index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        minus logarithm: TwoDoubles
    ) -> TwoDoubles {
        (areLogarithms ? TwoDoubles(rows.y(index)) : .log(rows.y(index))) - logarithm
    }

    /// log(y/q) with twice the precision of a double, relative to itself where y is near q.
    func preciseLogarithm(
        of index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        by q: Vector
    ) -> TwoDoubles {
        let far = preciseLogarithm(of: index, rows, minus: .log(q))
        guard !areLogarithms else { return far }
        let y = rows.y(index)
        let isNear = (y .> 0.5 * q) .& (y .< 2 * q)
        let ratio = TwoDoubles.difference(y, q) / q
        return far.replacing(with: .log1p(ratio), where: isNear)
    }

    /// Σ y log(y/q) with twice the precision of a double; 0 log 0 = 0.
    @inline(always)
    func preciseLoss<Layout>(
        _ rows: borrowing Rows<Layout>,
        _ logarithmOfRatio: (_ index: Int, _ row: borrowing Rows<Layout>) -> TwoDoubles
    ) -> Vector {
        let zero = TwoDoubles(repeating: 0)
        var total = RowTotal()
        for index in 0..<rows.count {
            let target = preciseTarget(index, rows)
            let term = target * logarithmOfRatio(index, rows)
            total.add(zero.replacing(with: term, where: target.head .> 0), at: index, of: rows)
        }
        return total.value(of: rows).rounded
    }
}

/// The divergence of probabilities.
///
/// Each term is a sum of head and tail, so that the sum of terms that nearly cancel remains accurate.
struct DivergenceFromProbabilities: RowFormula {
    static var inputCount: Int { 2 }

    struct Summary: RowSummary {
        let loss: Vector
        let cancels: Mask
        let predictionSum: Vector
        let targetSum: Vector
    }

    private let targets: DivergenceTargets
    private let epsilon: Double

    init(_ options: OptionValues) {
        targets = DivergenceTargets(options)
        epsilon = options[KullbackLeiblerDivergence.epsilon]
    }

    /// A clipped prediction.
    @inline(always)
    private func clipped(_ index: Int, _ rows: borrowing Rows<some LaneLayout>) -> Vector {
        let q = rows.x(index)
        return q.replacing(with: epsilon, where: q .< epsilon)
    }

    func summarize(_ rows: borrowing Rows<some LaneLayout>, _ kept: inout Kept) -> Summary {
        let zero = Vector(repeating: 0)
        var isTooSmall = Mask(repeating: false)
        var size = zero
        var (total, predictions, given) = (RowTotal(), RoughRowTotal(), RoughRowTotal())
        for index in 0..<rows.count {
            let target = targets.target(index, rows)
            let term = Divergence(y: target.head, q: clipped(index, rows))
            var sum = TwoDoubles(head: term.sum.head, tail: term.sum.tail)
            if targets.areLogarithms {
                sum = TwoDoubles(
                    head: sum.head,
                    tail: sum.tail + target.tail * (rows.y(index) - .log(clipped(index, rows)))
                )
            }
            isTooSmall .|= term.isTooSmall
            size = size + sum.head.magnitude
            total.add(sum, at: index, of: rows)
            predictions.add(rows.x(index), at: index, of: rows)
            given.add(target.head, at: index, of: rows)
        }
        let loss = total.value(of: rows)
        let cancels = isTooSmall .| (loss.head.magnitude .< 0x1p-6 * rows.total(size))
        return Summary(
            loss: loss.rounded,
            cancels: cancels,
            predictionSum: predictions.value(of: rows),
            targetSum: given.value(of: rows)
        )
    }

    func preciseLoss(_ row: borrowing Rows<some LaneLayout>) -> Vector {
        targets.preciseLoss(row) {
            targets.preciseLogarithm(of: $0, $1, by: clipped($0, $1))
        }
    }

    @inline(always)
    func point(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _: Summary,
        _: Kept
    ) -> RowPoint {
        let zero = Vector(repeating: 0)
        let q = clipped(index, rows)
        let target = targets.target(index, rows).head
        let isTarget = target .> 0
        let ratio = target / q
        return RowPoint(
            Derivatives(
                gradient: zero.replacing(with: -ratio, where: isTarget),
                hessian: zero.replacing(with: ratio / q, where: isTarget)
            )
        )
    }

    @inline(always)
    func others(
        _: Int,
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _: Summary
    ) -> Derivatives {
        targets.derivatives(
            targets.target(index, rows).head,
            targets.logarithm(index, rows) - .log(clipped(index, rows))
        )
    }
}

/// The divergence of logarithms of probabilities.
struct DivergenceFromLogarithms: RowFormula {
    static var inputCount: Int { 2 }

    struct Summary: RowSummary {
        let loss: Vector
        let cancels: Mask
        let targetSum: Vector
    }

    private let targets: DivergenceTargets

    init(_ options: OptionValues) {
        targets = DivergenceTargets(options)
    }

    func summarize(_ rows: borrowing Rows<some LaneLayout>, _ kept: inout Kept) -> Summary {
        let zero = TwoDoubles(repeating: 0)
        var (total, given) = (RowTotal(), RoughRowTotal())
        for index in 0..<rows.count {
            let target = targets.target(index, rows)
            let term = target * (targets.extendedLogarithm(index, rows) - rows.x(index))
            total.add(zero.replacing(with: term, where: target.head .> 0), at: index, of: rows)
            given.add(target.head, at: index, of: rows)
        }
        let (loss, sum) = (total.value(of: rows).rounded, given.value(of: rows))
        return Summary(
            loss: loss,
            cancels: loss.magnitude .< 0x1p-5 * sum,
            targetSum: sum
        )
    }

    func preciseLoss(_ row: borrowing Rows<some LaneLayout>) -> Vector {
        targets.preciseLoss(row) {
            targets.preciseLogarithm(of: $0, $1, minus: TwoDoubles($1.x($0)))
        }
    }

    @inline(always)
    func point(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _: Summary,
        _: Kept
    ) -> RowPoint {
        let zero = Vector(repeating: 0)
        return RowPoint(
            Derivatives(gradient: zero - targets.target(index, rows).head, hessian: zero)
        )
    }

    @inline(always)
    func others(
        _: Int,
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _: Summary
    ) -> Derivatives {
        targets.derivatives(
            targets.target(index, rows).head,
            targets.logarithm(index, rows) - rows.x(index)
        )
    }
}

/// The divergence of the softmax of logits.
///
/// The terms are y log(y/q) + q - y, none of which is negative, and Σq is 1.
struct DivergenceFromLogits: RowFormula {
    static var inputCount: Int { 2 }

    struct Summary: RowSummary {
        let softmax: Softmax
        let loss: Vector
        let cancels: Mask
        /// The sum of the targets.
        let sum: TwoDoubles
        var targetSum: Vector { sum.rounded }
    }

    private let targets: DivergenceTargets

    init(_ options: OptionValues) {
        targets = DivergenceTargets(options)
    }

    func summarize(_ rows: borrowing Rows<some LaneLayout>, _ kept: inout Kept) -> Summary {
        let zero = Vector(repeating: 0)
        let softmax = Softmax(rows, .extended, &kept)
        var isTooSmall = Mask(repeating: false)
        var distance = zero
        var (total, given) = (RowTotal(), RowTotal())
        for index in 0..<rows.count {
            let q = softmax.probability(softmax.exponential(index, rows, .extended, kept))
            let y = targets.target(index, rows)
            let term = Divergence(y: y.head, q: q.head)
            isTooSmall .|= term.isTooSmall
            distance = distance + (q.head - y.head).magnitude
            // The term depends on the tails in proportion to its derivatives: 1 - y/q and log(y/q).
            let (value, difference) = (term.generalized, q.head - y.head)
            var tail = q.tail * (difference / q.head)
            if targets.areLogarithms {
                tail = tail + y.tail * ((value - difference) / y.head)
            }
            let sum = TwoDoubles(
                head: value,
                tail: tail.replacing(with: q.tail, where: y.head .== 0)
            )
            total.add(sum, at: index, of: rows)
            given.add(y, at: index, of: rows)
        }
        let (surplus, sum) = (total.value(of: rows), given.value(of: rows))
        return Summary(
            softmax: softmax,
            loss: (surplus + (sum - Vector(repeating: 1))).rounded,
            cancels: isTooSmall .| (surplus.head .<= 0x1p-18 * rows.total(distance)),
            sum: sum
        )
    }

    func preciseLoss(_ row: borrowing Rows<some LaneLayout>) -> Vector {
        var kept = Kept(count: 0)
        let softmax = Softmax(row, .twofold, &kept)
        let logarithm = TwoDoubles.log1p(softmax.othersSum)
        var (surplus, sum) = (RowTotal(), RowTotal())
        for index in 0..<row.count {
            let y = targets.preciseTarget(index, row)
            let q = softmax.probability(softmax.exponential(index, row, .twofold, kept))
            let difference = q - y
            let far =
                y
                * targets.preciseLogarithm(
                    of: index,
                    row,
                    minus: TwoDoubles.difference(row.x(index), softmax.maximum) - logarithm
                ) + difference
            // y (r - log(1 + r)) with r = q/y - 1, relative to itself where it is small.
            let ratio = difference / y
            let near = y * (ratio - TwoDoubles.log1p(ratio))
            let isNear = ratio.head.magnitude .< 0.5
            let term = far.replacing(with: near, where: isNear)
                .replacing(with: q, where: y.head .== 0)
            surplus.add(term, at: index, of: row)
            sum.add(y, at: index, of: row)
        }
        let excess = sum.value(of: row) - Vector(repeating: 1)
        return (surplus.value(of: row) + excess).rounded
    }

    func summarizePrecisely(_ row: borrowing Rows<some LaneLayout>, _ kept: inout Kept) -> Summary {
        let softmax = Softmax(row, .twofold, &kept)
        var sum = RowTotal()
        for index in 0..<row.count {
            sum.add(targets.preciseTarget(index, row), at: index, of: row)
        }
        return Summary(
            softmax: softmax,
            loss: Vector(repeating: 0),
            cancels: Mask(repeating: false),
            sum: sum.value(of: row)
        )
    }

    @inline(always)
    func point(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ summary: Summary,
        _ kept: Kept
    ) -> RowPoint {
        point(index, rows, summary, targets.target(index, rows), .extended, kept)
    }

    func precisePoint(
        _ index: Int,
        _ row: borrowing Rows<some LaneLayout>,
        _ precise: Summary,
        _ kept: Kept
    ) -> RowPoint {
        point(index, row, precise, targets.preciseTarget(index, row), .twofold, kept)
    }

    @inline(always)
    func others(
        _: Int,
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ summary: Summary
    ) -> Derivatives {
        targets.derivatives(
            targets.target(index, rows).head,
            targets.logarithm(index, rows) + summary.softmax.surprisal(index, rows)
        )
    }

    @inline(always)
    private func point(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ summary: Summary,
        _ target: TwoDoubles,
        _ precision: Softmax.Precision,
        _ kept: Kept
    ) -> RowPoint {
        summary.softmax.derivatives(
            index,
            rows,
            exponential: summary.softmax.exponential(index, rows, precision, kept),
            target: target,
            sum: summary.sum
        )
    }
}

extension KullbackLeiblerDivergence {
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
            .differentiable,
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

    static let facts = Facts(
        name: "kl_divergence",
        aliases: [
            "kl", "kld", "kullback-leibler", "kullback_leibler_divergence",
            .init("kl_log_target", ["log_predictions": .flag(true), "log_targets": .flag(true)]),
            .init("kl_div", ["log_predictions": .flag(true)], convention: "pytorch"),
            .init("KLDivLoss", ["log_predictions": .flag(true)], convention: "pytorch"),
            .init(
                "kl_divergence_with_log_targets",
                ["log_predictions": .flag(true), "log_targets": .flag(true)],
                convention: "optax"
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
            epsilon.declaration, RowOptions.axis.declaration,
            ProbabilityOptions.checkSums.declaration,
        ],
        signature: signature,
        kinks: ["q < epsilon: clipped; the derivatives are those at the clipped value"],
        properties: [.convex, .differentiable, .twiceDifferentiable, .properScoring],
        minimizer: .mean(.identity, [("from_logits", .softmax), ("log_predictions", .log)]),
        notes: [
            "The mean is over rows, like PyTorch's batchmean; PyTorch's own default also divides by the "
                + "number of classes, as its convention does here unless the request has a reduction.",
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
                reduction: .elementMean,
                countsClasses: true,
                notes: [
                    "The mean is over all predictions, each of a class, not over rows. With \"reduction\": "
                        + "\"batchmean\", or any other in the request, PyTorch's and this one count rows.",
                    "PyTorch's reduction none keeps a term per class; here it is a loss per row.",
                ]
            ),
            .keras(
                ["epsilon": .number(1e-7)],
                notes: [
                    "Keras clips targets to [1e-7, 1], too, and its gradient is 0 where a prediction is "
                        + "clipped."
                ]
            ),
            .optax(["log_predictions": .flag(true)]),
            .mlx(
                ["log_predictions": .flag(true), "log_targets": .flag(true)],
                notes: [
                    "The name kl_div_loss is that of PyTorch here, whose targets are probabilities."
                ]
            ),
            .flux(
                ["epsilon": .number(2.220446049250313e-16)],
                notes: ["Flux adds epsilon to probabilities instead of clipping them."]
            ),
        ]
    )
}
