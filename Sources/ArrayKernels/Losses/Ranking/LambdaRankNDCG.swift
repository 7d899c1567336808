// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The logistic loss of pairs of a query, each weighted by the change of NDCG if the two are exchanged.
///
/// Items are ranked by predictions, equal ones by position. With gains g of the targets, discounts
/// d = 1/log2(1 + rank), the ideal DCG D and w = |g_i - g_j| |d_i - d_j| / D: ℓ = Σ w log(1 + e^-z)
/// over the pairs with t_i > t_j, where z = sigma (s_i - s_j). With p = σ(-z) and w as a constant, a pair
/// has the derivatives -sigma w p for s_i and the opposite for s_j, and sigma² w p (1 - p) for both.
struct LambdaRankNDCG: SegmentwiseLoss {
    static let sigma = Option.number(
        "sigma",
        default: 1,
        .above(0),
        "Factor of the differences of predictions."
    )
    static let gain = Option.choice(
        "gain",
        default: Gain.exponential,
        "Gain of a target t: 2^t - 1, or t itself."
    )
    static let truncationLevel = Option.integer(
        "truncation_level",
        default: 0,
        .from(0),
        "Number of the highest ranks of which at least one item of a pair must have one, and which "
            + "the ideal DCG has; 0 means all."
    )
    enum Gain: String, CaseIterable, Sendable {
        case exponential
        case linear
    }

    private let sigma: Vector
    private let gain: Gain
    private let truncationLevel: Int

    init(_ options: OptionValues) {
        sigma = Vector(repeating: options[Self.sigma])
        gain = options[Self.gain]
        let level = options[Self.truncationLevel] ?? 0
        truncationLevel = level == 0 ? .max : level
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
        let items = RankedItems(first, second, gain, truncationLevel)
        guard let ideal = items.idealDCG else {
            block.loss = 0
            return
        }
        let count = first.count
        var (slopes, bends) = (TwoDoublesArray(count: count), TwoDoublesArray(count: count))
        var loss = LaneTotal()
        let wantsDerivatives = !block.numbers.isEmpty
        for place in 0..<min(count, truncationLevel) {
            try check()
            let own = items.item(place)
            var (slope, bend) = (LaneTotal(), LaneTotal())
            for start in stride(from: (place + 1) / 8 * 8, to: count, by: 8) {
                let others = items.eight(start)
                // The pairs with items of lower ranks and other targets; the one with the higher target
                // should have the higher prediction.
                let indices = Vector.indices(from: start)
                let isPair =
                    (indices .> Double(place)) .& (indices .< Double(count))
                    .& .!(own.target .== others.target)
                guard isPair.isAny else { continue }
                let isInOrder = own.target .> others.target
                let distance = TwoDoubles.difference(own.score, others.score) * sigma
                let z = (-distance).replacing(with: distance, where: isInOrder)
                let (p, rest, softplus) = TwoDoubles.logistic(-z)
                let weight =
                    ((own.gain - others.gain) * (own.discount - others.discount) / ideal)
                    .magnitude.kept(where: isPair)
                loss.add(weight * softplus)
                guard wantsDerivatives else { continue }
                let push = weight * p * sigma
                let signed = push.replacing(with: -push, where: isInOrder)
                let curvature = push * rest * sigma
                slope.add(signed)
                bend.add(curvature)
                slopes.add(-signed, at: start)
                bends.add(curvature, at: start)
            }
            guard wantsDerivatives else { continue }
            slopes.addFirst(slope.total, at: place)
            bends.addFirst(bend.total, at: place)
        }
        block.loss = loss.total.rounded[0]
        for (isHessian, sums) in [(false, slopes), (true, bends)] {
            guard let start = block.offset(of: 0, isHessian: isHessian) else { continue }
            for (place, item) in items.order.enumerated() {
                block.numbers[start + item] = sums.repeated(place).rounded[0]
            }
        }
    }
}

/// The items of a query in the order of their predictions, the highest first.
private struct RankedItems {
    /// The offset of each item.
    let order: [Int]
    private let scores: [Double]
    private let targets: [Double]
    /// Gains divided by a power of two, and discounts.
    private var gains: TwoDoublesArray
    private var discounts: TwoDoublesArray
    /// The DCG of the best order, in the same units; `nil` if it is 0.
    let idealDCG: TwoDoubles?

    /// Eight items, or one in all lanes.
    struct Items {
        let score: Vector
        let target: Vector
        let gain: TwoDoubles
        let discount: TwoDoubles
    }

    init(
        _ predictions: Span<Double>,
        _ relevance: Span<Double>,
        _ kind: LambdaRankNDCG.Gain,
        _ truncationLevel: Int
    ) {
        let count = predictions.count
        let pairs = (0..<count).map { (offset: $0, score: predictions[$0]) }
        // Equal predictions keep their order.
        let order = pairs.sorted {
            $0.score != $1.score ? $0.score > $1.score : $0.offset < $1.offset
        }.map { $0.offset }
        let padding = repeatElement(0.0, count: ElementBlock.padded(count) - count)
        let own = order.map { relevance[$0] }
        let (scores, targets) = (order.map { predictions[$0] } + padding, own + padding)
        let sorted = own.sorted(by: >) + padding
        let scale = GainScale(kind, greatest: sorted.first ?? 0)
        gains = TwoDoublesArray(count: count)
        discounts = TwoDoublesArray(count: count)
        var ideal = LaneTotal()
        for start in stride(from: 0, to: count, by: 8) {
            let ranks = Vector.indices(from: start) + 1
            let discount =
                LogarithmOfTwo.pair / TwoDoubles.log(TwoDoubles.sum(ranks, Vector(repeating: 1)))
            discounts.store(discount, at: start)
            gains.store(scale.gain(targets.span.vector(at: start)), at: start)
            let isCounted = ranks .<= Double(min(truncationLevel, count))
            let best = scale.gain(sorted.span.vector(at: start)) * discount
            ideal.add(best.kept(where: isCounted))
        }
        idealDCG = ideal.total.head[0] > 0 ? ideal.total : nil
        self.order = order
        self.scores = scores
        self.targets = targets
    }

