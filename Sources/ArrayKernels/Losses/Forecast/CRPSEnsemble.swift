// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The continuous ranked probability score of an ensemble of forecasts.
///
/// With the differences z of the K members from the target, in ascending order: ℓ = Σ |z_i|/K -
/// Σ (2i - K + 1) z_i/D, i from 0, D = K² or, for the fair score, K (K - 1). The derivative in a
/// member of mean rank r among its equals is sign(z)/K - (2r - K + 1)/D.
struct CRPSEnsemble: LanewiseLoss {
    enum Estimator: String, CaseIterable, Sendable {
        case standard
        case fair
    }

    static let estimator = Option.choice(
        "estimator",
        default: Estimator.standard,
        "The score of the members as a distribution (standard), or its unbiased estimate for the "
            + "distribution that they are drawn from (fair)."
    )

    private let isFair: Bool

    init(_ options: OptionValues) {
        isFair = options[Self.estimator] == .fair
    }

    func compute(_ items: borrowing Items, into blocks: inout [SegmentBlock]) {
        let (count, target) = (items.length, items.ofSecond)
        let pairs = pairs(count)
        let divisor = Vector(repeating: Double(count) * Double(pairs))
        var sum = LaneTotal()
        for (rank, member) in Self.sorted(items).enumerated() {
            let sign = Vector(repeating: -1).replacing(with: 1, where: member .> target)
            let weight = Double(pairs) * sign - Double(2 * rank - count + 1)
            sum.add(TwoDoubles.difference(member, target) * weight)
        }
        blocks.store(losses: (sum.lanes / divisor).rounded, of: items.count)
        let gradient = blocks[0].offset(of: 0, isHessian: false)
        let targetGradient = blocks[0].offset(of: 1, isHessian: false)
        guard gradient != nil || targetGradient != nil else { return }
        var signs = Vector(repeating: 0)
        for place in 0..<count {
            let member = items.first(place)
            let sign = (member - target).sign
            signs = signs + sign
            guard gradient != nil else { continue }
            // The number of lesser members less that of greater ones is 2r - K + 1.
            var ranks = Vector(repeating: 0)
            for other in 0..<count { ranks = ranks + (member - items.first(other)).sign }
            let slope = (Double(pairs) * sign - ranks) / divisor
            blocks.store(slope, at: gradient, place, of: items.count)
        }
        blocks.store(-signs / Double(count), at: targetGradient, of: items.count)
    }

    /// The number of other members that each is compared with; a single member has no spread.
    private func pairs(_ count: Int) -> Int { isFair && count > 1 ? count - 1 : count }

    /// The members of each item in ascending order.
    ///
    /// The comparisons are those of the merge exchange (D. E. Knuth, The Art of Computer Programming 3,
    /// algorithm 5.2.2 M).
    private static func sorted(_ items: borrowing Items) -> [Vector] {
        let count = items.length
        var members: [Vector] = []
        members.reserveCapacity(count)
        for place in 0..<count { members.append(items.first(place)) }
        guard count > 1 else { return members }
        let top = 1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount)
        var step = top
        while step > 0 {
            var (width, remainder, distance) = (top, 0, step)
            while true {
                for place in 0..<(count - distance) where place & step == remainder {
                    let (one, other) = (members[place], members[place + distance])
                    let isMore = one .> other
                    members[place] = one.replacing(with: other, where: isMore)
                    members[place + distance] = other.replacing(with: one, where: isMore)
                }
                guard width != step else { break }
                distance = width - step
                width /= 2
                remainder = step
            }
            step /= 2
        }
        return members
    }

    func computeLong(
        _ first: Span<Double>,
        _ second: Span<Double>,
        _ third: Span<Double>,
        _ fourth: Span<Double>,
        into block: inout SegmentBlock,
        check: () throws(SegmentError) -> Void
    ) throws(SegmentError) {
        let (count, target) = (first.count, second[0])
        let pairs = pairs(count)
        let members = first.indices.map { (value: first[$0], place: $0) }
            .sorted { $0.value < $1.value }
        try check()
        let divisor = Vector(repeating: Double(count) * Double(pairs))
        var sum = LaneTotal()
        for (rank, member) in members.enumerated() {
            let difference = TwoDoubles.difference(
                Vector(repeating: member.value),
                Vector(repeating: target)
            )
            let sign = member.value > target ? 1.0 : -1
            let weight = sign * Double(pairs) - Double(2 * rank - count + 1)
            sum.add(difference * Vector(repeating: weight))
        }
        block.loss = (sum.lanes / divisor).rounded[0]
        var start = 0
        var signs = 0.0
        let gradient = block.offset(of: 0, isHessian: false)
        while start < count {
            var end = start + 1
            while end < count, members[end].value == members[start].value { end += 1 }
            let value = members[start].value
            let sign: Double = value > target ? 1 : value < target ? -1 : 0
            signs += sign * Double(end - start)
            if let gradient {
                // Twice the mean rank is the sum of the first and the last.
                let slope = sign * Double(pairs) - Double(start + end - count)
                for member in members[start..<end] {
                    block.numbers[gradient + member.place] = slope / divisor[0]
                }
            }
            start = end
        }
        if let offset = block.offset(of: 1, isHessian: false) {
            block.numbers[offset] = -signs / Double(count)
        }
    }
}

