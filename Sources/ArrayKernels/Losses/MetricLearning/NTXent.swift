// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The cross-entropy of finding each embedding with the same label among those with other labels.
///
/// With unit vectors u = x/|x|, similarities c = u·v/τ and, for an anchor i, L = log Σ e^c over its
/// negatives: ℓ is the mean of softplus(L - c) over all positive pairs (i, p). For the derivatives,
/// q = σ(L - c) of a positive pair, Q = Σq of an anchor and the share π = e^(c - L) of a negative give
/// the weight G of a pair of embeddings, -q or Qπ from each of the two as anchors, and
/// ∂ℓ/∂x = Σ G (v - (u·v) u) / (τ|x|) over the others, divided by the number of pairs. Similarities
/// are computed twice rather than kept, so that memory is proportional to the embeddings.
struct NTXent: SegmentwiseLoss {
    static let temperature = Option.number(
        "temperature",
        default: 0.07,
        .above(0),
        "Number by which similarities are divided."
    )

    private let temperature: Vector

    init(_ options: OptionValues) {
        temperature = Vector(repeating: options[Self.temperature])
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
        let vectors = try UnitVectors(first, count: second.count, length: columns)
        let anchors = try anchors(vectors, second, check)
        guard anchors.pairs > 0 else { throw SegmentError(input: 1, .undefined(.noPositivePair)) }
        let pairs = Vector(repeating: Double(anchors.pairs))
        block.loss = (anchors.loss / pairs).rounded[0]
        let gradient = block.offset(of: 0, isHessian: false)
        let hessian = block.offset(of: 0, isHessian: true)
        guard gradient != nil || hessian != nil else { return }
        for anchor in 0..<second.count {
            try check()
            let weights = weights(anchor, vectors, second, anchors, forHessian: hessian != nil)
            if let gradient {
                let start = gradient + anchor * columns
                derive(anchor, vectors, weights, pairs, at: start, into: &block.numbers)
            }
            if let hessian {
                deriveTwice(
                    anchor,
                    vectors,
                    weights,
                    pairs,
                    usesSurrogate: block.usesSurrogate,
                    at: hessian + anchor * columns,
                    into: &block.numbers
                )
            }
        }
    }

    /// The quantities of each embedding as an anchor, and the sum of the losses.
    private struct Anchors {
        /// L, a very low number if an anchor has no negatives.
        var logSums: TwoDoublesArray
        /// Σq and Σq(1 - q) over the positives.
        var pulls: TwoDoublesArray
        var curvatures: TwoDoublesArray
        var loss = TwoDoubles(repeating: 0)
        var pairs = 0

        init(count: Int) {
            logSums = TwoDoublesArray(count: count)
            pulls = TwoDoublesArray(count: count)
            curvatures = TwoDoublesArray(count: count)
        }
    }

    private func anchors(
        _ vectors: borrowing UnitVectors,
        _ labels: Span<Double>,
        _ check: () throws(SegmentError) -> Void
    ) throws(SegmentError) -> Anchors {
        var anchors = Anchors(count: vectors.count)
        var similarities = TwoDoublesArray(count: vectors.count)
        var loss = LaneTotal()
        for anchor in 0..<vectors.count {
            try check()
            var greatest = Vector(repeating: -.infinity)
            for start in stride(from: 0, to: vectors.count, by: 8) {
                let similarity = vectors.product(anchor, start) / temperature
                similarities.store(similarity, at: start)
                let isNegative = vectors.relation(anchor, start, labels).isNegative
                let own = Vector(repeating: -.infinity)
                    .replacing(with: similarity.head, where: isNegative)
                greatest = greatest.replacing(with: own, where: own .> greatest)
            }
            let maximum = Vector(repeating: greatest.max())
            var powers = LaneTotal()
            for start in stride(from: 0, to: vectors.count, by: 8) {
                let isNegative = vectors.relation(anchor, start, labels).isNegative
                guard isNegative.isAny else { continue }
                powers.add(
                    TwoDoubles.exp(similarities.vector(at: start) - maximum).kept(where: isNegative)
                )
            }
            let logSum =
                maximum[0] == -.infinity
                ? TwoDoubles(repeating: -0x1p1000) : TwoDoubles.log(powers.total) + maximum
            var (pull, curvature) = (LaneTotal(), LaneTotal())
            for start in stride(from: 0, to: vectors.count, by: 8) {
                let isPositive = vectors.relation(anchor, start, labels).isPositive
                guard isPositive.isAny else { continue }
                let (q, rest, softplus) = TwoDoubles.logistic(
                    logSum - similarities.vector(at: start)
                )
                loss.add(softplus.kept(where: isPositive))
                pull.add(q.kept(where: isPositive))
                curvature.add((q * rest).kept(where: isPositive))
                anchors.pairs += Int(
                    Vector(repeating: 0).replacing(with: 1, where: isPositive).sum()
                )
            }
            anchors.logSums.storeFirst(logSum, at: anchor)
            anchors.pulls.storeFirst(pull.total, at: anchor)
            anchors.curvatures.storeFirst(curvature.total, at: anchor)
        }
        anchors.loss = loss.total
        return anchors
    }

