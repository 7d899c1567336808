// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The cross-entropy of the next token, with a penalty on the log-sum-exp and a soft bound of the
/// logits.
///
/// With the logits x = s tanh(z/s), or z itself, p = softmax(x), L = log Σ e^x and the weight λ of
/// the penalty: ℓ = L - x_t + λL². With f = 1 + 2λL and the target's y, 1 or 0: ∂ℓ/∂x = fp - y and
/// ∂²ℓ/∂x² = fp (1 - p) + 2λp²; in z these are multiplied by x' = 1 - tanh² and its square, and the
/// second one has the term ∂ℓ/∂x x''. The surrogate lacks the terms that may be negative. All of it
/// is computed in two doubles.
struct CausalLMCrossEntropy: RowwiseLoss {
    static var inputCount: Int { 2 }

    static let zLoss = Option.number(
        "z_loss",
        default: 0,
        .closed(0, 1e3),
        "Factor of the squared log-sum-exp of the logits."
    )
    static let softcap = Option.number(
        "logit_softcap",
        default: 0,
        .zeroOr(1e-3, 1e6),
        "Bound s of the logits z, which are replaced by s tanh(z / s); 0 means none."
    )

    private let zLoss: Double
    private let softcap: Double

    init(_ options: OptionValues) {
        (zLoss, softcap) = (options[Self.zLoss], options[Self.softcap])
    }

    struct Summary: RowSummary {
        let loss: Vector
        /// The greatest bounded logit, and its index.
        let maximum: TwoDoubles
        let argmax: Vector
        /// Σ e^(x - maximum) over the others, and 1 / (1 + that).
        let othersSum: TwoDoubles
        let inverse: TwoDoubles
        /// 2λL.
        let pull: TwoDoubles
    }

    @inline(always)
    func summarize(_ rows: borrowing Rows<some LaneLayout>, _ kept: inout Kept) -> Summary {
        let (greatest, argmax) = rows.greatest { $0.x($1) }
        let maximum = bounded(greatest)
        let zero = TwoDoubles(repeating: 0)
        var (powers, gaps) = (RowTotal(), RowTotal())
        var room = kept.room
        for index in 0..<rows.count {
            let distance = bounded(rows.x(index)) - maximum
            let power = TwoDoubles.exp(distance)
            room.store(power, at: index)
            let isMaximum = rows.place(index) .== argmax
            powers.add(power.replacing(with: zero, where: isMaximum), at: index, of: rows)
            gaps.add((-distance).kept(where: rows.isClass(index)), at: index, of: rows)
        }
        let othersSum = powers.value(of: rows)
        let logarithm = TwoDoubles.log1p(othersSum)
        let level = maximum + logarithm
        let factor = Vector(repeating: zLoss)
        // Without a penalty, the square may be infinite.
        let penalty = zLoss > 0 ? level.squared * factor : zero
        let loss = logarithm + gaps.value(of: rows) + penalty
        return Summary(
            loss: loss.rounded,
            maximum: maximum,
            argmax: argmax,
            othersSum: othersSum,
            inverse: Vector(repeating: 1) / (othersSum + Vector(repeating: 1)),
            pull: level * (2 * factor)
        )
    }

    @inline(always)
    func point(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ summary: Summary,
        _ kept: Kept
    ) -> RowPoint {
        let z = rows.x(index)
        let power =
            kept.isEmpty ? TwoDoubles.exp(bounded(z) - summary.maximum) : kept.numbers(index)
        let p = power * summary.inverse
        let isMaximum = rows.place(index) .== summary.argmax
        let complement = (Vector(repeating: 1) - p)
            .replacing(with: summary.othersSum * summary.inverse, where: isMaximum)
        let excess = p.replacing(with: -complement, where: rows.isClass(index))
        let slope = excess + summary.pull * p
        let square = p * p * Vector(repeating: 2 * zLoss)
        let variance = p * complement
        let bend = variance + summary.pull * variance + square
        let isPositive = summary.pull.head .> -1
        let convex = bend.replacing(with: square, where: .!isPositive)
        guard softcap > 0 else {
            return RowPoint(
                Derivatives(
                    gradient: slope.rounded,
                    hessian: bend.rounded,
                    surrogate: convex.rounded
                )
            )
        }
        let bound = SoftBound(z, softcap)
        let square2 = bound.slope.squared
        return RowPoint(
            Derivatives(
                gradient: (slope * bound.slope).rounded,
                hessian: (bend * square2 + slope * bound.bend).rounded,
                surrogate: (convex * square2).rounded
            )
        )
    }

