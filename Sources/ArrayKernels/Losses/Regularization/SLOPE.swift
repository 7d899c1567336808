// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The sorted l1 norm: strength·Σ α_i |w|_(i), with magnitudes and weights from the greatest to the least.
///
/// With the rank i of a parameter: dR/dw = strength·α_i·sign(w); parameters of equal magnitude have the mean
/// of their weights, and zeros 0, the subgradient of least length. d²R/dw² = 0.
struct SLOPE: SegmentwiseLoss, ProximalUnitKernel {
    static let strength = GroupLasso.strength

    static let alphas = Option.numbers(
        "alphas",
        default: nil,
        .nonNegative,
        "Weight of each magnitude, from the greatest to the least, none greater than the one before; a single "
            + "number applies to all. By default the weights are K/K, (K - 1)/K and so on to 1/K."
    )

    private let strength: Double
    /// The stated weights; `nil` means those that fall in equal steps.
    private let alphas: OptionList?

    init(_ options: OptionValues) throws(LossError) {
        strength = options[Self.strength]
        let given = options[Self.alphas]
        alphas = given.map { OptionList(Self.alphas, $0) }
        guard let given,
            let place = given.indices.dropFirst().first(where: { given[$0] > given[$0 - 1] })
        else { return }
        throw .outOfRange(
            option: Self.alphas.declaration.name,
            place: [place],
            value: given[place],
            allowed: "a number >= 0 and at most the one before, \(given[place - 1].shortest)"
        )
    }

    /// The products of strength and weights of eight ranks of a number of parameters.
    @inline(always)
    private func weights(from rank: Int, of count: Int) -> TwoDoubles {
        let strength = Vector(repeating: strength)
        if let alphas { return TwoDoubles.product(strength, alphas.vector(at: rank)) }
        let remaining = Double(count) - Vector.indices(from: rank)
        return TwoDoubles(remaining) / Vector(repeating: Double(count)) * strength
    }

    package func compute(
        _ first: Span<Double>,
        _ second: Span<Double>,
        _ third: Span<Double>,
        _ fourth: Span<Double>,
        columns: Int,
        into block: inout SegmentBlock,
        check: () throws(SegmentError) -> Void
    ) throws(SegmentError) {
        let count = first.count
        try alphas?.check(count: count)
        let ranking = Ranking(first)
        try check()
        var sum = LaneTotal()
        for rank in stride(from: 0, to: count, by: Vector.width) {
            let exist = Vector.indices(from: rank) .< Double(count)
            let term = weights(from: rank, of: count) * ranking.sizes.span.vector(at: rank)
            sum.add(term.kept(where: exist))
        }
        block.loss = sum.total.rounded[0]
        guard let gradient = block.offset(of: 0, isHessian: false) else { return }
        try check()
        var weights = TwoDoublesArray(count: count)
        for rank in stride(from: 0, to: count, by: Vector.width) {
            weights.store(self.weights(from: rank, of: count), at: rank)
        }
        var start = 0
        while start < count, ranking.sizes[start] > 0 {
            var end = start + 1
            while end < count, ranking.sizes[end] == ranking.sizes[start] { end += 1 }
            var sum = LaneTotal()
            for rank in start..<end { sum.add(weights.repeated(rank)) }
            let slope = (sum.lanes / Vector(repeating: Double(end - start))).rounded[0]
            for place in ranking.places[start..<end] {
                block.numbers[gradient + place] = first[place] < 0 ? -slope : slope
            }
            start = end
        }
    }

    /// The sorted magnitudes less step·strength·α, averaged over neighbours that are not in order, or 0 where
    /// the average is negative.
    package func findMinimum(
        _ parameters: Span<Double>,
        columns _: Int,
        _ step: Double,
        into result: inout MutableSpan<Double>,
        check: () throws(SegmentError) -> Void
    ) throws(SegmentError) {
        let count = parameters.count
        try alphas?.check(count: count)
        let ranking = Ranking(parameters)
        try check()
        let scale = Vector(repeating: ranking.sizes[0]).powerOfTwoToUnit
        let factor = (step * scale).clamped(0, 0x1p900)
        // More than the sum of all magnitudes.
        let bound = 2 * Double(count) * ranking.sizes[0] * scale[0]
        var excess = TwoDoublesArray(count: count)
        for rank in stride(from: 0, to: count, by: Vector.width) {
            let pull = (weights(from: rank, of: count) * factor).cappedAt(bound)
            excess.store(ranking.sizes.span.vector(at: rank) * scale - pull, at: rank)
        }
        try check()
        for pool in MonotonePools(excess, count: count).pools {
            let size = pool.mean.head[0] > 0 ? pool.mean.scaled(by: 1 / scale).rounded[0] : 0
            for place in ranking.places[pool.ranks] {
                result[place] = parameters[place] < 0 ? -size : size
            }
        }
    }
}

