// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The divergence of a student's predictions from a teacher's, from the logarithms of the
/// probabilities of some tokens.
///
/// With the probabilities s and t of K tokens and the rests r = 1 - Σ s and q = 1 - Σ t:
/// ℓ = Σ t log(t/s) + q log(q/r), ∂ℓ/∂(log s) = sq/r - t and ∂²ℓ/∂(log s)² = sq/r (1 + s/r); without the
/// rests, which may be dropped, -t and 0. If s and t are divided by their sums instead, the derivatives
/// are s - t and s (1 - s).
struct TopKDistillation: SegmentwiseLoss {
    enum Tail: String, CaseIterable, Sendable {
        case bucket
        case drop
        case renormalize
    }

    static let tail = Option.choice(
        "tail",
        default: Tail.bucket,
        "Whether all other tokens count as one (bucket), not at all (drop), or the probabilities "
            + "are divided by their sums (renormalize)."
    )
    static let epsilon = Option.number(
        "tail_epsilon",
        default: 0,
        .zeroOr(1e-15, 0.5),
        "Least distance from 0 of the logarithm of the sum of the probabilities, so that a rest is "
            + "left."
    )

    private let tail: Tail
    private let epsilon: Double

    init(_ options: OptionValues) {
        (tail, epsilon) = (options[Self.tail], options[Self.epsilon])
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
        let (student, teacher) = (SoftmaxArray(first), SoftmaxArray(second))
        let (own, their) = (
            try rest(student, input: 0), try rest(teacher, input: 1)
        )
        let gradient = block.offset(of: 0, isHessian: false)
        let hessian = block.offset(of: 0, isHessian: true)
        let (zero, one) = (TwoDoubles(repeating: 0), Vector(repeating: 1))
        var loss = LaneTotal()
        for start in stride(from: 0, to: columns, by: Vector.width) {
            let exists = Vector.indices(from: start) .< Double(columns)
            var (s, t) = (student.probability(start), teacher.probability(start))
            var ratio = teacher.logarithm(start) - student.logarithm(start)
            var (slope, bend) = (s - t, s * student.complement(start))
            if tail != .renormalize {
                s = s * own.sum
                t = t * their.sum
                ratio = TwoDoubles.difference(
                    second.paddedVector(at: start),
                    first.paddedVector(at: start)
                )
                slope = -t
                bend = zero
            }
            loss.add((t * ratio).kept(where: exists))
            if tail == .bucket, !own.isBound {
                let share = s * (their.value / own.value)
                slope = share - t
                bend = share * (s / own.value + one)
            }
            block.store(slope.rounded, at: gradient, from: start, upTo: columns)
            block.store(bend.rounded, at: hessian, from: start, upTo: columns)
        }
        var total = loss.total
        if tail == .bucket, their.value.head[0] > 0 {
            total = total + their.value * (their.logarithm - own.logarithm)
        }
        block.loss = total.rounded[0]
    }

    /// The probability of all other tokens.
    private struct Rest {
        /// The sum of the probabilities of the given tokens.
        let sum: TwoDoubles
        /// The rest, with its logarithm.
        let value: TwoDoubles
        let logarithm: TwoDoubles
        /// Whether it is the least one.
        let isBound: Bool
    }

    /// The rest beside the tokens of an input.
    ///
    /// Throws if their probabilities exceed 1, or leave the student none.
    private func rest(
        _ softmax: SoftmaxArray,
        input: Int
    ) throws(SegmentError) -> Rest {
        let level = softmax.logSumExp
        guard tail == .bucket else {
            let zero = TwoDoubles(repeating: 0)
            return Rest(sum: .exp(level), value: zero, logarithm: zero, isBound: true)
        }
        let limit = TwoDoubles(repeating: -epsilon)
        let isBound = (level .> limit)[0]
        let bounded = isBound ? limit : level
        guard input == 1 || bounded.head[0] < 0, level.head[0] <= Self.tolerance else {
            let sum = TwoDoubles.exp(level).head[0]
            throw SegmentError(input: input, .undefined(.noRest(sum: sum)))
        }
        let value = -TwoDoubles.expm1(bounded)
        let logarithm =
            bounded.head[0] > -0.5
            ? TwoDoubles.log(value) : TwoDoubles.log1p(-TwoDoubles.exp(bounded))
        return Rest(sum: .exp(level), value: value, logarithm: logarithm, isBound: isBound)
    }

    /// The excess of a sum over 1 that may be due to rounding in single precision.
    private static let tolerance = 1e-3
}

extension TopKDistillation {
    static let facts = Facts(
        name: "topk_distillation",
        aliases: ["topk_kl", "topk_kl_tail"],
        family: .multiclass,
        summary: "The divergence of a student's predictions from a teacher's, from the logarithms "
            + "of the probabilities of the most probable tokens.",
        formula: .init(
            plain: "sum_k t_k log(t_k / s_k) + q log(q / r), s and t the probabilities of K tokens "
                + "by the student and the teacher, r = 1 - sum_k s_k and q = 1 - sum_k t_k; with "
                + "tail \"drop\" without the last term, with \"renormalize\" of s and t divided by "
                + "their sums",
            gradient: "s_k q / r - t_k in log s_k; with tail \"drop\" -t_k, with \"renormalize\" "
                + "s_k - t_k, both divided by their sums",
            tex:
                #"\sum_k t_k \log \frac{t_k}{s_k} + q \log \frac{q}{r}, \quad q = 1 - \sum_k t_k,\ "#
                + #"r = 1 - \sum_k s_k"#
        ),
        options: [tail.declaration, epsilon.declaration],
        signature: Signature(
            .segment,
            .init(
                "logprobs",
                .primary,
                [.init("* K", .interval(.closed(-1e100, 0)))],
                "logarithms of the probabilities of K tokens by the student"
            ),
            .init(
                "teacher_logprobs",
                .constant,
                [.init("* K", .interval(.closed(-1e100, 0)))],
                "logarithms of the probabilities of the same tokens by the teacher"
            )
        ),
        kinks: ["a rest at its least value: its derivatives are 0"],
        properties: [.convex, .differentiable],
        notes: [
            "Send the tokens that are the most probable for the teacher. The gradient is that in "
                + "logprobs, of which each counts as free.",
            "Without tail_epsilon, probabilities of the student that sum to 1 or more are refused, "
                + "and a rest of the teacher that is 0 or less counts as 0; TRL has a tail_epsilon "
                + "of 1e-7.",
            LogitDivergences.constantTeacher,
        ],
        references: ["TRL IWOPDTrainer loss_add_tail"],
        conventions: [.trl(["tail_epsilon": .number(1e-7)])],
        work: Work(steps: "60 K + 400", numbers: "10 K"),
        examples: [
            Example([
                "logprobs": Tensor(shape: [2, 3], values: [-0.5, -1.75, -3, -1.25, -1, -2.5]),
                "teacher_logprobs": Tensor(
                    shape: [2, 3],
                    values: [-0.25, -2, -3.5, -0.75, -1.25, -3]
                ),
            ])
        ]
    )
}
