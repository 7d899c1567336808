// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The mean magnitude of the cosines between the rows of a matrix, or between its columns.
///
/// With the directions u of n vectors, the cosines c_ij = u_i·u_j and f = 2 strength/(n (n - 1)): R = f Σ |c_ij|
/// over pairs. With the sums over the other vectors S = Σ sign(c_ij) u_j and C = Σ |c_ij|, and the length r of
/// a vector: dR/dw = f (S - C u)/r and d²R/dw² = f (3 C u² - 2 S u - C)/r².
struct Orthogonal: SegmentwiseLoss {
    enum Mode: String, CaseIterable, Sendable {
        case rows
        case columns
    }

    static let strength = GroupLasso.strength
    static let mode = Option.choice(
        "mode",
        default: Mode.rows,
        "The vectors that should be orthogonal: the rows or the columns of a matrix."
    )

    /// Cosines up to this magnitude have the sign 0: they err by about 2^-104 for each term.
    private static var negligible: Double { 0x1p-92 }

    private let strength: Double
    private let areColumns: Bool

    init(_ options: OptionValues) {
        strength = options[Self.strength]
        areColumns = options[Self.mode] == .columns
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
        let directions = Directions(MatrixVectors(first, columns: columns, areColumns: areColumns))
        let vectors = directions.vectors
        block.loss = 0
        guard vectors.count > 1 else { return }
        let pairs = Vector(repeating: Double(vectors.count)) * Double(vectors.count - 1)
        let factor = Vector(repeating: 2) * (Vector(repeating: strength) / TwoDoubles(pairs))
        let gradient = block.offset(of: 0, isHessian: false)
        let hessian = block.offset(of: 0, isHessian: true)
        let wantsDerivatives = gradient != nil || hessian != nil
        var total = LaneTotal()
        for vector in 0..<vectors.count {
            try check()
            var size = LaneTotal()
            var sums = [LaneTotal](
                repeating: LaneTotal(),
                count: wantsDerivatives ? (vectors.length + 7) / Vector.width : 0
            )
            for other in (wantsDerivatives ? 0 : vector + 1)..<vectors.count where other != vector {
                let cosine = vectors.product(vector, other)
                if other > vector { total.add(cosine.magnitude) }
                guard wantsDerivatives, cosine.head[0].magnitude > Self.negligible else { continue }
                size.add(cosine.magnitude)
                for (index, start) in vectors.starts.enumerated() {
                    let lanes = vectors.lanes(other, start)
                    sums[index].add(cosine.head[0] < 0 ? -lanes : lanes)
                }
            }
            let (length, scale) = (directions.length(of: vector), directions.scales[vector])
            for (index, start) in vectors.starts.enumerated() where wantsDerivatives {
                let (unit, sum, size) = (
                    vectors.lanes(vector, start), sums[index].lanes, size.lanes
                )
                let slope = (sum - unit * size) * factor / length
                let terms =
                    unit.squared * size * Vector(repeating: 3) - unit * sum * Vector(repeating: 2)
                let bend = (terms - size) * factor / length.squared
                let bends = bend.rounded * scale * scale
                block.store(slope.rounded * scale, at: gradient, vectors, vector, from: start)
                block.store(
                    block.usesSurrogate ? bends.magnitude : bends,
                    at: hessian,
                    vectors,
                    vector,
                    from: start
                )
            }
        }
        block.loss = (total.lanes * factor).rounded[0]
    }
}

/// Vectors of length 1, with the lengths that they had; a vector of zeros has none and remains.
private struct Directions {
    private(set) var vectors: MatrixVectors
    /// The powers of two by which vectors were multiplied first.
    private(set) var scales: [Double] = []
    private var lengths: TwoDoublesArray

    init(_ vectors: MatrixVectors) {
        self.vectors = vectors
        lengths = TwoDoublesArray(count: vectors.count)
        for vector in 0..<vectors.count {
            let scale = Vector(repeating: vectors.greatest(of: vector)).powerOfTwoToUnit
            scales.append(scale[0])
            self.vectors.multiply(vector, by: TwoDoubles(scale))
            let square = self.vectors.product(vector, vector)
            let length =
                square.head[0] > 0 ? square.squareRoot : TwoDoubles(repeating: 1)
            lengths.storeFirst(length, at: vector)
            self.vectors.multiply(vector, by: Vector(repeating: 1) / length)
        }
    }

    /// The length of a vector that was multiplied by its scale; 1 for one of zeros.
    func length(of vector: Int) -> TwoDoubles { lengths.repeated(vector) }
}

extension Orthogonal {
    static let facts = Facts(
        name: "orthogonal",
        aliases: ["orthogonal_regularizer"],
        family: .regularization,
        summary:
            "The mean magnitude of the cosines between the rows of a matrix, or between its columns: 0 if "
            + "they are orthogonal.",
        formula: .init(
            plain:
                "2 strength / (n (n - 1)) sum_(i < j) |c_ij|, c_ij = w_i . w_j / (|w_i| |w_j|), over n "
                + "vectors",
            gradient:
                "2 strength / (n (n - 1)) sum_j sign(c_ij) (w_j / |w_j| - c_ij w_i / |w_i|) / |w_i|",
            tex: #"\frac{2 \lambda}{n (n - 1)} \sum_{i < j} \frac{\lvert w_i \cdot w_j \rvert}"#
                + #"{\lVert w_i \rVert \lVert w_j \rVert}"#
        ),
        options: [strength.declaration, mode.declaration],
        signature: .matrices,
        kinks: [
            "orthogonal vectors, with a cosine up to 2^-92: its sign is 0",
            "a vector of zeros is orthogonal to all, and its gradient is 0",
        ],
        properties: [.symmetric],
        bounds: Bounds(loss: Bound(strength)),
        notes: [
            "Not convex: with hessian_kind \"positive\", the magnitude of the Hessian takes its place. It has no "
                + "proximal operator in closed form.",
            "Keras divides a vector by at least 1e-7, and its penalty of a single vector is NaN, here 0.",
        ],
        references: ["Keras OrthogonalRegularizer"],
        defaultReduction: .sum,
        hasProximalOperator: false,
        work: Work(steps: "4 R R C + 4 R C C + 80 R C + 400", numbers: "8 R C"),
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

extension Signature {
    /// Matrices of parameters.
    static let matrices = Signature(
        .segment,
        .init("parameters", .primary, [.init("* R C", .real)], "matrices of parameters of a model")
    )
}
