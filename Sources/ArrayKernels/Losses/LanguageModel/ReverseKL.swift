// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The divergence of a teacher's predictions from those of a student: F = p log(p/q), with the slope
/// log(p/q) + 1 and the bend 1.
struct ReverseKL: LogitDivergence {
    let temperature: Double

    init(_ options: OptionValues) {
        temperature = options[LogitDivergences.temperature]
    }

    @inline(always)
    func terms(_ classes: DividedClasses) -> DivergenceTerms {
        DivergenceTerms(
            value: classes.student * classes.ratio,
            // A constant does not change the derivatives.
            slope: classes.ratio,
            bend: TwoDoubles(repeating: 1)
        )
    }
}

extension ReverseKL {
    static let facts = Facts(
        name: "reverse_kl",
        aliases: ["reverse_kl_distillation", "minillm", "ReverseKLLoss"],
        family: .multiclass,
        summary: "The divergence from a student's predictions to those of a teacher, weighted by "
            + "the student, both as logits.",
        formula: .init(
            plain: "D = sum_k p_k log(p_k / q_k), p = softmax(z / T) of the student, q = "
                + "softmax(t / T) of the teacher",
            gradient: "p_k (log(p_k / q_k) - D) / T",
            tex: #"\sum_k p_k \log \frac{p_k}{q_k}, \quad p = \mathrm{softmax}(z / T), "#
                + #"\ q = \mathrm{softmax}(t / T)"#
        ),
        options: [LogitDivergences.temperature.declaration, RowOptions.axis.declaration],
        signature: LogitDivergences.signature,
        diagnostics: .entropy(temperature: "temperature"),
        kinks: [],
        properties: [.differentiable, .twiceDifferentiable],
        notes: [
            LogitDivergences.scale, LogitDivergences.constantTeacher, LogitDivergences.surrogate,
            "The divergence weighted by the teacher is distillation; generalized_jsd of TRL "
                + "switches to these two at beta 1 and 0.",
        ],
        references: [
            "Y. Gu et al., MiniLLM: Knowledge Distillation of Large Language Models, ICLR 2024",
            "torchtune ReverseKLLoss", "DistiLLM reverse_kl",
        ],
        work: LogitDivergences.work,
        examples: LogitDivergences.examples
    )
}
