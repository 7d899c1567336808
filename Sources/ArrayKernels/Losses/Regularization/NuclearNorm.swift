// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The nuclear norm of a matrix, the sum of its singular values: strength·Σσ_j.
///
/// dR/dA = strength·Σ u_j v_jᵀ over σ_j > 0, the subgradient of least length. In an element of column k and row
/// i, d²R/dA² = strength (Σ_(a < b) (u_a v_b - u_b v_a)²/(σ_a + σ_b) + (1 - Σ u²) Σ v_a²/σ_a), where u is that of
/// row i, v that of column k, and the matrix has at least as many rows as columns.
struct NuclearNorm: SegmentwiseLoss, ProximalUnitKernel {
    static let strength = GroupLasso.strength

    private let strength: Double

    init(_ options: OptionValues) {
        strength = options[Self.strength]
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
        let singular = try SingularVectors(first, columns: columns, check: check)
        var sum = LaneTotal()
        for vector in 0..<singular.count { sum.add(singular.values.repeated(vector)) }
        block.loss = (sum.lanes * Vector(repeating: strength)).rounded[0] / singular.scale[0]
        if let offset = block.offset(of: 0, isHessian: false) {
            try storeGradient(singular, at: offset, in: &block, check)
        }
        if let offset = block.offset(of: 0, isHessian: true) {
            try storeHessian(singular, at: offset, in: &block, check)
        }
    }

    private func storeGradient(
        _ singular: SingularVectors,
        at offset: Int,
        in block: inout SegmentBlock,
        _ check: () throws(SegmentError) -> Void
    ) throws(SegmentError) {
        var factors = TwoDoublesArray(count: singular.count)
        for vector in 0..<singular.count {
            guard let value = singular.value(vector) else { continue }
            factors.storeFirst(Vector(repeating: 1) / value, at: vector)
        }
        for vector in 0..<singular.count {
            try check()
            for start in singular.products.starts {
                let slope = singular.combination(factors, vector, start)
                let numbers = (slope * Vector(repeating: strength)).rounded
                block.store(numbers, at: offset, singular.products, vector, from: start)
            }
        }
    }

    private func storeHessian(
        _ singular: SingularVectors,
        at offset: Int,
        in block: inout SegmentBlock,
        _ check: () throws(SegmentError) -> Void
    ) throws(SegmentError) {
        let kept = (0..<singular.count).filter { singular.value($0) != nil }
        var units = singular.products
        for vector in kept {
            units.multiply(vector, by: Vector(repeating: 1) / singular.values.repeated(vector))
        }
        let factor = Vector(repeating: strength) * singular.scale
        let isSquare = units.length == units.count
        for vector in 0..<singular.count {
            for start in units.starts {
                try check()
                var (bend, share, rest) = (LaneTotal(), LaneTotal(), LaneTotal())
                for one in kept {
                    let (unit, turn) = (units.lanes(one, start), singular.turns.number(one, vector))
                    let value = singular.values.repeated(one)
                    share.add(unit.squared)
                    rest.add(turn.squared / value)
                    for other in kept where other > one {
                        let difference =
                            unit * singular.turns.number(other, vector)
                            - units.lanes(other, start) * turn
                        let sum = value + singular.values.repeated(other)
                        bend.add(difference.squared / sum)
                    }
                }
                if !isSquare {
                    bend.add((Vector(repeating: 1) - share.lanes) * rest.lanes)
                }
                let numbers = (bend.lanes * factor).rounded
                block.store(numbers, at: offset, units, vector, from: start)
            }
        }
    }

    /// Σ max(0, 1 - step·strength/σ_j) σ_j u_j v_jᵀ.
    package func findMinimum(
        _ parameters: Span<Double>,
        columns: Int,
        _ step: Double,
        into result: inout MutableSpan<Double>,
        check: () throws(SegmentError) -> Void
    ) throws(SegmentError) {
        let singular = try SingularVectors(parameters, columns: columns, check: check)
        // Twice the count of numbers times the greatest exceeds every singular value.
        let threshold = TwoDoubles.product(Vector(repeating: strength), Vector(repeating: step))
            .scaled(by: singular.scale)
            .cappedAt(2 * Double(parameters.count) * singular.greatest)
        var factors = TwoDoublesArray(count: singular.count)
        for vector in 0..<singular.count {
            guard let value = singular.value(vector) else { continue }
            let share = Vector(repeating: 1) - threshold / value
            if share.head[0] > 0 { factors.storeFirst(share, at: vector) }
        }
        for vector in 0..<singular.count {
            try check()
            for start in singular.products.starts {
                let numbers = singular.combination(factors, vector, start)
                    .scaled(by: 1 / singular.scale).rounded
                for lane in 0..<min(Vector.width, singular.products.length - start) {
                    let place = singular.products.place(of: start + lane, in: vector)
                    result[place] = numbers[lane]
                }
            }
        }
    }
}

extension NuclearNorm {
    static let facts = Facts(
        name: "nuclear",
        aliases: ["nuclear_norm", "trace_norm"],
        family: .regularization,
        summary:
            "The nuclear norm of a matrix, the sum of its singular values: drives the matrix to a lower "
            + "rank.",
        formula: .init(
            plain: "strength sum_j s_j, the singular values of w",
            gradient: "strength sum_(s_j > 0) u_j v_j^T",
            tex: #"\lambda \sum_j \sigma_j(W)"#
        ),
        options: [strength.declaration],
        signature: .matrices,
        kinks: [
            "singular values up to 2^-80 of the greatest count as 0: their vectors have no part in the gradient, "
                + "the least of all subgradients, or in the Hessian"
        ],
        properties: [.convex, .lipschitz, .symmetric],
        bounds: Bounds(gradient: Bound(strength)),
        notes: [
            "Computed by rotations in two doubles. The gradient errs by about 2^-90 times the greatest singular "
                + "value divided by the least one that is not 0, the Hessian by its square: both are as "
                + "accurate as those of other losses up to a quotient of 2^30.",
            "The proximal operator subtracts step strength from every singular value, or the whole if it is "
                + "less. Singular values of numpy.linalg.svd err by about 2^-53 of the greatest.",
        ],
        references: [
            "J.-F. Cai, E. J. Candès, Z. Shen, A Singular Value Thresholding Algorithm for Matrix Completion, "
                + "SIAM Journal on Optimization 20, 2010",
            "pyproximal Nuclear", "proxop NuclearNorm",
        ],
        defaultReduction: .sum,
        work: Work(
            steps: "min(R,C) min(R,C) R C + 40 min(R,C) R C + 400 R C + 400",
            numbers: "8 R C"
        ),
        examples: [
            Example([
                "parameters": Tensor(
                    shape: [2, 2, 3],
                    values: [0.5, 1.25, -0.25, 0.75, -2, 1.5, 1, 0.5, 0.25, 0.5, 1, -0.75]
                )
            ])
        ]
    )
}
