// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The negative log-likelihood of a sequence of classes, summed over its alignments with the frames.
///
/// An alignment has a class or the blank for each frame, which is the target without blanks and
/// repetitions (A. Graves et al., 2006). Its states are the classes of the target with a blank around
/// each. With y the probability of a state's class in a frame, A the sum over all ways to a state
/// without y, and B that over all ways from it, P = Σ A y B over the states of any frame and ℓ = -log P.
/// With c = Σ A B / P over the states of a class, the derivatives are -c and c² for a probability, and
/// with γ = yc, p - γ and p(1 - p) - γ(1 - γ) for a logit. The sums are computed in two doubles with
/// exponents of their own, so that none underflows.
struct CTC: SegmentwiseLoss {
    static let blank = Option.integer(
        "blank",
        default: 0,
        .integers,
        "Index of the class that is the blank."
    )
    static let zeroInfinity = Option.flag(
        "zero_infinity",
        "Whether a target that cannot be aligned has loss 0 and gradient 0 rather than being refused."
    )
    static let dividesByTargetLength = Option.flag(
        "divide_by_target_length",
        "Whether each loss is divided by the length of its target, or 1 if that is 0."
    )

    private let blank: Int
    private let zerosInfinity: Bool
    private let dividesByTargetLength: Bool
    private let hasLogits: Bool

    init(_ options: OptionValues) {
        blank = options[Self.blank] ?? 0
        zerosInfinity = options[Self.zeroInfinity]
        dividesByTargetLength = options[Self.dividesByTargetLength]
        hasLogits = options[ProbabilityOptions.fromLogits]
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
        block.loss = 0
        guard (0..<columns).contains(blank) else {
            throw SegmentError(
                input: 0,
                .outOfRange(
                    option: Self.blank.declaration.name,
                    Double(blank),
                    allowed: "a class index from 0 to \(columns - 1)"
                )
            )
        }
        // Both are integers from 0 to the length of their dimension.
        let frameCount = third.isEmpty ? first.count / columns : Int(third[0])
        let targetCount = fourth.isEmpty ? second.count : Int(fourth[0])
        let states = try States(second, count: targetCount, blank: blank, classes: columns)
        block.padding = first.count - frameCount * columns
        guard frameCount >= states.leastFrames else {
            guard !zerosInfinity else { return }
            let reason = LossError.Undefined.tooFewFrames(frameCount, needed: states.leastFrames)
            throw SegmentError(input: 1, .undefined(reason))
        }
        guard frameCount > 0 else { return }
        let frames = try Frames(
            first,
            count: frameCount,
            classes: columns,
            hasLogits: hasLogits,
            check
        )
        let ways = try Ways(states, frames, check)
        guard ways.total.value.head[0] > 0 else {
            guard !zerosInfinity else { return }
            throw SegmentError(input: 1, .undefined(.noAlignment))
        }
        let divisor = Vector(repeating: dividesByTargetLength ? Double(max(targetCount, 1)) : 1)
        let loss = (frames.logSum - ways.total.logarithm) / divisor
        // With logits it is not negative, but may be rounded to a negative number.
        block.loss = hasLogits ? max(loss.rounded[0], 0) : loss.rounded[0]
        guard !block.numbers.isEmpty else { return }
        let inverse = ways.total.inverse
        var shares = ClassShares(states, classes: columns)
        try ways.visitBackwards(states, frames, check) { frame, start, before, after, emission in
            let way = before * after * inverse
            shares.add((hasLogits ? way * emission : way).narrow, at: start)
            guard start + 8 >= states.count else { return }
            store(shares, frames, frame, columns, divisor, into: &block)
            shares.removeAll()
        }
    }

