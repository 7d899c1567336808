// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The divergence of a teacher's predictions from a mixture with the student's, or the reverse.
///
/// Forward, with m = λq + (1 - λ)p and v = (1 - λ) q/m: F = q log(q/m), with the slope -v and the
/// bend v (1 - λq/m). In reverse, with m = λp + (1 - λ)q and w = λp/m: F = p log(p/m), with the slope
/// log(p/m) - w, but for a constant, and the bend (1 - w)².
struct SkewKL: LogitDivergence {
    enum Direction: String, CaseIterable, Sendable {
        case forward
        case reverse
    }

    static let skew = Option.number(
        "skew",
        default: 0.1,
        .halfOpen(1e-200, 1),
        "Share in the mixture of the predictions that it is compared with: the teacher's, or in "
            + "reverse the student's."
    )
    static let direction = Option.choice(
        "direction",
        default: Direction.forward,
        "Whether the teacher's predictions weigh the logarithms (forward) or the student's "
            + "(reverse)."
    )

    let temperature: Double
    private let skew: Double
    private let rest: TwoDoubles
    private let isReverse: Bool

    init(_ options: OptionValues) {
        temperature = options[LogitDivergences.temperature]
        skew = options[Self.skew]
        rest = .difference(Vector(repeating: 1), Vector(repeating: skew))
        isReverse = options[Self.direction] == .reverse
    }

    @inline(always)
    func terms(_ classes: DividedClasses) -> DivergenceTerms {
        let share = Vector(repeating: skew)
        guard isReverse else {
            let mixture = classes.mixture(share: skew)
            let inverse = TwoDoubles.exp(-mixture.overTeacher)
            let own = inverse * rest
            // 1 - λq/m = (1 - λ) p/m.
            let others = TwoDoubles.exp(-mixture.overStudent) * rest
            return DivergenceTerms(
                value: -(classes.teacher * mixture.overTeacher),
                slope: -own,
                bend: own * others
            )
        }
        let mixture = DividedClasses(
            student: classes.teacher,
            teacher: classes.student,
            ratio: -classes.ratio
        ).mixture(share: skew)
        let own = TwoDoubles.exp(-mixture.overTeacher) * share
        let others = TwoDoubles.exp(-mixture.overStudent) * rest
        return DivergenceTerms(
            value: -(classes.student * mixture.overTeacher),
            slope: -(mixture.overTeacher + own),
            bend: others.squared
        )
    }
}

extension SkewKL {
    static let facts = Facts(
        name: "skew_kl",
        aliases: [
            "skewed_forward_kl", .init("skewed_reverse_kl", ["direction": .choice("reverse")]),
        ],
        family: .multiclass,
        summary: "The divergence of a teacher's predictions from their mixture with a student's, "
            + "or the reverse, both as logits.",
        formula: .init(
            plain: "sum_k q_k log(q_k / (s q_k + (1 - s) p_k)), p = softmax(z / T) of the student, "
                + "q = softmax(t / T) of the teacher, s = skew; in reverse with p and q exchanged",
            gradient: "p_k (g_k - sum_j p_j g_j) / T, g_k = -(1 - s) q_k / m_k, m the mixture; in "
                + "reverse g_k = log(p_k / m_k) - s p_k / m_k",
            tex: #"D(q \Vert \lambda q + (1 - \lambda) p)"#
        ),
        options: [
            skew.declaration, direction.declaration, LogitDivergences.temperature.declaration,
            RowOptions.axis.declaration,
        ],
        signature: LogitDivergences.signature,
        diagnostics: .entropy(temperature: "temperature"),
        kinks: [],
        properties: [.differentiable, .twiceDifferentiable],
        bounds: Bounds(loss: -.logarithm(Bound(skew))),
        notes: [
            LogitDivergences.scale, LogitDivergences.constantTeacher, LogitDivergences.surrogate,
            "DistiLLM's skewed_forward_kl is the cross-entropy: it lacks the teacher's entropy, "
                + "which does not change the gradient, and computes in single precision.",
        ],
        references: [
            "J. Ko et al., DistiLLM: Towards Streamlined Distillation for Large Language Models, "
                + "ICML 2024",
            "DistiLLM skewed_forward_kl, skewed_reverse_kl",
        ],
        work: LogitDivergences.work,
        examples: LogitDivergences.examples
    )
}