extension CRPSEnsemble {
    static let facts = Facts(
        name: "crps_ensemble",
        aliases: ["ensemble_crps", "crps_sample"],
        family: .regression,
        summary: "The continuous ranked probability score of an ensemble of forecasts, with its "
            + "gradient in every member.",
        formula: .init(
            plain: "sum_i |x_i - t| / K - sum_(i, j) |x_i - x_j| / (2 D), D = K^2 (standard) or K "
                + "(K - 1) (fair)",
            gradient: "sign(x_i - t) / K - (2 r_i - K + 1) / D in x_i, r_i its rank from 0; -sum_i "
                + "sign(x_i - t) / K in t",
            tex: #"\frac1K \sum_i \lvert x_i - t \rvert - \frac{1}{2D} \sum_{i,j} \lvert x_i - "#
                + #"x_j \rvert"#
        ),
        options: [estimator.declaration],
        signature: Signature(
            .segment,
            .init(
                "predictions",
                .primary,
                [.init("* K", Forecasts.numbers)],
                "the members of an ensemble of K forecasts"
            ),
            .init(
                "targets",
                .differentiable,
                [.init("*", Forecasts.numbers)],
                "true numbers"
            )
        ),
        kinks: [
            "x_i = t: the sign is 0",
            "equal members: each has their mean rank, the least of all subgradients",
        ],
        properties: [.lipschitz],
        bounds: Bounds(
            gradient: .either(
                estimator,
                is: .fair,
                2 / .length("K"),
                or: (2 * .length("K") - 1) / .length("K").squared
            ),
            hessian: 0
        ),
        minimizer: .quantiles("(k - 1/2) / K, or (k - 1) / (K - 1) for the fair estimator"),
        notes: [
            "Members are sorted, in O(K log K). The standard score is 0 or more, and convex in t.",
            "In scoringrules the estimators nrg, qd and int are the standard, fair and pwm the "
                + "fair score. The fair score of a single member, which is NaN there, is its "
                + "absolute error.",
            "The Hessian is 0, and so is its surrogate.",
        ],
        references: [
            "T. Gneiting, A. E. Raftery, Strictly Proper Scoring Rules, Prediction, and "
                + "Estimation, Journal of the American Statistical Association 102, 2007",
            "scoringrules crps_ensemble",
        ],
        work: Work(steps: "40 K", numbers: "6 K"),
        examples: [
            Example([
                "predictions": Tensor(
                    shape: [2, 4],
                    values: [0.5, 1.25, -0.25, 0.75, 2, 1.5, 3, 2.25]
                ),
                "targets": Tensor(shape: [2], values: [0.625, 1]),
            ])
        ]
    )
}
