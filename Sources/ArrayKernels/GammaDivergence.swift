// SPDX-License-Identifier: Apache-2.0

/// The divergence h = x - a - a log(x/a) of a number from a shape or count, which is never negative, to within
/// 2^-98 of it.
///
/// With v = (x - a)/(x + a), h = v (x - a) - 2a v Σ v^(2j)/(2j + 1) from j = 1 on.
struct GammaDivergence {
    let value: TwoDoubles
    /// x - a.
    let difference: TwoDoubles

    @inline(never)
    init(_ a: Vector, _ x: TwoDoubles) {
        let (one, zero) = (TwoDoubles(repeating: 1), TwoDoubles(repeating: 0))
        difference = x - a
        let v = difference / (x + a)
        let isNear = v.head.magnitude .<= 0.5
        let ratio = zero.replacing(with: v, where: isNear)
        let square = ratio.squared
        var series = zero
        for j in (1...54).reversed() {
            series = series * square + one / Vector(repeating: Double(2 * j + 1))
        }
        let near =
            ratio * difference - ratio * square * series * (2 * a)
        let far = difference - TwoDoubles.log((x / a).replacing(with: one, where: isNear)) * a
        value = far.replacing(with: near, where: isNear)
    }
}