    /// Stores the derivatives with respect to the predictions of a frame.
    private func store(
        _ shares: borrowing ClassShares,
        _ frames: borrowing Frames,
        _ frame: Int,
        _ columns: Int,
        _ divisor: Vector,
        into block: inout SegmentBlock
    ) {
        let gradient = block.offset(of: 0, isHessian: false)
        let hessian = block.offset(of: 0, isHessian: true)
        let most = hasLogits ? shares.greatest : nil
        for start in stride(from: 0, to: columns, by: 8) {
            let share = shares.vector(at: start)
            var (slope, bend) = (-share, share * share)
            if let most {
                let isMost = Vector.indices(from: start) .== Double(most.place)
                let rest = (Vector(repeating: 1) - share)
                    .replacing(with: most.complement, where: isMost)
                let (p, complement) = frames.probability(frame, start)
                // Near 1, the complements have more digits.
                slope = (p - share).replacing(with: rest - complement, where: isMost)
                bend = p * complement
                if !block.usesSurrogate { bend = bend - share * rest }
            }
            let (slopes, bends) = ((slope / divisor).rounded, (bend / divisor).rounded)
            for lane in 0..<min(8, columns - start) {
                let offset = frame * columns + start + lane
                if let gradient { block.numbers[gradient + offset] = slopes[lane] }
                if let hessian { block.numbers[hessian + offset] = bends[lane] }
            }
        }
    }
}

/// The states of an alignment: blanks, and the classes of a target between them.
private struct States {
    /// The class of each state.
    let classes: [Int]
    /// 1 for states that may follow the one before the previous one: classes that differ from the
    /// previous class.
    let skips: [Double]
    /// The least number of frames: one for each class, and one between two equal classes.
    let leastFrames: Int

    var count: Int { classes.count }

    /// - Throws: `SegmentError` if a target is not a class other than the blank.
    init(_ targets: Span<Double>, count: Int, blank: Int, classes known: Int) throws(SegmentError) {
        var classes = [blank]
        var skips = [0.0]
        var leastFrames = count
        for index in 0..<count {
            let target = targets[index]
            guard let own = Int(exactly: target), (0..<known).contains(own), own != blank else {
                throw SegmentError(
                    input: 1,
                    offset: index,
                    .outsideDomain(
                        target,
                        allowed: "a class index from 0 to \(known - 1), and not \(blank), which is "
                            + "the blank"
                    )
                )
            }
            let isRepeated = index > 0 && targets[index - 1] == target
            if isRepeated { leastFrames += 1 }
            skips.append(index > 0 && !isRepeated ? 1 : 0)
            skips.append(0)
            classes.append(own)
            classes.append(blank)
        }
        for _ in 0..<16 { skips.append(0) }
        self.classes = classes
        self.skips = skips
        self.leastFrames = leastFrames
    }
}

/// The probabilities of the classes in each frame, of which those from logits are divided by the greatest.
private struct Frames: ~Copyable {
    let count: Int
    let classes: Int
    /// Σ log(1 + o) over the frames, where o is the sum of the others in units of the greatest.
    let logSum: TwoDoubles
    private var numbers: WideArray
    /// The length of a frame in a whole number of vectors.
    private let width: Int
    /// 1 + o and o of each frame, and the place of the greatest logit.
    private var sums: TwoDoublesArray
    private var others: TwoDoublesArray
    private var greatest: [Int] = []

