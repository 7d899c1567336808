// SPDX-License-Identifier: Apache-2.0

extension TwoDoubles {
    /// log x as an unevaluated sum of head and tail, with an error of about 2^-57 or 2^-57 of the
    /// result; -∞ for 0.
    ///
    /// The tail is the correction that `Logarithm` adds to its head.
    @inline(always)
    static func roughLog(_ x: Vector) -> TwoDoubles {
        let areNormal = !(x .< 0x1p-1022).isAny
        let logarithm = Logarithm(of: x, areNormal: areNormal)
        let heads = orderedSum(logarithm.k * LogarithmOfTwo.high, logarithm.f)
        let tail =
            heads.tail
            + Vector.multiplyAdd(
                logarithm.k,
                Vector(repeating: LogarithmOfTwo.low),
                -logarithm.remainder
            )
        let sum = orderedSum(heads.head, tail)
        if areNormal { return sum }
        return TwoDoubles(
            head: sum.head.replacing(with: -.infinity, where: x .== 0),
            tail: sum.tail.replacing(with: 0, where: x .== 0)
        )
    }
}
