// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The squared distance of the inner products of the rows of a matrix, or of its columns, from those of
/// orthogonal vectors of length 1.
///
/// With the inner products G of the vectors and D = G - I: R = strength Σ D_ij², dR/dw_i = 4 strength Σ_j D_ij w_j
/// and d²R/dw_i² = 4 strength (Σ_(j ≠ i) w_j² + 2 w_i² + D_ii). Without the diagonal, terms with j = i are left
/// out. The surrogate, of Gauss and Newton, lacks D_ii.
struct SoftOrthogonal: SegmentwiseLoss {
    static let strength = GroupLasso.strength
    static let mode = Orthogonal.mode
    static let diagonal = Option.flag(
        "diagonal",
        default: true,
        "Whether the squared lengths of the vectors should be 1."
    )

    private let strength: Double
    private let areColumns: Bool
    private let hasDiagonal: Bool

    init(_ options: OptionValues) {
        strength = options[Self.strength]
        areColumns = options[Self.mode] == .columns
        hasDiagonal = options[Self.diagonal]
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
        let vectors = MatrixVectors(first, columns: columns, areColumns: areColumns)
        let gradient = block.offset(of: 0, isHessian: false)
        let hessian = block.offset(of: 0, isHessian: true)
        let factor = Vector(repeating: 4 * strength)
        let usesSurrogate = block.usesSurrogate
        var total = LaneTotal()
        for vector in 0..<vectors.count {
            try check()
            var distances: [TwoDoubles] = []
            for other in 0..<vectors.count {
                let product = vectors.product(vector, other)
                let isOwn = other == vector
                distances.append(
                    isOwn
                        ? hasDiagonal
                            ? product - Vector(repeating: 1) : TwoDoubles(repeating: 0)
                        : product
                )
                total.add(distances[other].squared)
            }
            guard gradient != nil || hessian != nil else { continue }
            for start in vectors.starts {
                var (slope, bend) = (LaneTotal(), LaneTotal())
                for other in 0..<vectors.count {
                    let lanes = vectors.lanes(other, start)
                    slope.add(distances[other] * lanes)
                    if other != vector { bend.add(lanes.squared) }
                }
                if hasDiagonal {
                    let own = vectors.lanes(vector, start).squared
                    bend.add(own.scaled(by: Vector(repeating: 2)))
                    if !usesSurrogate { bend.add(distances[vector]) }
                }
                let slopes = (slope.lanes * factor).rounded
                block.store(slopes, at: gradient, vectors, vector, from: start)
                let bends = (bend.lanes * factor).rounded
                block.store(bends, at: hessian, vectors, vector, from: start)
            }
        }
        block.loss = (total.lanes * Vector(repeating: strength)).rounded[0]
    }
}

extension SoftOrthogonal {
    static let facts = Facts(
        name: "soft_orthogonal",
        aliases: ["soft_orthogonality"],
        family: .regularization,
        summary:
            "The squared distance of the inner products of the rows of a matrix, or of its columns, from "
            + "the identity: 0 if they are orthogonal and of length 1.",
        formula: .init(
            plain:
                "strength sum_(i, j) (w_i . w_j - [i = j])^2, without i = j if diagonal is false",
            gradient: "4 strength sum_j (w_i . w_j - [i = j]) w_j",
            tex: #"\lambda \lVert W W^\top - I \rVert_F^2"#
        ),
        options: [strength.declaration, mode.declaration, diagonal.declaration],
        signature: .matrices,
        kinks: [],
        properties: [.differentiable, .twiceDifferentiable, .symmetric],
        notes: [
            "Not convex: with hessian_kind \"positive\", that of Gauss and Newton takes the place of the "
                + "Hessian. It has no proximal operator in closed form.",
            "BigGAN's ortho, without the diagonal, and its default_ortho add half of this gradient.",
        ],
        references: [
            "N. Bansal, X. Chen, Z. Wang, Can We Gain More from Orthogonality Regularizations in Training "
                + "Deep CNNs?, 2018",
            "A. Brock, J. Donahue, K. Simonyan, Large Scale GAN Training for High Fidelity Natural Image "
                + "Synthesis, 2019",
            "BigGAN-PyTorch ortho, default_ortho",
        ],
        defaultReduction: .sum,
        hasProximalOperator: false,
        work: Work(steps: "8 R R C + 8 R C C + 80 R C + 400", numbers: "8 R C + 16 R + 16 C"),
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
