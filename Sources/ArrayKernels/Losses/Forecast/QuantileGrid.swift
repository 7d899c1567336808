// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The mean pinball loss of predicted quantiles at several levels.
///
/// With the K levels τ and the errors e = q - t: ℓ = Σ w e/K, w = 1 - τ where e > 0, -τ where e < 0
/// and 0 where e = 0; ∂ℓ/∂q = w/K, ∂ℓ/∂t = -Σ w/K, and the second derivatives are 0. The weights are
/// kept in two doubles, since those of the target cancel.
struct QuantileGrid: LanewiseLoss {
    static let levels = Option.numbers(
        "levels",
        default: nil,
        .open(0, 1),
        "Level of each quantile; by default they are evenly spaced, (k - 1/2) / K for k from 1 to "
            + "K."
    )

    private let levels: OptionList?

    init(_ options: OptionValues) {
        levels = options[Self.levels].map { OptionList(Self.levels, $0) }
    }

    func check(length: Int) throws(SegmentError) { try levels?.check(count: length) }

    func compute(_ items: borrowing Items, into blocks: inout [SegmentBlock]) {
        let (count, target) = (items.length, items.ofSecond)
        let divisor = Vector(repeating: Double(count))
        let gradient = blocks[0].offset(of: 0, isHessian: false)
        let targetGradient = blocks[0].offset(of: 1, isHessian: false)
        var (loss, weights) = (LaneTotal(), LaneTotal())
        for place in 0..<count {
            let level = levels?.number(place) ?? (Double(place) + 0.5) / Double(count)
            let error = TwoDoubles.difference(items.first(place), target)
            let weight = Self.weight(of: error, Vector(repeating: level))
            loss.add(error * weight)
            if targetGradient != nil { weights.add(weight) }
            if gradient != nil {
                blocks.store((weight / divisor).rounded, at: gradient, place, of: items.count)
            }
        }
        blocks.store(losses: (loss.lanes / divisor).rounded, of: items.count)
        if targetGradient != nil {
            let slope = (weights.lanes / divisor).rounded
            blocks.store(-slope, at: targetGradient, of: items.count)
        }
        for item in 0..<items.count { Self.storeSurrogates(into: &blocks[item], count) }
    }

    func computeLong(
        _ first: Span<Double>,
        _ second: Span<Double>,
        _ third: Span<Double>,
        _ fourth: Span<Double>,
        into block: inout SegmentBlock,
        check: () throws(SegmentError) -> Void
    ) throws(SegmentError) {
        let (count, target) = (first.count, Vector(repeating: second[0]))
        let divisor = Vector(repeating: Double(count))
        let gradient = block.offset(of: 0, isHessian: false)
        var (loss, weights) = (LaneTotal(), LaneTotal())
        for start in stride(from: 0, to: count, by: Vector.width) {
            let places = Vector.indices(from: start)
            let level = levels?.vector(at: start) ?? (places + 0.5) / divisor
            let error = TwoDoubles.difference(first.paddedVector(at: start), target)
                .kept(where: places .< Double(count))
            let weight = Self.weight(of: error, level)
            loss.add(error * weight)
            weights.add(weight)
            block.store((weight / divisor).rounded, at: gradient, from: start, upTo: count)
        }
        block.loss = (loss.total / divisor).rounded[0]
        let slope = (weights.total / divisor).rounded[0]
        block.store(-slope, at: block.offset(of: 1, isHessian: false))
        Self.storeSurrogates(into: &block, count)
    }

    /// The factor of errors at their levels: 1 - τ, -τ or 0.
    @inline(always)
    private static func weight(of error: TwoDoubles, _ level: Vector) -> TwoDoubles {
        TwoDoubles(repeating: 0)
            .replacing(
                with: .difference(Vector(repeating: 1), level),
                where: error.head .> 0
            )
            .replacing(with: TwoDoubles(-level), where: error.head .< 0)
    }

    /// Stores the surrogates of the second derivatives, if they are requested.
    private static func storeSurrogates(into block: inout SegmentBlock, _ count: Int) {
        guard block.usesSurrogate else { return }
        if let start = block.offset(of: 0, isHessian: true) {
            for place in 0..<count { block.numbers[start + place] = 1 / Double(count) }
        }
        block.store(1, at: block.offset(of: 1, isHessian: true))
    }
}

extension QuantileGrid {
    static let facts = Facts(
        name: "quantile_grid",
        aliases: ["multi_quantile_loss", "mqloss", "quantile_grid_loss"],
        family: .regression,
        summary: "The mean pinball loss of the predicted quantiles of several levels at once.",
        formula: .init(
            plain: "sum_k (q_k - t) (1 - tau_k where q_k > t, -tau_k where q_k < t) / K",
            gradient: "(1 - tau_k) / K where q_k > t, -tau_k / K where q_k < t, in q_k; the "
                + "negative sum of these in t",
            tex: #"\frac1K \sum_k \max \left( \tau_k (t - q_k),\ (1 - \tau_k)(q_k - t) \right)"#
        ),
        options: [levels.declaration],
        signature: Signature(
            .segment,
            .init(
                "predictions",
                .primary,
                [.init("* K", Forecasts.numbers)],
                "predicted quantiles, in the order of their levels"
            ),
            .init("targets", .differentiable, [.init("*", Forecasts.numbers)], "true numbers")
        ),
        kinks: ["q_k = t: the derivative of that term is 0"],
        properties: [.convex, .lipschitz],
        bounds: Bounds(
            gradient: .maximum(
                .greatest(of: levels, or: 1 - 0.5 / .length("K")),
                1 - .least(of: levels, or: 0.5 / .length("K"))
            ) / .length("K"),
            hessian: 0
        ),
        minimizer: .quantiles("tau_k"),
        notes: [
            "A single number is the level of all columns. Quantiles that cross are not refused.",
            "GluonTS sums twice the pinball losses of the levels; the MQLoss of Nixtla is this "
                + "mean. Twice the mean over levels that are symmetric is weighted_interval_score.",
            "The surrogate of the Hessian is 1 / K in a quantile and 1 in the target.",
        ],
        references: [
            "R. Koenker, G. Bassett, Regression Quantiles, Econometrica 46, 1978",
            "R. Wen et al., A Multi-Horizon Quantile Recurrent Forecaster, 2017",
        ],
        work: Work(steps: "4 K + 60", numbers: "K"),
        examples: [
            Example(
                [
                    "predictions": Tensor(
                        shape: [2, 3],
                        values: [-0.5, 0.25, 1.5, 0.75, 1, 2]
                    ),
                    "targets": Tensor(shape: [2], values: [0, 2.25]),
                ],
                ["levels": .list([0.1, 0.5, 0.9])]
            ),
            Example([
                "predictions": Tensor(shape: [2, 3], values: [-0.5, 0.25, 1.5, 0.75, 1, 2]),
                "targets": Tensor(shape: [2], values: [0, 2.25]),
            ]),
        ]
    )
}
