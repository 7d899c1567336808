// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The entropy of the softmax of a row of logits.
///
/// With p = softmax(z/T): ℓ = H = -Σ p log p, ∂ℓ/∂z = -p (log p + H)/T and
/// ∂²ℓ/∂z² = -p ((1 - 2p)(log p + H) + 1 - p)/T². The surrogate is the magnitude.
struct Entropy: SegmentwiseLoss {
    private let temperature: Double

    init(_ options: OptionValues) {
        temperature = options[LogitDivergences.temperature]
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
        let softmax = SoftmaxArray(first, dividedBy: temperature)
        var sum = LaneTotal()
        for start in stride(from: 0, to: softmax.count, by: Vector.width) {
            sum.add(softmax.probability(start) * softmax.logarithm(start))
        }
        let entropy = -sum.total
        block.loss = entropy.rounded[0]
        guard !block.numbers.isEmpty else { return }
        let gradient = block.offset(of: 0, isHessian: false)
        let hessian = block.offset(of: 0, isHessian: true)
        let divisor = Vector(repeating: temperature)
        for start in stride(from: 0, to: softmax.count, by: Vector.width) {
            let (p, rest) = (softmax.probability(start), softmax.complement(start))
            let slope = -(softmax.logarithm(start) + entropy)
            let bend = (rest - p) * slope - rest
            block.store(
                softmax.times(slope / divisor, start),
                at: gradient,
                from: start,
                upTo: softmax.count
            )
            let curvature = softmax.times(bend / divisor / divisor, start)
            block.store(
                block.usesSurrogate ? curvature.magnitude : curvature,
                at: hessian,
                from: start,
                upTo: softmax.count
            )
        }
    }
}

extension Entropy {
    static let facts = Facts(
        name: "entropy",
        aliases: ["softmax_entropy", "entropy_bonus"],
        family: .policy,
        summary: "The entropy of the distribution that a row of logits describes.",
        formula: .init(
            plain: "-sum_k p_k log p_k, p = softmax(z / T)",
            gradient: "-p_k (log p_k + H) / T, H the entropy",
            tex: #"-\sum_k p_k \log p_k, \quad p = \mathrm{softmax}(z / T)"#
        ),
        options: [LogitDivergences.temperature.declaration],
        signature: Signature(
            .segment,
            .init("predictions", .primary, [.init("* K", LogitDivergences.logits)], "logits")
        ),
        kinks: [],
        properties: [.differentiable, .twiceDifferentiable, .lipschitz],
        bounds: Bounds(
            loss: .logarithm(.length("K")),
            gradient: .above(
                (1 + .logarithm(.length("K"))) / (4 * Bound(LogitDivergences.temperature))
            )
        ),
        notes: [
            "Trainers subtract it from another loss, times a coefficient; rlax's entropy_loss is "
                + "its negative.",
            "The logarithms of probabilities that were sampled estimate it as the mean of their "
                + "negatives: reinforce with advantages 1.",
            "The surrogate of the Hessian is its magnitude.",
        ],
        references: [
            "V. Mnih et al., Asynchronous Methods for Deep Reinforcement Learning, ICML 2016",
            "rlax entropy_loss", "verl entropy_from_logits",
        ],
        work: Work(steps: "20 K + 100", numbers: "5 K"),
        examples: [
            Example(["predictions": Tensor(shape: [2, 3], values: [2, 0.5, -1, 0.1, 1.2, 0.3])])
        ]
    )
}
