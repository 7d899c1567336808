// SPDX-License-Identifier: Apache-2.0

/// y log(y/q) as the sum of two doubles; 0 where y is 0.
///
/// Where the two are within a factor of four, it is y (r - log(1 + r)) + (y - q) with
/// r = (q - y)/y: the first part is like a square, and the second is kept to the last bit, since
/// over two distributions it sums to almost nothing.
struct Divergence {
    let high: Vector
    let low: Vector

    @inline(__always)
    init(y: Vector, q: Vector) {
        let zero = Vector(repeating: 0)
        let isNear = (y .> 0) .& (q .>= 0.25 * y) .& (q .<= 4 * y)
        let difference = y - q
        let shifted = difference - y
        let lost = (y - (difference - shifted)) - (q + shifted)
        let square = y * Vector.logarithmicExcess(-difference / y)
        let sum = square + difference
        let moved = sum - square
        let error = (square - (sum - moved)) + (difference - moved)

        let ratio = q / y
        var far = -y * Vector.log(ratio)
        // A quotient that is not normal has lost digits, or is infinite.
        let isLost = (y .> 0) .& ((ratio .< 0x1p-1022) .| (ratio .== .infinity))
        if isLost.isAny {
            far = far.replacing(with: y * (Vector.log(y) - Vector.log(q)), where: isLost)
        }
        high = far.replacing(with: sum, where: isNear).replacing(with: zero, where: y .== 0)
        low = zero.replacing(with: error + lost, where: isNear)
    }
}
