// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The load-balancing loss of a mixture of experts: the product of the share of the tokens that each
/// expert gets and its mean probability.
///
/// With p = softmax(z) of each of N tokens, the K experts, f the number of tokens that have an expert
/// among their `top_k` highest logits over N, and P the mean of p: ℓ = K Σ f P. The shares f are
/// constant almost everywhere: ∂ℓ/∂z = K p (f - Σ p f)/N and ∂²ℓ/∂z² = (1 - 2p) times that. The
/// surrogate is the magnitude.
struct MoELoadBalancing: SegmentwiseLoss {
    static let topK = Option.integer(
        "top_k",
        default: 2,
        .from(1),
        "Number of the experts that each token is routed to: those with the highest logits."
    )

    private let topK: Int

    init(_ options: OptionValues) { topK = options[Self.topK] ?? 2 }

    package func compute(
        _ first: Span<Double>,
        _ second: Span<Double>,
        _ third: Span<Double>,
        _ fourth: Span<Double>,
        columns: Int,
        into block: inout SegmentBlock,
        check: () throws(SegmentError) -> Void
    ) throws(SegmentError) {
        guard topK <= columns else {
            throw SegmentError(
                input: 0,
                .outOfRange(
                    option: Self.topK.declaration.name,
                    Double(topK),
                    allowed: "an integer from 1 to the number of experts, \(columns)"
                )
            )
        }
        let tokens = (0..<(first.count / columns)).filter { second.isEmpty || second[$0] == 1 }
        guard !tokens.isEmpty else {
            block.loss = 0
            return
        }
        var counts = [Double](repeating: 0, count: ElementBlock.padded(columns))
        for token in tokens {
            let logits = first.extracting((token * columns)..<((token + 1) * columns))
            for expert in Self.highest(topK, of: logits) { counts[expert] += 1 }
        }
        let size = Vector(repeating: Double(tokens.count))
        // K over the squared number of tokens, of counts and probabilities.
        let factor = TwoDoubles(repeating: Double(columns)) / size / size
        let gradient = block.offset(of: 0, isHessian: false)
        let hessian = block.offset(of: 0, isHessian: true)
        var loss = LaneTotal()
        for token in tokens {
            try check()
            let place = token * columns
            let softmax = SoftmaxArray(first.extracting(place..<(place + columns)))
            var mean = LaneTotal()
            for start in stride(from: 0, to: columns, by: Vector.width) {
                mean.add(softmax.probability(start) * counts.span.vector(at: start))
            }
            let expected = mean.total
            loss.add(expected)
            guard !block.numbers.isEmpty else { continue }
            for start in stride(from: 0, to: columns, by: Vector.width) {
                let slope = (counts.span.vector(at: start) - expected) * factor
                let balance = softmax.complement(start) - softmax.probability(start)
                let bend = softmax.times(balance * slope, start)
                block.store(
                    softmax.times(slope, start),
                    at: gradient.map { $0 + place },
                    from: start,
                    upTo: columns
                )
                block.store(
                    block.usesSurrogate ? bend.magnitude : bend,
                    at: hessian.map { $0 + place },
                    from: start,
                    upTo: columns
                )
            }
        }
        // All lanes are equal.
        block.loss = (loss.lanes * factor).rounded[0]
    }

    /// The places of the highest numbers, the first of equal ones.
    private static func highest(_ count: Int, of numbers: Span<Double>) -> ArraySlice<Int> {
        numbers.indices.sorted {
            numbers[$0] != numbers[$1] ? numbers[$0] > numbers[$1] : $0 < $1
        }.prefix(count)
    }
}

extension MoELoadBalancing {
    static let facts = Facts(
        name: "moe_load_balancing",
        aliases: ["load_balancing_loss", "load_balancing_loss_func", "switch_load_balancing"],
        family: .multiclass,
        summary: "The load-balancing loss of the router of a mixture of experts.",
        formula: .init(
            plain: "K sum_k f_k P_k, f_k the number of tokens with expert k among their top_k "
                + "highest logits, over N, and P_k the mean of p_k, p = softmax(z), over the N "
                + "tokens",
            gradient: "K p_k (f_k - sum_j p_j f_j) / N, for constant f",
            tex: #"K \sum_k f_k P_k, \quad P_k = \frac1N \sum_n \mathrm{softmax}(z_n)_k"#
        ),
        options: [topK.declaration],
        signature: Signature(
            .batch,
            .init(
                "predictions",
                .primary,
                [.init("N K", LogitDivergences.logits)],
                "logits of the K experts for each of N tokens"
            ),
            .init(
                "token_mask",
                .constant,
                [.init("N", .values([0, 1]))],
                "1 for tokens that count, 0 for padding; all count by default",
                isOptional: true
            )
        ),
        kinks: [
            "equal logits: the expert with the lower index is chosen",
            "no token that counts: the loss and the derivatives are 0",
        ],
        properties: [],
        notes: [
            "Balanced experts have the loss top_k, as in transformers, since f sums to it; the "
                + "Switch Transformer has top_k 1.",
            "For several layers, as in transformers, send the logits of all layers one after the "
                + "other.",
            "The surrogate of the Hessian is its magnitude.",
        ],
        references: [
            "W. Fedus, B. Zoph, N. Shazeer, Switch Transformers: Scaling to Trillion Parameter "
                + "Models, Journal of Machine Learning Research 23, 2022",
            "transformers load_balancing_loss_func",
        ],
        work: Work(steps: "80 N K + 300 N", numbers: "10 K + 2 N"),
        examples: [
            Example(
                [
                    "predictions": Tensor(
                        shape: [3, 3],
                        values: [2, 0.5, -1, 0.1, 1.2, 0.3, 1, -0.5, 0.25]
                    ),
                    "token_mask": Tensor(shape: [3], values: [1, 1, 0]),
                ],
                ["top_k": .number(1)]
            )
        ]
    )
}