    init(
        _ predictions: Span<Double>,
        count: Int,
        classes: Int,
        hasLogits: Bool,
        _ check: () throws(SegmentError) -> Void
    ) throws(SegmentError) {
        self.count = count
        self.classes = classes
        width = ElementBlock.padded(classes)
        numbers = WideArray(count: count * width)
        sums = TwoDoublesArray(count: count)
        others = TwoDoublesArray(count: count)
        for frame in 0..<count {
            try check()
            let row = predictions.extracting((frame * classes)..<((frame + 1) * classes))
            var place = 0
            for index in row.indices where row[index] > row[place] { place = index }
            greatest.append(place)
            var rest = LaneTotal()
            for start in stride(from: 0, to: classes, by: 8) {
                let indices = Vector.indices(from: start)
                let x = row.paddedVector(at: start)
                let own =
                    hasLogits
                    ? Wide.exp(TwoDoubles.difference(x, Vector(repeating: row[place]))) : Wide(x)
                let exists = indices .< Double(classes)
                numbers.store(own.kept(where: exists), at: frame * width + start)
                rest.add(own.narrow.kept(where: exists .& .!(indices .== Double(place))))
            }
            others.storeFirst(rest.total, at: frame)
            sums.storeFirst(rest.total + Vector(repeating: 1), at: frame)
        }
        var logSum = LaneTotal()
        for start in stride(from: 0, to: hasLogits ? count : 0, by: 8) {
            logSum.add(TwoDoubles.log1p(others.vector(at: start)))
        }
        self.logSum = logSum.total
    }

    /// The probability of the class of each state in a frame.
    func emissions(_ frame: Int, of states: States, into emissions: inout WideArray) {
        for state in 0..<states.count {
            emissions.copy(frame * width + states.classes[state], of: numbers, to: state)
        }
    }

    /// The softmax of eight logits of a frame, and 1 minus it.
    @inline(always)
    func probability(_ frame: Int, _ start: Int) -> (value: TwoDoubles, complement: TwoDoubles) {
        let sum = sums.repeated(frame)
        let value = numbers.vector(at: frame * width + start).narrow / sum
        let isGreatest = Vector.indices(from: start) .== Double(greatest[frame])
        let rest = others.repeated(frame) / sum
        return (value, (Vector(repeating: 1) - value).replacing(with: rest, where: isGreatest))
    }
}

/// The sums over all ways to the states of each frame.
private struct Ways {
    /// A: the sums without the probability of the state itself.
    private var before: WideArray
    /// The length of a frame; the states begin after eight zeros.
    private let width: Int
    /// P, in all lanes.
    let total: Wide

    init(
        _ states: States,
        _ frames: borrowing Frames,
        _ check: () throws(SegmentError) -> Void
    ) throws(SegmentError) {
        let padded = ElementBlock.padded(states.count)
        width = padded + 16
        before = WideArray(count: width * frames.count)
        var emissions = WideArray(count: padded)
        var current = WideArray(count: width)
        let one = Wide(Vector(repeating: 1))
        let isFirst = Vector.indices(from: 0) .< Double(min(2, states.count))
        before.store(one.kept(where: isFirst), at: 8)
        for frame in 0..<frames.count {
            try check()
            let base = frame * width + 8
            frames.emissions(frame, of: states, into: &emissions)
            for start in stride(from: 0, to: padded, by: 8) {
                current.store(
                    before.vector(at: base + start) * emissions.vector(at: start),
                    at: 8 + start
                )
            }
            guard frame + 1 < frames.count else { break }
            for start in stride(from: 0, to: padded, by: 8) {
                let skips = states.skips.span.vector(at: start) .> 0
                let indices = Vector.indices(from: start)
                let sum =
                    current.vector(at: 8 + start) + current.vector(at: 7 + start)
                    + current.vector(at: 6 + start).kept(where: skips)
                before.store(
                    sum.kept(where: indices .< Double(states.count)),
                    at: base + width + start
                )
            }
        }
        let last = current.repeated(7 + states.count)
        total = states.count > 1 ? last + current.repeated(6 + states.count) : last
    }

