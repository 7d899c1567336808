// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The generalized divergence of Jensen and Shannon of a student's predictions and a teacher's.
///
/// With the mixture m = βq + (1 - β)p: F = βq log(q/m) + (1 - β)p log(p/m), with the slope
/// (1 - β) log(p/m) and the bend (1 - β) βq/m.
struct GeneralizedJSD: LogitDivergence {
    static let beta = Option.number(
        "beta",
        default: 0.5,
        .closed(1e-6, 1 - 1e-6),
        "Share of the teacher in the mixture."
    )

    let temperature: Double
    private let beta: Double
    private let rest: TwoDoubles

    init(_ options: OptionValues) {
        temperature = options[LogitDivergences.temperature]
        beta = options[Self.beta]
        rest = .difference(Vector(repeating: 1), Vector(repeating: beta))
    }

    @inline(always)
    func terms(_ classes: DividedClasses) -> DivergenceTerms {
        let mixture = classes.mixture(share: beta)
        let share = Vector(repeating: beta)
        let ofTeacher = classes.teacher * mixture.overTeacher * share
        let ofStudent = classes.student * mixture.overStudent * rest
        return DivergenceTerms(
            value: -(ofTeacher + ofStudent),
            slope: -(mixture.overStudent * rest),
            bend: TwoDoubles.exp(-mixture.overTeacher) * share * rest
        )
    }
}

extension GeneralizedJSD {
    static let facts = Facts(
        name: "generalized_jsd",
        aliases: ["generalized_jsd_loss", "gkd"],
        family: .multiclass,
        summary: "The generalized divergence of Jensen and Shannon of a student's predictions and "
            + "a teacher's, both as logits.",
        formula: .init(
            plain: "beta sum_k q_k log(q_k / m_k) + (1 - beta) D, D = sum_k p_k log(p_k / m_k), m "
                + "= beta q + (1 - beta) p, p = softmax(z / T) of the student, q = softmax(t / T) "
                + "of the teacher",
            gradient: "(1 - beta) p_k (log(p_k / m_k) - D) / T",
            tex:
                #"\beta D(q \Vert m) + (1 - \beta) D(p \Vert m), \quad m = \beta q + (1 - \beta) p"#
        ),
        options: [
            beta.declaration, LogitDivergences.temperature.declaration,
            RowOptions.axis.declaration,
        ],
        signature: LogitDivergences.signature,
        diagnostics: .entropy(temperature: "temperature"),
        kinks: [],
        properties: [.differentiable, .twiceDifferentiable],
        bounds: Bounds(
            loss: -Bound(beta) * .logarithm(Bound(beta)) - (1 - Bound(beta))
                * .logarithm(1 - Bound(beta))
        ),
        notes: [
            "beta 0 and 1 are refused: the divergence approaches 0 there, but TRL switches to "
                + "those of distillation (without T^2) and reverse_kl. Divided by beta (1 - beta) "
                + "it approaches these.",
            LogitDivergences.scale, LogitDivergences.constantTeacher, LogitDivergences.surrogate,
        ],
        references: [
            "R. Agarwal et al., On-Policy Distillation of Language Models: Learning from "
                + "Self-Generated Mistakes, ICLR 2024",
            "TRL GKDTrainer generalized_jsd_loss", "Liger-Kernel jsd",
        ],
        conventions: [
            .trl(
                ["temperature": .number(0.9)],
                notes: ["The default of GKDConfig; generalized_jsd_loss itself has 1."]
            )
        ],
        work: LogitDivergences.work,
        examples: LogitDivergences.examples
    )
}
