// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// Alignment by optimal transport: the logistic loss of the differences of two sorted samples.
///
/// The samples are the differences x = c - r of the policy and y = c' - r' of the reference or,
/// unpaired, the log-ratios x = c - c' and y = r - r'. With the numbers of each rank,
/// u = β (x - y) and the smoothing ε: ℓ is the mean of (1 - ε) softplus(-u) + ε softplus(u), whose
/// derivatives in u are ε - σ(-u) and σ(u)σ(-u); they belong to the places of both numbers.
struct AOT: SegmentwiseLoss {
    static let unpaired = Option.flag(
        "unpaired",
        "Whether the log-ratios of chosen and of rejected responses are sorted, not the "
            + "differences of chosen and rejected responses."
    )

    private let beta: Double
    private let smoothing: Double
    private let isUnpaired: Bool

    init(_ options: OptionValues) {
        beta = options[Preferences.beta]
        smoothing = options[Preferences.labelSmoothing]
        isUnpaired = options[Self.unpaired]
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
        let count = first.count
        let x = SortedDifferences(first, isUnpaired ? third : second)
        let y = SortedDifferences(isUnpaired ? second : third, fourth)
        let (factor, epsilon) = (Vector(repeating: beta), Vector(repeating: smoothing))
        let size = Vector(repeating: Double(count))
        // The inputs whose numbers are x, with their signs, and those of y with the opposite ones.
        let ofX = isUnpaired ? [(0, 1.0), (2, -1)] : [(0, 1.0), (1, -1)]
        let ofY = isUnpaired ? [(1, -1.0), (3, 1)] : [(2, -1.0), (3, 1)]
        var loss = LaneTotal()
        for start in stride(from: 0, to: count, by: Vector.width) {
            try check()
            let margin = ((x.values.vector(at: start) - y.values.vector(at: start)) * factor)
                .withoutTinyTail
            let logistic = TwoDoubles.logistic(-margin)
            // softplus(u) = softplus(-u) + u.
            let term = logistic.softplus + margin * epsilon
            loss.add(term.kept(where: Vector.indices(from: start) .< Double(count)))
            guard !block.numbers.isEmpty else { continue }
            let slope = ((epsilon - logistic.value) * factor / size).rounded
            let bend =
                (logistic.value * logistic.complement * (factor * factor) / size).rounded
            for lane in 0..<min(Vector.width, count - start) {
                for (inputs, place) in [(ofX, x.order[start + lane]), (ofY, y.order[start + lane])]
                {
                    for (input, sign) in inputs {
                        block.store(
                            sign * slope[lane],
                            at: block.offset(of: input, isHessian: false).map { $0 + place }
                        )
                        block.store(
                            bend[lane],
                            at: block.offset(of: input, isHessian: true).map { $0 + place }
                        )
                    }
                }
            }
        }
        block.loss = (loss.total / size).rounded[0]
    }
}

/// The differences of two inputs in ascending order; equal ones keep theirs.
private struct SortedDifferences {
    /// The places of the differences.
    let order: [Int]
    /// The differences, exactly.
    private(set) var values: TwoDoublesArray

    init(_ minuends: Span<Double>, _ subtrahends: Span<Double>) {
        let differences = minuends.indices.map { place in
            let difference = TwoDoubles.difference(
                Vector(repeating: minuends[place]),
                Vector(repeating: subtrahends[place])
            )
            return (head: difference.head[0], tail: difference.tail[0])
        }
        order = differences.indices.sorted { first, second in
            let (a, b) = (differences[first], differences[second])
            if a.head != b.head { return a.head < b.head }
            return a.tail != b.tail ? a.tail < b.tail : first < second
        }
        values = TwoDoublesArray(count: order.count)
        for (rank, place) in order.enumerated() {
            values.storeFirst(TwoDoubles(repeating: differences[place]), at: rank)
        }
    }
}

extension AOT {
    static let facts = Facts(
        name: "aot",
        aliases: [
            "alignment_via_optimal_transport", .init("aot_unpaired", ["unpaired": .flag(true)]),
        ],
        family: .preference,
        summary: "Alignment by optimal transport: the logistic loss of the differences of the "
            + "sorted differences of a policy and of its reference.",
        formula: .init(
            plain: "mean_i of (1 - s) log(1 + exp(-u_i)) + s log(1 + exp(u_i)), u_i = beta (x_(i) "
                + "- y_(i)), x = c - r and y = c' - r' in ascending order or, unpaired, x = c - c' "
                + "and y = r - r', s the label smoothing",
            gradient: "beta (s - 1 / (1 + exp(u_i))) / N in the numbers added in x_(i) and those "
                + "subtracted in y_(i), its opposite in the others",
            tex: #"\frac1N \sum_i -(1 - s) \log \sigma(u_i) - s \log \sigma(-u_i), \quad u_i = "#
                + #"\beta (x_{(i)} - y_{(i)})"#
        ),
        options: [
            Preferences.beta.declaration, Preferences.labelSmoothing.declaration,
            unpaired.declaration,
        ],
        signature: Signature(
            .batch,
            Preferences.pair("chosen", .primary, Preferences.chosen, shape: "N"),
            Preferences.pair("rejected", .primary, Preferences.rejected, shape: "N"),
            Preferences.pair(
                "reference_chosen",
                .differentiable,
                Preferences.referenceChosen,
                shape: "N"
            ),
            Preferences.pair(
                "reference_rejected",
                .differentiable,
                Preferences.referenceRejected,
                shape: "N"
            )
        ),
        diagnostics: .rewards(factor: "beta"),
        kinks: ["equal numbers: sorted by position"],
        properties: [.lipschitz],
        bounds: Bounds(
            gradient: Bound(Preferences.beta) * (1 - Bound(Preferences.labelSmoothing))
                / .length("N"),
            hessian: Bound(Preferences.beta).squared / (4 * .length("N"))
        ),
        notes: [
            Preferences.constantReference, Preferences.sums,
            "One loss for the whole batch, which must be in one request: the numbers that are "
                + "compared depend on all of them.",
        ],
        references: [
            "I. Melnyk et al., Distributional Preference Alignment of LLMs via Optimal Transport, "
                + "NeurIPS 2024",
            "TRL DPOTrainer aot, aot_unpaired",
        ],
        conventions: [.trl()],
        work: Work(steps: "400 N", numbers: "16 N"),
        examples: Preferences.examples
    )
}