    /// Visits the frames from the last to the first, and in each eight states at a time, with the sums
    /// over the ways to and from them and their probabilities.
    @inline(always)
    func visitBackwards(
        _ states: States,
        _ frames: borrowing Frames,
        _ check: () throws(SegmentError) -> Void,
        _ visit: (
            _ frame: Int, _ start: Int, _ before: Wide, _ after: Wide, _ emission: Wide
        ) -> Void
    ) throws(SegmentError) {
        let padded = ElementBlock.padded(states.count)
        var emissions = WideArray(count: padded)
        var after = WideArray(count: padded)
        var current = WideArray(count: width)
        let one = Wide(Vector(repeating: 1))
        for start in stride(from: 0, to: padded, by: 8) {
            let indices = Vector.indices(from: start)
            let isLast =
                (indices .>= Double(max(states.count - 2, 0))) .& (indices .< Double(states.count))
            after.store(one.kept(where: isLast), at: start)
        }
        for frame in (0..<frames.count).reversed() {
            try check()
            let base = frame * width + 8
            frames.emissions(frame, of: states, into: &emissions)
            for start in stride(from: 0, to: padded, by: 8) {
                let emission = emissions.vector(at: start)
                let own = after.vector(at: start)
                visit(frame, start, before.vector(at: base + start), own, emission)
                current.store(own * emission, at: start)
            }
            guard frame > 0 else { return }
            for start in stride(from: 0, to: padded, by: 8) {
                let skips = states.skips.span.vector(at: start + 2) .> 0
                after.store(
                    current.vector(at: start) + current.vector(at: start + 1)
                        + current.vector(at: start + 2).kept(where: skips),
                    at: start
                )
            }
        }
    }
}

/// The sums over the states of each class in a frame.
private struct ClassShares: ~Copyable {
    private let states: States
    private let classes: Int
    private var heads: [Double]
    private var tails: [Double]

    init(_ states: States, classes: Int) {
        self.states = states
        self.classes = classes
        let padded = ElementBlock.padded(classes)
        heads = [Double](repeating: 0, count: padded)
        tails = [Double](repeating: 0, count: padded)
    }

    /// Adds the shares of eight states.
    mutating func add(_ shares: TwoDoubles, at start: Int) {
        for lane in 0..<min(8, states.count - start) {
            let own = states.classes[start + lane]
            var sum = RowSum(heads[own], tails[own])
            sum.add(shares.head[lane], shares.tail[lane])
            heads[own] = sum.head
            tails[own] = sum.tail
        }
    }

    mutating func removeAll() {
        for index in heads.indices { (heads[index], tails[index]) = (0, 0) }
    }

    func vector(at start: Int) -> TwoDoubles {
        TwoDoubles.orderedSum(heads.span.vector(at: start), tails.span.vector(at: start))
    }

    /// The class with the greatest share, and the sum of the others.
    var greatest: (place: Int, complement: TwoDoubles) {
        var place = 0
        for index in 0..<classes where heads[index] > heads[place] { place = index }
        var sum = RowSum(0.0, 0.0)
        for index in 0..<classes where index != place { sum.add(heads[index], tails[index]) }
        return (
            place,
            TwoDoubles.orderedSum(Vector(repeating: sum.head), Vector(repeating: sum.tail))
        )
    }
}

