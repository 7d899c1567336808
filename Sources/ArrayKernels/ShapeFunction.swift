// SPDX-License-Identifier: Apache-2.0

/// A function of a shape with its first two derivatives.
struct ShapeFunction {
    var value: TwoDoubles
    var slope: TwoDoubles
    var bend: TwoDoubles

    static var zero: ShapeFunction {
        let zero = TwoDoubles(repeating: 0)
        return ShapeFunction(value: zero, slope: zero, bend: zero)
    }

    /// The function with the numbers of another where a mask is true.
    @inline(always)
    func replacing(with other: ShapeFunction, where mask: Mask) -> ShapeFunction {
        ShapeFunction(
            value: value.replacing(with: other.value, where: mask),
            slope: slope.replacing(with: other.slope, where: mask),
            bend: bend.replacing(with: other.bend, where: mask)
        )
    }

    /// The function where a mask is true, and 0 elsewhere.
    @inline(always)
    func kept(where mask: Mask) -> ShapeFunction { .zero.replacing(with: self, where: mask) }
}
