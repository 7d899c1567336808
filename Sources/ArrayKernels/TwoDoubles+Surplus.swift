// SPDX-License-Identifier: Apache-2.0

extension TwoDoubles {
    /// e^x - 1 - x with an error of about 2^-65 of the result.
    @inline(always)
    static func surplus(_ x: TwoDoubles) -> TwoDoubles {
        let isSmall = x.head.magnitude .< 0x1p-6
        // 1/2 + x/6 + x² (1/4! + x/5! + ...).
        var series = Vector(repeating: 0x1.a01a01a01a01ap-16)
        series = Vector.multiplyAdd(series, x.head, Vector(repeating: 0x1.a01a01a01a01ap-13))
        series = Vector.multiplyAdd(series, x.head, Vector(repeating: 0x1.6c16c16c16c17p-10))
        series = Vector.multiplyAdd(series, x.head, Vector(repeating: 0x1.1111111111111p-7))
        series = Vector.multiplyAdd(series, x.head, Vector(repeating: 0x1.5555555555555p-5))
        let sixth = TwoDoubles(
            head: Vector(repeating: 0x1.5555555555555p-3),
            tail: Vector(repeating: 0x1.5555555555555p-57)
        )
        let factor = (sixth * x + x.head * x.head * series) + Vector(repeating: 0.5)
        return (expm1(x) - x).replacing(with: factor * x.squared, where: isSmall)
    }
}