    /// The weights of the other embeddings in the derivatives with respect to one.
    private struct Weights {
        /// u·v.
        var products: TwoDoublesArray
        /// G, the derivative with respect to c.
        var slopes: TwoDoublesArray
        /// ΣG u·v.
        var total = TwoDoubles(repeating: 0)
        /// π, if the embedding is the anchor.
        var shares: TwoDoublesArray
        /// The factors of squared deviations from the mean over π, and of squares.
        var deviations: TwoDoublesArray
        var squares: TwoDoublesArray

        init(count: Int, forHessian: Bool) {
            products = TwoDoublesArray(count: count)
            slopes = TwoDoublesArray(count: count)
            let count = forHessian ? count : 0
            shares = TwoDoublesArray(count: count)
            deviations = TwoDoublesArray(count: count)
            squares = TwoDoublesArray(count: count)
        }
    }

    private func weights(
        _ anchor: Int,
        _ vectors: borrowing UnitVectors,
        _ labels: Span<Double>,
        _ anchors: Anchors,
        forHessian: Bool
    ) -> Weights {
        var weights = Weights(count: vectors.count, forHessian: forHessian)
        var total = LaneTotal()
        let (logSum, pull) = (anchors.logSums.repeated(anchor), anchors.pulls.repeated(anchor))
        for start in stride(from: 0, to: vectors.count, by: 8) {
            let (isPositive, isNegative) = vectors.relation(anchor, start, labels)
            let product = vectors.product(anchor, start)
            let similarity = product / temperature
            let others = anchors.logSums.vector(at: start)
            let theirPulls = anchors.pulls.vector(at: start)
            var slope = TwoDoubles(repeating: 0)
            if isNegative.isAny {
                let share = TwoDoubles.exp(similarity - logSum).kept(where: isNegative)
                let theirs = TwoDoubles.exp(similarity - others).kept(where: isNegative)
                slope = pull * share + theirPulls * theirs
                if forHessian {
                    weights.shares.store(share, at: start)
                    weights.deviations.store(pull * share, at: start)
                    let rest = Vector(repeating: 1) - theirs
                    let theirCurvatures = anchors.curvatures.vector(at: start)
                    weights.squares.store(
                        theirPulls * theirs * rest + theirCurvatures * (theirs * theirs),
                        at: start
                    )
                }
            }
            if isPositive.isAny {
                let own = TwoDoubles.logistic(logSum - similarity)
                let theirs = TwoDoubles.logistic(others - similarity)
                slope = slope - (own.value + theirs.value).kept(where: isPositive)
                if forHessian {
                    weights.deviations.add(
                        (own.value * own.complement).kept(where: isPositive),
                        at: start
                    )
                    weights.squares.add(
                        (theirs.value * theirs.complement).kept(where: isPositive),
                        at: start
                    )
                }
            }
            weights.products.store(product, at: start)
            weights.slopes.store(slope, at: start)
            total.add(slope * product)
        }
        weights.total = total.total
        return weights
    }

    /// Stores the derivatives with respect to the numbers of an embedding.
    private func derive(
        _ anchor: Int,
        _ vectors: borrowing UnitVectors,
        _ weights: Weights,
        _ pairs: Vector,
        at start: Int,
        into numbers: inout [Double]
    ) {
        let sums = vectors.sums(weights.slopes)
        let scale = vectors.inverseLengths.repeated(anchor) / temperature / pairs
        for column in 0..<vectors.length {
            let own = vectors.number(anchor, column)
            let slope = sums.repeated(column) - weights.total * own
            numbers[start + column] = (slope * scale).rounded[0]
        }
    }

