// SPDX-License-Identifier: Apache-2.0

/// P(a, x), the distribution function of a gamma distribution of rate 1 with the shape a, and its derivatives
/// in the shape.
///
/// Below a shape of 100, P is D Σ x^n/((a + 1) … (a + n)) from n = 0 on with the weight D, a sum of positive
/// terms. From 100 on, it is expanded around the normal distribution; see `GammaExpansion`. Where D is below e^-80,
/// P is 0 or 1 in the latter case, and 1 in the former for x > a.
struct IncompleteGamma {
    /// P(a, x), to within 2^-98, and its derivatives; these are 0 unless requested.
    private(set) var lower: ShapeFunction
    /// P(a + 1, x), which is P - D, to within 2^-98, and its derivatives, but those of shapes from 100 on.
    private(set) var next: ShapeFunction
    let weight: GammaWeight

    /// The least shape at which P is expanded.
    static var large: Double { 100 }
    /// The most terms of the series that are added; from a shape of 100 on, none are.
    private static var mostTerms: Int { 700 }

    /// - Parameters:
    ///   - a: positive shapes.
    ///   - x: positive numbers.
    ///   - logarithm: log x.
    ///   - differentiates: whether derivatives are computed.
    @inline(never)
    init(
        _ a: Vector,
        _ x: TwoDoubles,
        _ logarithm: TwoDoubles,
        differentiates: Bool
    ) {
        weight = GammaWeight(a, x, logarithm)
        let zero = TwoDoubles(repeating: 0)
        let isAbove = x.head .> a
        let isLarge = a .>= Self.large
        let isFar = weight.logarithm.head .< -80
        let limit = zero.replacing(with: TwoDoubles(repeating: 1), where: isAbove)
        lower = ShapeFunction(value: limit, slope: zero, bend: zero)
        next = lower
        let isSummed = .!(isLarge .| (isFar .& isAbove))
        if isSummed.isAny { sum(a, x, logarithm, where: isSummed, differentiates) }
        let isExpanded = isLarge .& .!isFar
        if let divergence = weight.divergence, isExpanded.isAny {
            expand(a, divergence, where: isExpanded, differentiates)
        }
    }

    /// Sets the lanes of a mask by the series.
    ///
    /// The terms of a lane end below 2^-112 of its sum, so that its result does not depend on the other lanes.
    @inline(never)
    private mutating func sum(
        _ a: Vector,
        _ x: TwoDoubles,
        _ logarithm: TwoDoubles,
        where mask: Mask,
        _ differentiates: Bool
    ) {
        let (zero, one) = (TwoDoubles(repeating: 0), TwoDoubles(repeating: 1))
        let shape = Vector(repeating: 1).replacing(with: a, where: mask)
        let x = one.replacing(with: x, where: mask)
        var term = one
        var total = ShapeFunction(value: zero, slope: zero, bend: zero)
        // Sums of 1/(a + n) and of its squares.
        var (inverses, squares) = (zero, zero)
        for n in 1...Self.mostTerms {
            let inverse = one / TwoDoubles.sum(shape, Vector(repeating: Double(n)))
            term = term * (x * inverse)
            let isOver = (x.head * inverse.head .< 1) .& (term.head .< 0x1p-112 * total.value.head)
            term = term.replacing(with: zero, where: isOver)
            guard (term.head .> 0).isAny else { break }
            total.value = total.value + term
            guard differentiates else { continue }
            inverses = inverses + inverse
            squares = squares + inverse.squared
            total.slope = total.slope + term * inverses
            total.bend = total.bend + term * (inverses.squared + squares)
        }
        var whole = total
        whole.value = whole.value + one
        lower = lower.replacing(
            with: weighted(whole, shape, logarithm, differentiates),
            where: mask
        )
        next = next.replacing(
            with: weighted(total, shape, logarithm, differentiates),
            where: mask
        )
    }

    /// The product with D of a sum of terms t, given with the sums of -t' and t''.
    private func weighted(
        _ sum: ShapeFunction,
        _ a: Vector,
        _ logarithm: TwoDoubles,
        _ differentiates: Bool
    ) -> ShapeFunction {
        let d = weight.value
        guard differentiates else {
            return ShapeFunction(value: d * sum.value, slope: sum.slope, bend: sum.bend)
        }
        let rate = logarithm - .digamma(a)
        let change = rate.squared - .trigamma(TwoDoubles(a))
        let cross = (rate * sum.slope).scaled(by: Vector(repeating: 2))
        return ShapeFunction(
            value: d * sum.value,
            slope: d * (rate * sum.value - sum.slope),
            bend: d * (change * sum.value - cross + sum.bend)
        )
    }

    /// Sets the lanes of a mask by the expansion.
    @inline(never)
    private mutating func expand(
        _ a: Vector,
        _ divergence: GammaDivergence,
        where mask: Mask,
        _ differentiates: Bool
    ) {
        let shape = Vector(repeating: Self.large).replacing(with: a, where: mask)
        let zero = TwoDoubles(repeating: 0)
        let h = zero.replacing(with: divergence.value, where: mask)
        let difference = zero.replacing(with: divergence.difference, where: mask)
        let expansion = GammaExpansion(shape, h, difference, differentiates)
        lower = lower.replacing(with: expansion.lower, where: mask)
        next.value = next.value.replacing(
            with: expansion.lower.value - weight.value,
            where: mask
        )
    }
}