    @inline(always)
    func others(
        _: Int,
        _: Int,
        _: borrowing Rows<some LaneLayout>,
        _: Summary
    ) -> Derivatives { .zero }

    /// x for a logit z.
    @inline(always)
    private func bounded(_ z: Vector) -> TwoDoubles {
        softcap > 0 ? SoftBound(z, softcap).value : TwoDoubles(z)
    }
}

/// s tanh(z/s) with its derivatives.
private struct SoftBound {
    private let bound: Double
    /// tanh(z/s), and e^(-2|z|/s).
    private let tangent: TwoDoubles
    private let decay: TwoDoubles
    private let sum: TwoDoubles

    @inline(always)
    init(_ z: Vector, _ bound: Double) {
        self.bound = bound
        // Beyond, the hyperbolic tangent is 1, and its derivative less than any double.
        let ratio =
            TwoDoubles(2 * z.clamped(-400 * bound, 400 * bound)) / Vector(repeating: bound)
        let isNegative = z .< 0
        let exponent = (-ratio).replacing(with: ratio, where: isNegative)
        let growth = TwoDoubles.expm1(exponent)
        sum = growth + Vector(repeating: 2)
        let size = growth / sum
        tangent = (-size).replacing(with: size, where: isNegative)
        decay = TwoDoubles.exp(exponent)
    }

    var value: TwoDoubles {
        @inline(always) get { tangent * Vector(repeating: bound) }
    }

    /// 1 - tanh² = 4 e^(-2|z|/s) / (1 + e^(-2|z|/s))².
    var slope: TwoDoubles {
        @inline(always) get { decay.scaled(by: Vector(repeating: 4)) / sum / sum }
    }

    var bend: TwoDoubles {
        @inline(always) get {
            slope * tangent.scaled(by: Vector(repeating: -2)) / Vector(repeating: bound)
        }
    }
}

extension CausalLMCrossEntropy {
    static let facts = Facts(
        name: "causal_lm_cross_entropy",
        aliases: [
            "causal_lm", "next_token_loss",
            .init("ForCausalLMLoss", ["ignore_index": .number(-100)]),
        ],
        family: .multiclass,
        summary: "The cross-entropy of the next token of a language model, with a penalty on the "
            + "log-sum-exp of the logits (z-loss) and a soft bound of the logits.",
        formula: .init(
            plain: "L - x_t + z_loss L^2, L = log sum_k exp(x_k), x = s tanh(z / s) with s = "
                + "logit_softcap, or x = z",
            gradient: "((1 + 2 z_loss L) p_k - y_k) (1 - tanh(z_k / s)^2), p = softmax(x), y 1 for "
                + "the class, else 0",
            tex:
                #"-\log p_t + \lambda \Bigl( \log \sum_k e^{x_k} \Bigr)^2, \quad x = s \tanh(z / s)"#
        ),
        options: [
            zLoss.declaration, softcap.declaration, RowOptions.ignoreIndex.declaration,
            RowOptions.axis.declaration,
        ],
        signature: .scoresAndClasses,
        diagnostics: .entropy(softBound: "logit_softcap"),
        kinks: [],
        properties: [.differentiable, .twiceDifferentiable],
        notes: [
            "Labels are not shifted: send the label of the next token for each position. The mean "
                + "is over all tokens that are not ignored; with a normalizer, over those of all "
                + "devices.",
            "Convex without a bound where the log-sum-exp is not negative. The surrogate of the "
                + "Hessian lacks the terms that may be negative.",
            "Without options it is categorical_cross_entropy from logits. Liger-Kernel calls "
                + "z_loss lse_square_scale.",
        ],
        references: [
            "A. Chowdhery et al., PaLM: Scaling Language Modeling with Pathways, 2022",
            "Gemma Team, Gemma 2: Improving Open Language Models at a Practical Size, 2024",
            "transformers ForCausalLMLoss", "Liger-Kernel LigerCrossEntropyLoss",
        ],
        examples: [
            Example(
                [
                    "predictions": Tensor(
                        shape: [3, 3],
                        values: [2, 0.5, -1, 0.1, 1.2, 0.3, 1, -0.5, 0.25]
                    ),
                    "targets": Tensor(shape: [3], values: [0, 2, -100]),
                ],
                [
                    "z_loss": .number(1e-4), "logit_softcap": .number(30),
                    "ignore_index": .number(-100),
                ]
            )
        ]
    )
}
