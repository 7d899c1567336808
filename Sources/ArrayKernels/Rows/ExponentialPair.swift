// SPDX-License-Identifier: Apache-2.0

extension TwoDoubles {
    /// e^x as an unevaluated sum of head and tail, with a relative error of about 2^-71.
    ///
    /// It costs three times as much as `Exponential`, and a third of `TwoDoubles.exp`: enough that a
    /// difference of two results is nearly always accurate. x = n log 2 + 8r, and e^x = 2^n (e^r)^8;
    /// of e^r = 1 + r + r²/2 + r³/6 + r⁴ P(r) the first four terms are kept with their rounding errors,
    /// and P is the Taylor series.
    @inline(always)
    static func extendedExp(_ x: TwoDoubles) -> TwoDoubles {
        let isClamped = x.head .< -750
        let argument = x.head.clamped(-750, 712)
        let argumentTail = x.tail.replacing(with: 0, where: isClamped)
        let shifter = Vector(repeating: Exponential.shifter)
        let n =
            Vector.multiplyAdd(argument, Vector(repeating: 0x1.71547652b82fep0), shifter) - shifter
        let high = Vector.multiplyAdd(-n, Vector(repeating: LogarithmOfTwo.high), argument)
        let low = n * LogarithmOfTwo.low
        let whole = high - low
        let r = 0.125 * whole
        let error = 0.125 * (((high - whole) - low) + argumentTail)

        let square = product(r, r)
        let cube = product(r, square.head)
        // 1/11! to 1/4!.
        var series = Vector(repeating: 0x1.ae64567f544e4p-26)
        series = Vector.multiplyAdd(series, r, Vector(repeating: 0x1.27e4fb7789f5cp-22))
        series = Vector.multiplyAdd(series, r, Vector(repeating: 0x1.71de3a556c734p-19))
        series = Vector.multiplyAdd(series, r, Vector(repeating: 0x1.a01a01a01a01ap-16))
        series = Vector.multiplyAdd(series, r, Vector(repeating: 0x1.a01a01a01a01ap-13))
        series = Vector.multiplyAdd(series, r, Vector(repeating: 0x1.6c16c16c16c17p-10))
        series = Vector.multiplyAdd(series, r, Vector(repeating: 0x1.1111111111111p-7))
        series = Vector.multiplyAdd(series, r, Vector(repeating: 0x1.5555555555555p-5))

        let sixth = Vector(repeating: 0x1.5555555555555p-3)
        let third = cube.head * sixth
        // The rounding errors of r³/6: of the product, of 1/6, and of r³.
        let cubeTail = Vector.multiplyAdd(r, square.tail, cube.tail)
        let thirdTail =
            Vector.multiplyAdd(cube.head, sixth, -third)
            + Vector.multiplyAdd(
                cube.head,
                Vector(repeating: 0x1.5555555555555p-57),
                sixth * cubeTail
            )
        let one = orderedSum(Vector(repeating: 1), r)
        let two = orderedSum(one.head, 0.5 * square.head)
        let three = orderedSum(two.head, third)
        let four = square.head * square.head * series
        let small = Vector.multiplyAdd(square.tail, Vector(repeating: 0.5), thirdTail)
        let rest = four + Vector.multiplyAdd(error, three.head, small)
        let root = orderedSum(three.head, one.tail + (two.tail + (three.tail + rest)))
        return root.looselySquared.looselySquared.looselySquared.scaled(byTwoTo: n)
    }

    private var looselySquared: TwoDoubles {
        @inline(always) get {
            let heads = TwoDoubles.product(head, head)
            return TwoDoubles.orderedSum(
                heads.head,
                Vector.multiplyAdd(2 * head, tail, heads.tail)
            )
        }
    }
}
