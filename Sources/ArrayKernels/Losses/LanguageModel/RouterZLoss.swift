// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The squared log-sum-exp of the logits of a router, which keeps them near 0.
///
/// With L = log Σ e^z and p = softmax(z): ℓ = L², ∂ℓ/∂z = 2Lp, ∂²ℓ/∂z² = 2p² + 2Lp (1 - p). The
/// surrogate is 2p², that of Gauss and Newton.
struct RouterZLoss: SegmentwiseLoss {
    init(_ options: OptionValues) {}

    package func compute(
        _ first: Span<Double>,
        _ second: Span<Double>,
        _ third: Span<Double>,
        _ fourth: Span<Double>,
        columns: Int,
        into block: inout SegmentBlock,
        check: () throws(SegmentError) -> Void
    ) throws(SegmentError) {
        let softmax = SoftmaxArray(first)
        let level = softmax.logSumExp
        block.loss = level.squared.rounded[0]
        guard !block.numbers.isEmpty else { return }
        let gradient = block.offset(of: 0, isHessian: false)
        let hessian = block.offset(of: 0, isHessian: true)
        let double = level.scaled(by: Vector(repeating: 2))
        for start in stride(from: 0, to: softmax.count, by: Vector.width) {
            let own = softmax.probability(start).scaled(by: Vector(repeating: 2))
            let bend =
                block.usesSurrogate ? own : own + double * softmax.complement(start)
            block.store(
                softmax.times(double, start),
                at: gradient,
                from: start,
                upTo: softmax.count
            )
            block.store(
                softmax.times(bend, start),
                at: hessian,
                from: start,
                upTo: softmax.count
            )
        }
    }
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
        options: [],
        signature: Signature(
            .segment,
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
