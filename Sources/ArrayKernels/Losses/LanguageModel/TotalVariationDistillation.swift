// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// Half the distance of a student's predictions from a teacher's: F = |p - q|/2, with the slope
/// sign(p - q)/2 and no bend.
struct TotalVariationDistillation: LogitDivergence {
    let temperature: Double

    init(_ options: OptionValues) {
        temperature = options[LogitDivergences.temperature]
    }

    @inline(always)
    func terms(_ classes: DividedClasses) -> DivergenceTerms {
        // The greater probability, times 1 less the ratio of both.
        let isMore = classes.ratio.head .> 0
        let greater = classes.teacher.replacing(with: classes.student, where: isMore)
        let gap = classes.ratio.replacing(with: -classes.ratio, where: isMore)
        let half = Vector(repeating: 0.5)
        return DivergenceTerms(
            value: -(greater * TwoDoubles.expm1(gap)) * half,
            slope: TwoDoubles(half * classes.ratio.head.sign),
            bend: TwoDoubles(repeating: 0)
        )
    }
}

extension TotalVariationDistillation {
    static let facts = Facts(
        name: "total_variation_distillation",
        aliases: ["tvd", "tvd_loss"],
        family: .multiclass,
        summary: "The total variation distance of a student's predictions from a teacher's, both "
            + "as logits.",
        formula: .init(
            plain: "sum_k |p_k - q_k| / 2, p = softmax(z / T) of the student, q = softmax(t / T) "
                + "of the teacher",
            gradient: "p_k (g_k - sum_j p_j g_j) / T, g_k = sign(p_k - q_k) / 2",
            tex: #"\tfrac12 \sum_k \lvert p_k - q_k \rvert"#
        ),
        options: [LogitDivergences.temperature.declaration, RowOptions.axis.declaration],
        signature: LogitDivergences.signature,
        diagnostics: .entropy(temperature: "temperature"),
        kinks: ["p_k = q_k: the derivative of that term is 0"],
        properties: [.lipschitz],
        bounds: Bounds(loss: 1, gradient: 1 / (4 * Bound(LogitDivergences.temperature))),
        notes: [
            LogitDivergences.scale, LogitDivergences.constantTeacher,
            "Of probabilities it is total_variation. The surrogate of the Hessian is 0.",
        ],
        references: [
            "Y. Wen et al., f-Divergence Minimization for Sequence-Level Knowledge Distillation, "
                + "ACL 2023",
            "Liger-Kernel LigerTVDLoss", "DistiLLM tv_distance",
        ],
        work: LogitDivergences.work,
        examples: LogitDivergences.examples
    )
}
