// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The squared log-sum-exp of the logits of a router, which keeps them near 0.
///
/// With L = log Σ e^z and p = softmax(z): ℓ = L², ∂ℓ/∂z = 2Lp, ∂²ℓ/∂z² = 2p² + 2Lp (1 - p). The
/// surrogate is 2p², that of Gauss and Newton.
struct RouterZLoss: RowwiseLoss {
    static var inputCount: Int { 1 }

    struct Summary: RowSummary {
        let loss: Vector
        let softmax: LogarithmicSoftmax
    }

    init(_ options: OptionValues) {}

    func summarize(_ rows: borrowing Rows<some LaneLayout>, _ kept: inout Kept) -> Summary {
        let softmax = LogarithmicSoftmax(rows, &kept) { $0.x($1) }
        return Summary(loss: softmax.logSumExp.squared.rounded, softmax: softmax)
    }

    @inline(always)
    func point(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ summary: Summary,
        _ kept: Kept
    ) -> RowPoint {
        let (softmax, logit, two) = (summary.softmax, rows.x(index), Vector(repeating: 2))
        let p = softmax.probability(index, of: logit, kept)
        let logarithm = softmax.logarithm(of: logit)
        let double = softmax.logSumExp.scaled(by: two)
        let own = p.scaled(by: two)
        let bend = own + double * softmax.complement(index, rows, kept)
        return RowPoint(
            Derivatives(
                gradient: LogarithmicSoftmax.product(p, double, logarithm),
                hessian: LogarithmicSoftmax.product(p, bend, logarithm),
                surrogate: LogarithmicSoftmax.product(p, own, logarithm)
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
}

extension RouterZLoss {
    static let facts = Facts(
        name: "router_z_loss",
        aliases: ["moe_z_loss", "z_loss"],
        family: .multiclass,
        summary: "The squared log-sum-exp of the logits of a router of a mixture of experts.",
        formula: .init(
            plain: "(log sum_k exp(z_k))^2",
            gradient: "2 L p_k, L the log-sum-exp and p = softmax(z)",
            tex: #"\left( \log \sum_k e^{z_k} \right)^2"#
        ),
        options: [RowOptions.axis.declaration],
        signature: Signature(
            .row,
            .init(
                "predictions",
                .primary,
                [.init("* K", LogitDivergences.logits)],
                "logits of the K experts for each token"
            )
        ),
        kinks: [],
        properties: [.differentiable, .twiceDifferentiable],
        notes: [
            "Trainers add it times a coefficient, such as 0.001. The z-loss of a language model is "
                + "that of causal_lm_cross_entropy.",
            "Convex where the log-sum-exp is not negative. The surrogate of the Hessian is 2 p^2, "
                + "that of Gauss and Newton.",
        ],
        references: [
            "B. Zoph et al., ST-MoE: Designing Stable and Transferable Sparse Expert Models, 2022"
        ],
        work: Work(steps: "20 K + 100", numbers: "5 K"),
        examples: [
            Example(["predictions": Tensor(shape: [2, 3], values: [2, 0.5, -1, 0.1, 1.2, 0.3])])
        ]
    )
}
