// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The entropy of the softmax of a row of logits.
///
/// With p = softmax(z/T): ℓ = H = -Σ p log p, ∂ℓ/∂z = -p (log p + H)/T and
/// ∂²ℓ/∂z² = -p ((1 - 2p)(log p + H) + 1 - p)/T². The surrogate is the magnitude.
struct Entropy: RowwiseLoss {
    static var inputCount: Int { 1 }

    struct Summary: RowSummary {
        let loss: Vector
        let softmax: LogarithmicSoftmax
        let entropy: TwoDoubles
    }

    private let temperature: Double

    init(_ options: OptionValues) {
        temperature = options[LogitDivergences.temperature]
    }

    func summarize(_ rows: borrowing Rows<some LaneLayout>, _ kept: inout Kept) -> Summary {
        let hasDerivatives = !kept.isEmpty
        if !hasDerivatives { kept = Kept(count: 8 &* rows.count) }
        defer { if !hasDerivatives { kept = Kept(count: 0) } }
        let softmax = LogarithmicSoftmax(rows, &kept, dividedBy: temperature) { $0.x($1) }
        var sum = RowTotal()
        for index in 0..<rows.count {
            let logit = rows.x(index)
            let p = softmax.probability(index, of: logit, kept)
            sum.add(p * softmax.logarithm(of: logit), at: index, of: rows)
        }
        let entropy = -sum.value(of: rows)
        return Summary(loss: entropy.rounded, softmax: softmax, entropy: entropy)
    }

    @inline(always)
    func point(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ summary: Summary,
        _ kept: Kept
    ) -> RowPoint {
        let softmax = summary.softmax
        let p = softmax.probability(index, of: rows.x(index), kept)
        let (rest, logarithm) = (
            softmax.complement(index, rows, kept), softmax.logarithm(of: rows.x(index))
        )
        let divisor = Vector(repeating: temperature)
        let slope = -(logarithm + summary.entropy)
        let bend = (rest - p) * slope - rest
        let curvature = LogarithmicSoftmax.product(p, bend / divisor / divisor, logarithm)
        return RowPoint(
            Derivatives(
                gradient: LogarithmicSoftmax.product(p, slope / divisor, logarithm),
                hessian: curvature,
                surrogate: curvature.magnitude
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
        options: [LogitDivergences.temperature.declaration, RowOptions.axis.declaration],
        signature: Signature(
            .row,
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
