// SPDX-License-Identifier: Apache-2.0

/// The length of a row, as a vector, and its direction.
struct Direction {
    /// The power of two by which the numbers are multiplied, so that their squares neither overflow
    /// nor underflow.
    let scale: Vector
    /// The length of the scaled vector.
    let length: TwoDoubles

    /// Creates the direction of a vector that has a square once it is scaled.
    @inline(always)
    init(scale: Vector, square: TwoDoubles) {
        self.scale = scale
        length = square.squareRoot
    }

    /// Creates the direction of the first input.
    @inline(always)
    init(of rows: borrowing Rows<some LaneLayout>) {
        var greatest = Vector(repeating: 0)
        for index in 0..<rows.count {
            let size = rows.x(index).magnitude
            greatest = greatest.replacing(with: size, where: size .> greatest)
        }
        let scale = rows.greatest(of: greatest).powerOfTwoToUnit
        var square = RowTotal()
        for index in 0..<rows.count {
            let x = rows.x(index) * scale
            square.add(TwoDoubles.product(x, x), at: index, of: rows)
        }
        self.init(scale: scale, square: square.value(of: rows))
    }

    /// A number of the unit vector.
    @inline(always)
    func unit(_ number: Vector) -> TwoDoubles { TwoDoubles(number * scale) / length }
}