extension CTC {
    static let facts = Facts(
        name: "ctc",
        aliases: ["ctc_loss", "connectionist_temporal_classification"],
        family: .sequence,
        summary: "The negative log-likelihood of a sequence of classes, summed over its alignments "
            + "with the frames.",
        formula: .init(
            plain: "-log(sum over alignments of prod_t p_t(a_t)), of which each is the target once "
                + "repetitions and then blanks are removed; p = softmax z from logits",
            gradient: "-P(a_t = k) / p_t(k) given the target, and p_t(k) - P(a_t = k) from logits",
            tex: #"-\log \sum_{a \in \mathcal{B}^{-1}(y)} \prod_t p_t(a_t)"#
        ),
        options: [
            blank.declaration, ProbabilityOptions.fromLogits.declaration,
            zeroInfinity.declaration, dividesByTargetLength.declaration,
        ],
        signature: Signature(
            .segment,
            .init(
                "predictions",
                .primary,
                [
                    .init(
                        "* T K",
                        [
                            ConditionalDomain(.unit, when: ["from_logits": .flag(false)]),
                            ConditionalDomain(.real, when: ["from_logits": .flag(true)]),
                        ]
                    )
                ],
                "predicted probabilities of classes in each frame, or logits"
            ),
            .init(
                "targets",
                .constant,
                [.init("* S", .classIndices(of: "K"))],
                "classes other than the blank; those beyond target_lengths are ignored"
            ),
            .init(
                "lengths",
                .constant,
                [.init("*", .counts(of: "T"))],
                SegmentInputs.lengths,
                isOptional: true
            ),
            .init(
                "target_lengths",
                .constant,
                [.init("*", .counts(of: "S"))],
                "the number of classes of each target; all by default",
                isOptional: true
            )
        ),
        kinks: [
            "a logit more than 2^40 below the greatest of its frame: its class has probability 0"
        ],
        properties: [.differentiable, .twiceDifferentiable],
        notes: [
            "Predictions beyond lengths are ignored, but must not be null and, unless they are logits, "
                + "be in [0, 1]; their derivatives are 0. Probabilities need not "
                + "sum to 1 and are used as they are.",
            "The loss errs by at most T 2^-100 of the larger of 1 and the loss, a derivative by at most "
                + "4 ulp or T 2^-100 of its largest term: for thousands of frames, more than the "
                + "2^-98 of other losses.",
            "The exact Hessian with respect to a logit is that of a convex minus that of a convex "
                + "function; the surrogate is the first, p (1 - p).",
            "PyTorch returns infinity and NaN for a target that cannot be aligned, optax about 1e5. "
                + "PyTorch accepts a target that is the blank. In Keras class 0 is the blank, and "
                + "also pads the targets.",
        ],
        references: [
            "A. Graves et al., Connectionist temporal classification, ICML 2006",
            "PyTorch CTCLoss", "optax ctc_loss", "Keras CTC",
        ],
        conventions: [
            .pyTorch(
                ["from_logits": .flag(true), "divide_by_target_length": .flag(true)],
                notes: [
                    "Predictions are transposed: the batch is their first dimension, not the second. "
                        + "PyTorch divides by the length of the target with the reduction mean only: "
                        + "with another, set divide_by_target_length to false. Its gradient is that "
                        + "with respect to logits too."
                ]
            ),
            .tensorFlow(
                ["from_logits": .flag(true)],
                notes: [
                    "tf.nn.ctc_loss of dense labels, whose first dimension are the frames unless "
                        + "logits_time_major is false, in single precision."
                ]
            ),
            .optax(
                ["from_logits": .flag(true)],
                notes: [
                    "optax has paddings instead of lengths, and about 1e5 for an infinite loss."
                ]
            ),
        ],
        work: Work(
            steps: "16 T S + 8 T K + 32 T",
            numbers: "6 T S + 3 T K + 104 T + 64 S + 16 K"
        ),
        examples: [
            Example([
                "predictions": Tensor(
                    shape: [2, 3, 3],
                    values: [
                        0.1, 0.8, 0.1, 0.5, 0.25, 0.25, 0.2, 0.1, 0.7,
                        0.6, 0.3, 0.1, 0.125, 0.5, 0.375, 0.75, 0.125, 0.125,
                    ]
                ),
                "targets": Tensor(shape: [2, 2], values: [1, 2, 1, 1]),
                "target_lengths": Tensor(shape: [2], values: [2, 1]),
            ]),
            Example(
                [
                    "predictions": Tensor(
                        shape: [1, 4, 3],
                        values: [0.2, 1.7, -0.4, 2, 0.5, 0.1, -1, 0.3, 1.2, 0.4, -0.6, 0.9]
                    ),
                    "targets": Tensor(shape: [1, 2], values: [1, 2]),
                    "lengths": Tensor(shape: [1], values: [4]),
                ],
                ["from_logits": .flag(true)]
            ),
        ]
    )
}
