// SPDX-License-Identifier: Apache-2.0

/// y log(y/q) as the sum of two doubles; 0 where y is 0.
///
/// Where the two are within a factor of four, it is y (r - log(1 + r)) + (y - q) with
/// r = (q - y)/y: the first part is like a square, and the second is kept to the last bit, since
/// over two distributions it sums to almost nothing.
struct Divergence {
    let high: Vector
    let low: Vector
    /// Where q/y lost digits, and its logarithm is none.
    let isLost: Mask

    /// y log(y/q) + q, or y (r - log(1 + r)) + y where the two are near, from -log q and log y.
    @inline(__always)
    init(y: Vector, logarithm: Vector, q: Vector, surprise: Vector) {
        let isThere = y .> 0
        let isNear = isThere .& (q .>= 0.25 * y) .& (q .<= 4 * y)
        let difference = logarithm + surprise
        let square = y * Vector.logarithmicExcess((q - y) / y)
        let term = Vector(repeating: 0).replacing(with: y * difference, where: isThere)
            .replacing(with: square, where: isNear)
        let part = q.replacing(with: y, where: isNear)
        let sum = term + part
        let shifted = sum - term
        high = sum
        low = (term - (sum - shifted)) + (part - shifted)
        isLost = Mask(repeating: false)
    }

    @inline(__always)
    init(y: Vector, q: Vector) {
        let zero = Vector(repeating: 0)
        let isNear = (y .> 0) .& (q .>= 0.25 * y) .& (q .<= 4 * y)
        let difference = y - q
        let shifted = difference - y
        let lost = (y - (difference - shifted)) - (q + shifted)
        let ratio = q / y
        let logarithm = Vector.log(ratio)
        let square = y * Vector.logarithmicExcess(-difference / y, logarithm: logarithm)
        let sum = square + difference
        let moved = sum - square
        let error = (square - (sum - moved)) + (difference - moved)
        high = (-y * logarithm).replacing(with: sum, where: isNear)
            .replacing(with: zero, where: y .== 0)
        low = zero.replacing(with: error + lost, where: isNear)
        isLost = Self.isLost(y: y, ratio: ratio)
    }

    /// Whether a quotient q/y is not normal: it has lost digits, or is infinite.
    @inline(__always)
    static func isLost(y: Vector, ratio: Vector) -> Mask {
        (y .> 0) .& ((ratio .< 0x1p-1022) .| (ratio .== .infinity))
    }
}
