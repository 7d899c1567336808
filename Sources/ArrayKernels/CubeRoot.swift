// SPDX-License-Identifier: Apache-2.0

extension TwoDoubles {
    /// The cube roots of numbers that are not negative, with an error of about 2^-100.
    ///
    /// Two steps of Newton's method, each with the remainder x - y³ in two doubles, double the digits of
    /// an estimate by logarithms twice.
    @inline(always)
    static func cubeRoot(_ x: Vector) -> TwoDoubles {
        let (zero, one) = (Vector(repeating: 0), Vector(repeating: 1))
        // Moved away from the ends of the range, where rounding errors of products are not doubles.
        let (isSmall, isLarge) = (x .< 0x1p-600, x .> 0x1p600)
        let number = x.replacing(with: x * 0x1p900, where: isSmall)
            .replacing(with: x * 0x1p-900, where: isLarge)
        let scale = one.replacing(with: 0x1p-300, where: isSmall)
            .replacing(with: 0x1p300, where: isLarge)
        let estimate = Vector.exp(Vector.log(number) / 3)
        let root = estimate + correction(of: estimate, for: number)
        let error = correction(of: root, for: number)
        let isZero = x .== 0
        return TwoDoubles.orderedSum(
            root.replacing(with: zero, where: isZero),
            error.replacing(with: zero, where: isZero)
        )
        .scaled(by: scale)
    }

    /// A step of Newton's method for the cube root of a number.
    @inline(always)
    private static func correction(of root: Vector, for number: Vector) -> Vector {
        let square = product(root, root)
        return (number - square * root).head / (3 * square.head)
    }
}