    /// Stores the second derivatives with respect to the numbers of an embedding.
    ///
    /// With d = v - (u·v) u at a number and D = Σπd, u·v has the second derivative
    /// -(2ud + (u·v)(1 - u²)) / |x|². The surrogate is the part without it.
    private func deriveTwice(
        _ anchor: Int,
        _ vectors: borrowing UnitVectors,
        _ weights: Weights,
        _ pairs: Vector,
        usesSurrogate: Bool,
        at start: Int,
        into numbers: inout [Double]
    ) {
        let sums = vectors.sums(weights.shares)
        var shared = LaneTotal()
        for place in stride(from: 0, to: vectors.count, by: 8) {
            shared.add(weights.shares.vector(at: place) * weights.products.vector(at: place))
        }
        let sharedProduct = shared.total
        let scale = vectors.inverseLengths.repeated(anchor)
        for column in 0..<vectors.length {
            let own = vectors.number(anchor, column)
            let mean = sums.repeated(column) - sharedProduct * own
            let rest = Vector(repeating: 1) - own * own
            var (bends, slopes) = (LaneTotal(), LaneTotal())
            for place in stride(from: 0, to: vectors.count, by: 8) {
                let product = weights.products.vector(at: place)
                let difference = vectors.numbers(place, column) - product * own
                let deviation = difference - mean
                bends.add(weights.deviations.vector(at: place) * deviation.squared)
                bends.add(weights.squares.vector(at: place) * difference.squared)
                guard !usesSurrogate else { continue }
                let turn = (own * difference).scaled(by: Vector(repeating: 2)) + product * rest
                slopes.add(-(weights.slopes.vector(at: place) * turn))
            }
            let sum = bends.total / temperature + slopes.total
            numbers[start + column] =
                (sum * scale * scale / temperature / pairs).rounded[0]
        }
    }
}

/// Vectors scaled to length 1, in groups of eight, of which each lane has one.
private struct UnitVectors: ~Copyable {
    let count: Int
    let length: Int
    /// The numbers at an index in eight vectors, then those at the next; beyond the last, vectors are
    /// multiples of (1, 1, …).
    private var lanes: TwoDoublesArray
    /// 1/|x|.
    private(set) var inverseLengths: TwoDoublesArray

    /// - Throws: `SegmentError` if a vector is 0.
    init(_ numbers: Span<Double>, count: Int, length: Int) throws(SegmentError) {
        self.count = count
        self.length = length
        let groups = (count + 7) / 8
        lanes = TwoDoublesArray(count: groups * length * 8)
        inverseLengths = TwoDoublesArray(count: count)
        var eight = [Double](repeating: 1, count: length * 8)
        for group in 0..<groups {
            let used = min(8, count - group * 8)
            for lane in 0..<8 {
                for column in 0..<length {
                    eight[column * 8 + lane] =
                        lane < used ? numbers[(group * 8 + lane) * length + column] : 1
                }
            }
            var greatest = Vector(repeating: 0)
            for column in 0..<length {
                let size = eight.span.vector(at: column * 8).magnitude
                greatest = greatest.replacing(with: size, where: size .> greatest)
            }
            for lane in 0..<used where greatest[lane] == 0 {
                let offset = (group * 8 + lane) * length
                throw SegmentError(input: 0, offset: offset, .undefined(.zeroVector))
            }
            // Squares neither overflow nor underflow.
            let scale = greatest.powerOfTwoToUnit
            let scaleAgain = (greatest * scale).powerOfTwoToUnit
            var sum = LaneTotal()
            for column in 0..<length {
                let x = eight.span.vector(at: column * 8) * scale * scaleAgain
                sum.add(TwoDoubles.product(x, x))
            }
            let root = sum.lanes.squareRoot
            for column in 0..<length {
                let x = eight.span.vector(at: column * 8) * scale * scaleAgain
                lanes.store(x / root, at: (group * length + column) * 8)
            }
            let inverse = Vector(repeating: 1) / root
            inverseLengths.store(inverse.scaled(by: scale).scaled(by: scaleAgain), at: group * 8)
        }
    }

    /// The number of a vector at an index, in all lanes.
    @inline(always)
    func number(_ vector: Int, _ column: Int) -> TwoDoubles {
        lanes.repeated((vector / 8 * length + column) * 8 + vector % 8)
    }

    /// The numbers of eight vectors at an index.
    @inline(always)
    func numbers(_ first: Int, _ column: Int) -> TwoDoubles {
        lanes.vector(at: first * length + column * 8)
    }

