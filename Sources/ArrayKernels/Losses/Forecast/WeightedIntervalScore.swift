// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The weighted interval score of central prediction intervals and a median.
///
/// With the ends l and u of the K intervals, α/2 as their weights and the median m:
/// ℓ = (|t - m|/2 + Σ (α (u - l)/2 + max(0, l - t) + max(0, t - u)))/(K + 1/2). The derivatives,
/// times K + 1/2, are [t < l] - α/2 in l, α/2 - [t > u] in u, sign(m - t)/2 in m, and the second
/// derivatives are 0. The sums are kept in two doubles.
struct WeightedIntervalScore: LanewiseLoss {
    static let alpha = Option.numbers(
        "alpha",
        default: nil,
        .closed(1e-6, 1),
        "Share of the targets outside of each interval, 0.1 for one of 90 %; by default k / (K + "
            + "1) for k from 1 to K, so that all levels are evenly spaced."
    )

    private let alpha: OptionList?

    init(_ options: OptionValues) {
        alpha = options[Self.alpha].map { OptionList(Self.alpha, $0) }
    }

    func check(length: Int) throws(SegmentError) { try alpha?.check(count: length) }

    func compute(_ items: borrowing Items, into blocks: inout [SegmentBlock]) {
        let (count, target) = (items.length, items.ofFourth)
        let (zero, one) = (Vector(repeating: 0), Vector(repeating: 1))
        let divisor = Vector(repeating: Double(count) + 0.5)
        let gradients = (
            blocks[0].offset(of: 0, isHessian: false), blocks[0].offset(of: 1, isHessian: false)
        )
        let distance = TwoDoubles.difference(items.ofThird, target)
        let half = 0.5 * distance.head.sign
        var total = LaneTotal(distance.magnitude.scaled(by: Vector(repeating: 0.5)))
        var outside = zero
        for place in 0..<count {
            let level = alpha?.number(place) ?? Double(place + 1) / (Double(count) + 1)
            let share = Vector(repeating: 0.5 * level)
            let (lower, upper) = (items.first(place), items.second(place))
            let (isBelow, isAbove) = (target .< lower, target .> upper)
            total.add(TwoDoubles.difference(upper, lower) * share)
            total.add(TwoDoubles.difference(lower, target).kept(where: isBelow))
            total.add(TwoDoubles.difference(target, upper).kept(where: isAbove))
            outside = outside + zero.replacing(with: one, where: isAbove)
            outside = outside - zero.replacing(with: one, where: isBelow)
            guard gradients.0 != nil || gradients.1 != nil else { continue }
            let slopes = Self.slopes(share, isBelow, isAbove, divisor)
            blocks.store(slopes.lower, at: gradients.0, place, of: items.count)
            blocks.store(slopes.upper, at: gradients.1, place, of: items.count)
        }
        blocks.store(losses: (total.lanes / divisor).rounded, of: items.count)
        let (median, targets) = (
            blocks[0].offset(of: 2, isHessian: false), blocks[0].offset(of: 3, isHessian: false)
        )
        blocks.store(half / divisor, at: median, of: items.count)
        blocks.store((outside - half) / divisor, at: targets, of: items.count)
    }

    /// The derivatives in the ends of intervals.
    @inline(always)
    private static func slopes(
        _ share: Vector,
        _ isBelow: Mask,
        _ isAbove: Mask,
        _ divisor: Vector
    ) -> (lower: Vector, upper: Vector) {
        let rest = TwoDoubles.difference(Vector(repeating: 1), share)
        let (inside, beyond) = (TwoDoubles(share) / divisor, rest / divisor)
        return (
            (-inside).replacing(with: beyond, where: isBelow).rounded,
            inside.replacing(with: -beyond, where: isAbove).rounded
        )
    }