    @inline(always)
    func item(_ place: Int) -> Items {
        Items(
            score: Vector(repeating: scores[place]),
            target: Vector(repeating: targets[place]),
            gain: gains.repeated(place),
            discount: discounts.repeated(place)
        )
    }

    @inline(always)
    func eight(_ start: Int) -> Items {
        Items(
            score: scores.span.vector(at: start),
            target: targets.span.vector(at: start),
            gain: gains.vector(at: start),
            discount: discounts.vector(at: start)
        )
    }
}

/// Gains divided by a power of two, so that the greatest is a normal number near 1.
private struct GainScale {
    private let kind: LambdaRankNDCG.Gain
    /// The exponent of the power of two.
    private let shift: Double

    init(_ kind: LambdaRankNDCG.Gain, greatest: Double) {
        // Of numbers so small, 2^t - 1 is t log 2 to 2^-200, and only the ratios of gains matter.
        let kind = greatest < 0x1p-200 ? .linear : kind
        self.kind = kind
        switch kind {
        case .exponential: shift = greatest > 500 ? greatest.rounded(.down) : 0
        case .linear: shift = Double(max(-1_000, greatest > 0 ? Int(greatest.exponent) : 0))
        }
    }

    @inline(always)
    func gain(_ target: Vector) -> TwoDoubles {
        switch kind {
        case .linear:
            let half = Vector(repeating: -shift).halfRounded
            return TwoDoubles(
                target * .power(ofTwo: half) * .power(ofTwo: Vector(repeating: -shift) - half)
            )
        case .exponential:
            // Beyond 500, the 1 of 2^t - 1 is negligible.
            let isLarge = target .> 500
            let plain = TwoDoubles.expm1(
                LogarithmOfTwo.pair * target.replacing(with: 0, where: isLarge)
            )
            let shifted = TwoDoubles.exp(
                LogarithmOfTwo.pair * (target - shift).replacing(with: -750, where: .!isLarge)
            )
            let factor = Vector(repeating: -min(shift, 1_000))
            return plain.scaled(byTwoTo: factor).replacing(with: shifted, where: isLarge)
        }
    }
}

extension LambdaRankNDCG {
    static let facts = Facts(
        name: "lambdarank_ndcg",
        aliases: ["lambdarank", "lambdarank_loss"],
        family: .ranking,
        summary:
            "The logistic loss of pairs of documents of a query, weighted by the change of NDCG "
            + "if the two are exchanged.",
        formula: .init(
            plain:
                "sum over t_i > t_j of |g_i - g_j| |d_i - d_j| / D log(1 + e^(-sigma (s_i - s_j)))"
                + ", with gains g = 2^t - 1, discounts d = 1 / log2(1 + rank) and D the ideal DCG",
            gradient:
                "-sigma |Delta NDCG| / (1 + e^(sigma (s_i - s_j))) in s_i, and the opposite in "
                + "s_j, summed over the pairs",
            tex: #"""
                \sum_{t_i > t_j} \lvert \Delta \mathrm{NDCG}_{ij} \rvert
                \log\left(1 + e^{-\sigma (s_i - s_j)}\right)
                """#
        ),
        options: [sigma.declaration, gain.declaration, truncationLevel.declaration],
        signature: Signature(
            .segment,
            groupedBy: (ids: "query_ids", lengths: "lengths"),
            .init("predictions", .primary, [.init("L", .real)], "predicted scores"),
            .init(
                "targets",
                .constant,
                [.init("L", .interval(.nonNegative))],
                "relevance of documents"
            ),
            .init(
                "query_ids",
                .constant,
                [.init("L", .integer)],
                "a number for each document, equal for those of a query; queries are in the order in "
                    + "which they first occur",
                isOptional: true
            ),
            .init(
                "lengths",
                .constant,
                [.init("Q", .counts(of: "L"))],
                SegmentInputs.lengths,
                isOptional: true
            )
        ),
        kinks: [
            "equal predictions: ranked by position",
            "a query whose ideal DCG is 0: the loss and the derivatives are 0",
        ],
        properties: [],
        notes: [
            "Exactly one of query_ids and lengths is required. Queries are equally weighted in a mean, "
                + "however many documents they have.",
            "LightGBM divides a weight by 0.01 plus the difference of the predictions and rescales the "
                + "sum of a query if lambdarank_norm is on, and takes the logistic function from a "
                + "table. XGBoost normalises likewise and doubles the Hessian.",
            "As in LightGBM, truncation_level does not change the discounts of lower ranks.",
        ],
        references: [
            "C. J. C. Burges, From RankNet to LambdaRank to LambdaMART: an overview, "
                + "Microsoft Research 2010",
            "X. Wang et al., The LambdaLoss framework for ranking metric optimization, CIKM 2018",
            "LightGBM lambdarank", "XGBoost rank:ndcg",
        ],
        gradientKind: .constantWeights,
        work: Work(steps: "8 L L + 64 L + 400", numbers: "24 L"),
        examples: [
            Example([
                "predictions": Tensor(shape: [5], values: [0.2, 1.7, -0.4, 2, 0.5]),
                "targets": Tensor(shape: [5], values: [1, 0, 2, 0, 3]),
                "query_ids": Tensor(shape: [5], values: [7, 7, 7, 9, 9]),
            ])
        ]
    )
}
