// SPDX-License-Identifier: Apache-2.0

import ArrayMath

/// The singular values σ_j of a matrix A with their vectors, in two doubles: A = Σ σ_j u_j v_jᵀ, or its
/// transpose if A has more columns than rows.
///
/// The one-sided Jacobi method: rotations of pairs of vectors make the columns of A V orthogonal, and these
/// are then σ_j u_j (M. R. Hestenes, "Inversion of Matrices by Biorthogonalization and Related Results", J. SIAM
/// 6, 1958). The pairs are rotated in a fixed order, and a rotation is orthogonal to about 2^-104, so that
/// singular values err by about 2^-100 of the greatest.
struct SingularVectors {
    /// The power of two by which the matrix is multiplied.
    let scale: Vector
    /// The greatest magnitude of a number of the matrix multiplied by the scale.
    let greatest: Double
    /// σ_j u_j.
    private(set) var products: MatrixVectors
    /// v_j.
    private(set) var turns: MatrixVectors
    /// σ_j, of the matrix multiplied by the scale.
    private(set) var values: TwoDoublesArray
    /// The number of singular values, including zeros.
    var count: Int { products.count }
    /// The greatest singular value that counts as 0.
    private var negligible = 0.0

    /// - Parameters:
    ///   - matrix: the numbers of the matrix, of which there is at least one.
    ///   - columns: the length of its rows.
    ///   - check: called repeatedly; throws if the result is no longer needed.
    /// - Throws: `SegmentError` from `check`.
    init(
        _ matrix: Span<Double>,
        columns: Int,
        check: () throws(SegmentError) -> Void
    ) throws(SegmentError) {
        let isTall = matrix.count >= columns * columns
        var greatest = 0.0
        for place in matrix.indices { greatest = max(greatest, matrix[place].magnitude) }
        scale = Vector(repeating: greatest).powerOfTwoToUnit
        self.greatest = greatest * scale[0]
        products = MatrixVectors(matrix, columns: columns, areColumns: isTall, scale: scale[0])
        turns = MatrixVectors(count: products.count, length: products.count)
        values = TwoDoublesArray(count: products.count)
        for vector in 0..<count { turns.set(TwoDoubles(repeating: 1), vector, vector) }
        try makeOrthogonal(check)
        for vector in 0..<count {
            let value = products.product(vector, vector).squareRoot
            values.storeFirst(value, at: vector)
            negligible = max(negligible, 0x1p-80 * value.head[0])
        }
    }

    /// Rotates all pairs until they are orthogonal to 2^-90, which takes about ten sweeps.
    private mutating func makeOrthogonal(
        _ check: () throws(SegmentError) -> Void
    ) throws(SegmentError) {
        var largest = 0.0
        for vector in 0..<count {
            largest = max(largest, products.product(vector, vector).head[0])
        }
        for _ in 0..<60 {
            var isDone = true
            for one in 0..<count {
                try check()
                for other in (one + 1)..<max(count, one + 1) {
                    let (square, otherSquare) = (
                        products.product(one, one).head[0],
                        products.product(other, other).head[0]
                    )
                    // A vector that counts as 0 need not be orthogonal to others.
                    guard min(square, otherSquare) > 0x1p-220 * largest else { continue }
                    let product = products.product(one, other).head[0]
                    guard product * product > 0x1p-180 * square * otherSquare else { continue }
                    isDone = false
                    rotate(one, other, (otherSquare - square) / (2 * product))
                }
            }
            if isDone { return }
        }
    }

    /// Rotates two vectors by an angle of at most π/4, the cotangent of whose double is given.
    private mutating func rotate(_ one: Int, _ other: Int, _ cotangent: Double) {
        let size = cotangent.magnitude
        // Beyond 2^100, the square may overflow and 1 does not count.
        let root = size > 0x1p100 ? size : (1 + size * size).squareRoot()
        let tangent = Vector(repeating: (cotangent < 0 ? -1 : 1) / (size + root))
        let secant = (TwoDoubles.product(tangent, tangent) + Vector(repeating: 1)).squareRoot
        let cosine = Vector(repeating: 1) / secant
        let sine = cosine * tangent
        products.rotate(one, other, cosine, sine)
        turns.rotate(one, other, cosine, sine)
    }

    /// A singular value; `nil` if it counts as 0, being at most 2^-80 of the greatest.
    func value(_ vector: Int) -> TwoDoubles? {
        let value = values.repeated(vector)
        return value.head[0] > negligible ? value : nil
    }

    /// Eight numbers of Σ f_j σ_j u_j v_jᵀ for some factors.
    ///
    /// - Parameters:
    ///   - factors: the factor of each singular value.
    ///   - vector: the column, or the row if the matrix is not tall.
    ///   - start: the index of the first number.
    /// - Returns: the numbers.
    func combination(_ factors: TwoDoublesArray, _ vector: Int, _ start: Int) -> TwoDoubles {
        var sum = LaneTotal()
        for index in 0..<count {
            let factor = factors.repeated(index)
            guard factor.head[0] != 0 else { continue }
            sum.add(factor * turns.number(index, vector) * products.lanes(index, start))
        }
        return sum.lanes
    }
}

extension MatrixVectors {
    /// Rotates two vectors.
    fileprivate mutating func rotate(
        _ one: Int,
        _ other: Int,
        _ cosine: TwoDoubles,
        _ sine: TwoDoubles
    ) {
        for start in starts {
            let (first, second) = (lanes(one, start), lanes(other, start))
            store(first * cosine - second * sine, one, start)
            store(first * sine + second * cosine, other, start)
        }
    }
}
