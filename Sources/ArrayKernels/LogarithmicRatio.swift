// SPDX-License-Identifier: Apache-2.0

/// log y - z for positive y, as the sum of a head and a tail.
struct LogarithmicRatio {
    let value: TwoDoubles
    /// The elements in which so much of log y cancels that its error is significant.
    let cancelled: Mask

    @inline(always)
    init(of y: Vector, toPowerOf z: Vector) {
        let logarithm = Logarithm(of: y).sum()
        value = logarithm - z
        // The error of log y is below 2^-57, and below 2^-54 of log² y where y is near 1.
        let size = logarithm.head.magnitude
        let isSmall = value.head.magnitude .< 0.125 * size
        cancelled = isSmall.replacing(with: false, where: size .<= 0x1p-900)
    }

    /// log y - z to within 2^-101 of log y.
    @inline(always)
    static func precise(of y: Vector, toPowerOf z: Vector) -> TwoDoubles {
        TwoDoubles.log(y) - z
    }
}

extension Vector {
    /// r - 1 - log r for the ratio r of positive numbers, which loses no digits near r = 1.
    @inline(always)
    static func surplus(ofRatio a: Vector, to b: Vector) -> Vector {
        let difference = Difference(a, b)
        let ratio = a / b
        // Near 1, w - log(1 + w) with w = r - 1 as the sum of a head and a tail.
        let w = difference.value / b
        let remainder = multiplyAdd(-w, b, difference.value) + difference.error
        let tail = Vector(repeating: 0).replacing(with: remainder / b, where: b .> 0x1p-900)
        let near = LogarithmOfSum(w).shortfall(of: w) + tail * w / (1 + w)
        // A ratio that might be subnormal is computed from scaled numbers.
        let isTiny = (a .< 0x1p-300) .& (b .> 0x1p300)
        let scaled = ratio.replacing(with: a * 0x1p500 / b, where: isTiny)
        let shift = Vector(repeating: 0)
            .replacing(with: 500 * LogarithmOfTwo.head, where: isTiny)
        let low = (ratio - 1) - (log(scaled) - shift)
        return near.replacing(with: low, where: w .< -0.875)
            .replacing(with: ratio, where: ratio .> 0x1p60)
    }
}

extension TwoDoubles {
    /// log(a/b) for positive numbers, with an error of about 2^-56, or of 2^-56 of the result where
    /// that is less.
    @inline(always)
    static func log(ofRatio a: Vector, to b: Vector) -> TwoDoubles {
        // Near 1 the difference is exact; of scaled numbers, so is the remainder of the quotient.
        let scale = Vector(repeating: 1).replacing(with: 0x1p300, where: b .< 0x1p-600)
        let quotient = TwoDoubles((a - b) * scale) / (b * scale)
        let logarithm = LogarithmOfSum(quotient.head).sum
        let near = orderedSum(
            logarithm.head,
            logarithm.tail + quotient.tail / (1 + quotient.head)
        )
        let far = Logarithm(of: a).sum() - Logarithm(of: b).sum()
        return far.replacing(with: near, where: (a .> 0.5 * b) .& (a .< 2 * b))
    }

    /// log(a/b) for positive numbers to within 2^-97 of the result.
    static func preciseLog(ofRatio a: Vector, to b: Vector) -> TwoDoubles {
        let near = TwoDoubles.log1p(TwoDoubles(a - b) / b)
        let far = TwoDoubles.log(a) - TwoDoubles.log(b)
        return far.replacing(with: near, where: (a .> 0.5 * b) .& (a .< 2 * b))
    }
}