    /// The scalar products of a vector with eight others.
    @inline(always)
    func product(_ vector: Int, _ first: Int) -> TwoDoubles {
        var sum = LaneTotal()
        for column in 0..<length {
            sum.add(.looseProduct(number(vector, column), numbers(first, column)))
        }
        return sum.lanes
    }

    /// The sums of all vectors with weights: a number for each index.
    func sums(_ weights: TwoDoublesArray) -> TwoDoublesArray {
        var sums = TwoDoublesArray(count: 8 * length)
        for start in stride(from: 0, to: count, by: 8) {
            let weight = weights.vector(at: start)
            for column in 0..<length {
                sums.add(.looseProduct(weight, numbers(start, column)), at: column * 8)
            }
        }
        var totals = TwoDoublesArray(count: length)
        for column in 0..<length {
            totals.storeFirst(LaneTotal(sums.vector(at: column * 8)).total, at: column)
        }
        return totals
    }

    /// Whether each of eight vectors has the label of another one, and whether it has a different one.
    @inline(always)
    func relation(
        _ vector: Int,
        _ first: Int,
        _ labels: Span<Double>
    ) -> (isPositive: Mask, isNegative: Mask) {
        let indices = Vector.indices(from: first)
        let isSame = labels.paddedVector(at: first) .== labels[vector]
        let exists = indices .< Double(count)
        return (
            isSame .& .!(indices .== Double(vector)) .& exists,
            .!isSame .& exists
        )
    }
}

extension NTXent {
    static let facts = Facts(
        name: "nt_xent",
        aliases: ["nt_xent_loss", "normalized_temperature_scaled_cross_entropy"],
        family: .metricLearning,
        summary: "The cross-entropy of finding each embedding with the same label among those with "
            + "other labels, by cosine similarity.",
        formula: .init(
            plain: "mean over pairs i, p with the same label of -log(e^(s_ip/temperature) / "
                + "(e^(s_ip/temperature) + sum_n e^(s_in/temperature))), n with other labels, "
                + "s the cosine of the angle between two embeddings",
            gradient: "sum_j G_ij (u_j - s_ij u_i) / (temperature |x_i|), u = x / |x|, with G the "
                + "derivative with respect to s / temperature",
            tex: #"""
                \frac{1}{\lvert P \rvert} \sum_{(i, p) \in P} -\log \frac{e^{s_{ip} / \tau}}
                {e^{s_{ip} / \tau} + \sum_{n : y_n \ne y_i} e^{s_{in} / \tau}},\quad
                s_{ij} = \frac{x_i \cdot x_j}{\lVert x_i \rVert \lVert x_j \rVert}
                """#
        ),
        options: [temperature.declaration],
        signature: Signature(
            .batch,
            .init("embeddings", .primary, [.init("N K", .real)], "vectors to compare, one per row"),
            .init(
                "labels",
                .constant,
                [.init("N", .integer)],
                "a number for each embedding, equal for those that belong together"
            )
        ),
        kinks: [],
        properties: [.differentiable, .twiceDifferentiable],
        notes: [
            "Each ordered pair of embeddings with the same label has one term, whose denominator has no "
                + "other positives, as in optax and pytorch-metric-learning. With two embeddings of "
                + "each label it is the loss of SimCLR. Supervised contrastive losses have all "
                + "positives in the denominator.",
            "Labels of which there is only one serve as negatives. A batch without two equal labels "
                + "is refused, where optax returns NaN and pytorch-metric-learning 0. An embedding of "
                + "zeros is refused, where optax raises its length to an epsilon.",
            "The surrogate of the Hessian is that of Gauss and Newton: the part that is convex in "
                + "the similarities.",
        ],
        references: [
            "T. Chen et al., A simple framework for contrastive learning of visual representations, "
                + "ICML 2020",
            "optax ntxent", "pytorch-metric-learning NTXentLoss",
        ],
        conventions: [
            .optax(
                ["temperature": .number(0.07)],
                notes: ["optax raises squared lengths to at least 2.2e-16."]
            )
        ],
        work: Work(steps: "N N K + 32 N N", numbers: "2 N K + 48 K + 32 N"),
        examples: [
            Example([
                "embeddings": Tensor(
                    shape: [4, 3],
                    values: [0.2, 0.5, -1, 0.3, 0.4, -0.7, 0.9, -0.1, 0.5, 2, 0.3, 1.3]
                ),
                "labels": Tensor(shape: [4], values: [0, 0, 1, 1]),
            ])
        ]
    )
}