    func computeLong(
        _ first: Span<Double>,
        _ second: Span<Double>,
        _ third: Span<Double>,
        _ fourth: Span<Double>,
        into block: inout SegmentBlock,
        check: () throws(SegmentError) -> Void
    ) throws(SegmentError) {
        let count = first.count
        let target = Vector(repeating: fourth[0])
        let (zero, one) = (Vector(repeating: 0), Vector(repeating: 1))
        let divisor = Vector(repeating: Double(count) + 0.5)
        let gradients = (
            block.offset(of: 0, isHessian: false), block.offset(of: 1, isHessian: false)
        )
        let distance = TwoDoubles.difference(third.paddedVector(at: 0), target)
        let half = (0.5 * distance.head.sign)[0]
        let atMedian = TwoDoubles(repeating: 0.5) * distance.magnitude
        var total = LaneTotal(atMedian.kept(where: Vector.indices(from: 0) .== zero))
        var outside = zero
        for start in stride(from: 0, to: count, by: Vector.width) {
            let places = Vector.indices(from: start)
            let share = 0.5 * (alpha?.vector(at: start) ?? (places + 1) / (Double(count) + 1))
            let exists = places .< Double(count)
            let (lower, upper) = (first.paddedVector(at: start), second.paddedVector(at: start))
            let isBelow = (target .< lower) .& exists
            let isAbove = (target .> upper) .& exists
            total.add((TwoDoubles.difference(upper, lower) * share).kept(where: exists))
            total.add(TwoDoubles.difference(lower, target).kept(where: isBelow))
            total.add(TwoDoubles.difference(target, upper).kept(where: isAbove))
            outside = outside + zero.replacing(with: one, where: isAbove)
            outside = outside - zero.replacing(with: one, where: isBelow)
            let slopes = Self.slopes(share, isBelow, isAbove, divisor)
            block.store(slopes.lower, at: gradients.0, from: start, upTo: count)
            block.store(slopes.upper, at: gradients.1, from: start, upTo: count)
        }
        block.loss = (total.total / divisor).rounded[0]
        block.store(half / divisor[0], at: block.offset(of: 2, isHessian: false))
        block.store(
            (outside.sum() - half) / divisor[0],
            at: block.offset(of: 3, isHessian: false)
        )
    }
}

extension WeightedIntervalScore {
    static let facts = Facts(
        name: "weighted_interval_score",
        aliases: ["wis"],
        family: .regression,
        summary: "The weighted mean of the scores of several central prediction intervals and of "
            + "the error of the median.",
        formula: .init(
            plain: "(|t - m| / 2 + sum_k (alpha_k (u_k - l_k) / 2 + max(0, l_k - t) + max(0, t - "
                + "u_k))) / (K + 1/2), l and u the ends of K intervals and m the median",
            gradient: "times 1 / (K + 1/2): 1 - alpha_k / 2 for t < l_k, else -alpha_k / 2, in "
                + "l_k; alpha_k / 2 - 1 for t > u_k, else alpha_k / 2, in u_k; sign(m - t) / 2 in "
                + "m",
            tex: #"\frac{1}{K + \frac12} \Bigl( \tfrac12 \lvert t - m \rvert + \sum_k "#
                + #"\tfrac{\alpha_k}{2} (u_k - l_k) + (l_k - t)_+ + (t - u_k)_+ \Bigr)"#
        ),
        options: [alpha.declaration],
        signature: Signature(
            .segment,
            .init(
                "lower",
                .primary,
                [.init("* K", Forecasts.numbers)],
                "predicted lower ends of K intervals"
            ),
            .init(
                "upper",
                .primary,
                [.init("* K", Forecasts.numbers)],
                "predicted upper ends of K intervals"
            ),
            .init("median", .primary, [.init("*", Forecasts.numbers)], "predicted medians"),
            .init("targets", .differentiable, [.init("*", Forecasts.numbers)], "true numbers")
        ),
        kinks: [
            "t = l_k and t = u_k: the derivatives are those inside of the interval",
            "t = m: the derivative of that term is 0",
        ],
        properties: [.convex, .lipschitz],
        bounds: Bounds(
            gradient: (1 - .least(of: alpha, or: 1 / (.length("K") + 1)) / 2)
                / (.length("K") + 0.5),
            hessian: 0
        ),
        minimizer: .quantiles("alpha_k / 2, 1 - alpha_k / 2 and 1/2"),
        notes: [
            "Twice the mean pinball loss at the levels alpha / 2, 1/2 and 1 - alpha / 2.",
            "scoringrules 0.10.0 adds the median itself where its absolute error belongs, so that "
                + "its score changes when all numbers are shifted.",
            "l_k may exceed u_k; the score is defined, but not meant for it. The Hessian is 0, and "
                + "so is its surrogate.",
        ],
        references: [
            "J. Bracher et al., Evaluating Epidemic Forecasts in an Interval Format, PLOS "
                + "Computational Biology 17, 2021",
            "scoringutils wis", "scoringrules weighted_interval_score",
        ],
        work: Work(steps: "8 K + 80", numbers: "2 K"),
        examples: [
            Example(
                [
                    "lower": Tensor(shape: [2, 2], values: [-2, -0.5, 0.5, 1]),
                    "upper": Tensor(shape: [2, 2], values: [2.5, 1, 3, 2]),
                    "median": Tensor(shape: [2], values: [0.25, 1.5]),
                    "targets": Tensor(shape: [2], values: [0, 2.25]),
                ],
                ["alpha": .list([0.1, 0.5])]
            )
        ]
    )
}
