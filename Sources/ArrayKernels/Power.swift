// SPDX-License-Identifier: Apache-2.0

/// e^x, e^x - 1 and e^x - 1 - x for a sum x of a head and a tail; none loses digits where it is small.
struct Power {
    private let x: TwoDoubles
    /// e^x - 1.
    let valueMinusOne: Vector
    /// e^x - 1 - x, which is never negative.
    let surplus: Vector

    @inline(always)
    init(_ x: TwoDoubles) {
        let zero = Vector(repeating: 0)
        let head = x.head.clamped(-.greatestFiniteMagnitude, 712)
        let tail = x.tail.replacing(with: zero, where: x.head.magnitude .> 709)
        self.x = TwoDoubles(head: head, tail: tail)
        // Below 1.38, the quarter of x needs no reduction. With E(x) = e^x - 1 and S(x) = E(x) - x,
        // S(2x) = E(x)² + 2 S(x), which is a sum of positive terms.
        let isSmall = head.magnitude .< 1.375
        let power = Exponential(
            head.clamped(-100, 712).replacing(with: 0.25 * head, where: isSmall)
        )
        let quarter = power.surplus
        let quarterMinusOne = 0.25 * head + quarter
        let half = Vector.multiplyAdd(quarterMinusOne, quarterMinusOne, 2 * quarter)
        let halfMinusOne = 0.5 * head + half
        let whole = Vector.multiplyAdd(halfMinusOne, halfMinusOne, 2 * half)
        let far = power.valueMinusOne
        let minusOne = far.replacing(with: head + whole, where: isSmall)
        let surplus = (far - head).replacing(with: whole, where: isSmall)
        // The derivatives of E and S are e^x and E; the tail of a large x is 0.
        let slope = minusOne.clamped(-1, .greatestFiniteMagnitude)
        valueMinusOne = minusOne + tail * (1 + slope)
        self.surplus = surplus + tail * slope
    }

    /// e^x.
    var value: Vector {
        @inline(always) get { .exp(x) }
    }
}