/// The magnitudes of parameters in descending order, in whole vectors, and their places.
private struct Ranking {
    let sizes: [Double]
    let places: [Int]

    init(_ parameters: Span<Double>) {
        let sorted = parameters.indices.map { (size: parameters[$0].magnitude, place: $0) }
            .sorted { $0.size > $1.size }
        let padding = ElementBlock.padded(sorted.count) - sorted.count
        sizes = sorted.map { $0.size } + repeatElement(0, count: padding)
        places = sorted.map { $0.place }
    }
}

/// The nearest numbers in descending order to given ones, which are averages over neighbours.
///
/// Neighbours that are not in order are pooled (M. Bogdan et al., Annals of Applied Statistics 9, 2015,
/// algorithm 4).
private struct MonotonePools {
    private(set) var pools: [Pool] = []

    /// Neighbours with one average.
    struct Pool {
        let ranks: Range<Int>
        let sum: TwoDoubles
        let mean: TwoDoubles

        init(_ ranks: Range<Int>, _ sum: TwoDoubles) {
            (self.ranks, self.sum) = (ranks, sum)
            mean = sum / Vector(repeating: Double(ranks.count))
        }
    }

    init(_ numbers: TwoDoublesArray, count: Int) {
        for rank in 0..<count {
            var pool = Pool(rank..<(rank + 1), numbers.repeated(rank))
            while let last = pools.last, (last.mean - pool.mean).head[0] <= 0 {
                pools.removeLast()
                pool = Pool(last.ranks.lowerBound..<pool.ranks.upperBound, last.sum + pool.sum)
            }
            pools.append(pool)
        }
    }
}

extension TwoDoubles {
    /// The numbers, or a bound where they are greater or not numbers.
    @inline(always)
    func cappedAt(_ bound: Double) -> TwoDoubles {
        replacing(with: TwoDoubles(repeating: bound), where: .!(head .< bound))
    }
}

extension SLOPE {
    static let facts = Facts(
        name: "slope",
        aliases: ["sorted_l1"],
        family: .regularization,
        summary:
            "The sorted l1 norm of each row: the greater a magnitude, the greater its weight, so that "
            + "parameters become equal or 0.",
        formula: .init(
            plain: "strength sum_i alpha_i |w|_(i), |w|_(1) >= |w|_(2) >= ...",
            gradient: "strength alpha_i sign(w), i the rank of |w|",
            tex: #"\lambda \sum_i \alpha_i \lvert w \rvert_{(i)}"#
        ),
        options: [strength.declaration, alphas.declaration],
        signature: Signature(
            .segment,
            .init("parameters", .primary, [.init("* K", .real)], "the parameters of a model")
        ),
        kinks: [
            "equal magnitudes: each has the mean of their weights, the least of all subgradients",
            "w = 0: the gradient is 0",
        ],
        properties: [.convex, .lipschitz, .symmetric],
        bounds: Bounds(gradient: Bound(strength) * .greatest(of: alphas), hessian: 0),
        notes: [
            "With a single number for alphas it is l1, and the default weights are those of OSCAR. Parameters "
                + "are sorted, in O(K log K).",
            "skglm's SLOPE expects alphas in descending order, which it does not check.",
            "The Hessian is 0, and so is its surrogate.",
        ],
        references: [
            "M. Bogdan, E. van den Berg, C. Sabatti, W. Su, E. Candès, SLOPE - Adaptive Variable Selection "
                + "via Convex Optimization, Annals of Applied Statistics 9, 2015",
            "H. D. Bondell, B. J. Reich, Simultaneous Regression Shrinkage, Variable Selection, and "
                + "Supervised Clustering of Predictors with OSCAR, Biometrics 64, 2008",
            "skglm SLOPE",
        ],
        defaultReduction: .sum,
        work: Work(steps: "120 K + 200", numbers: "40 K"),
        examples: [
            Example([
                "parameters": Tensor(shape: [2, 4], values: [0.5, -2, 1.25, 0.75, 1, 1.5, -1, -1])
            ])
        ]
    )
}
