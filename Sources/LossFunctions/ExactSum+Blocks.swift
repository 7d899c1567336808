// SPDX-License-Identifier: Apache-2.0

/// Below this, terms are added one by one sooner than together.
private let fewTerms = 16

extension ExactSum {
    /// Adds terms, together where they are of like sizes.
    package mutating func add(_ terms: Span<Double>) {
        var start = 0
        while start < terms.count {
            let end = min(start + LaneSum.capacity, terms.count)
            let block = terms.extracting(start..<end)
            let whole = block.count < fewTerms ? 0 : block.count & ~3
            let isTaken = addLanes(block.extracting(first: whole))
            for offset in (isTaken ? whole : 0)..<block.count { add(block[offset]) }
            start = end
        }
    }

    /// Adds what a sum of lanes holds, which has to be exact.
    mutating func add(_ lanes: borrowing LaneSum) {
        let (high, low) = lanes.sums
        add(high)
        if low != 0 { add(low) }
    }

    /// Adds terms whose number is a multiple of four, or none where their sizes differ too much.
    ///
    /// To guess how large they are from a few is most often enough, and saves a pass over all.
    private mutating func addLanes(_ terms: Span<Double>) -> Bool {
        addLanes(terms, below: Self.guess(of: terms))
            || addLanes(terms, below: Self.bound(of: terms))
    }

    private mutating func addLanes(_ terms: Span<Double>, below bound: Int?) -> Bool {
        guard let bound, var lanes = LaneSum(below: bound) else { return false }
        lanes.add(terms)
        guard lanes.isExact else { return false }
        add(lanes)
        return true
    }

    /// The exponent of a power of two that terms are likely to be below, by 16 of them.
    private static func guess(of terms: Span<Double>) -> Int? {
        var largest = 0.0
        for offset in stride(from: 0, to: terms.count, by: max(1, terms.count / 16)) {
            largest = max(largest, terms[offset].magnitude)
        }
        return largest.isNormal ? largest.exponent + 4 : nil
    }

    /// The least exponent of a power of two that every term is below.
    private static func bound(of terms: Span<Double>) -> Int? {
        var largest = SIMD4<Double>()
        for group in 0..<(terms.count / 4) {
            let four = SIMD4(terms, from: 4 &* group)
            let negative = -four
            largest.replace(with: four, where: four .> largest)
            largest.replace(with: negative, where: negative .> largest)
        }
        let most = max(largest[0], largest[1], largest[2], largest[3])
        return most.isNormal ? most.exponent + 1 : nil
    }
}

extension ExactSum {
    /// Adds the products of two lists of numbers, whose rounding errors are added too.
    ///
    /// The factors are split into halves of 26 bits, whose products are exact (T. J. Dekker, "A
    /// floating-point technique for extending the available precision", Numerische Mathematik 18,
    /// 1971). A fused multiply-add would give the same, but where the instruction cannot be taken
    /// for granted it is a function of the C library that takes 4 ns.
    package mutating func add(_ left: Span<Double>, times right: Span<Double>) {
        precondition(left.count == right.count, "every factor needs another")
        var start = 0
        while start < left.count {
            let end = min(start + LaneSum.capacity, left.count)
            let whole = end - start < fewTerms ? 0 : (end - start) & ~3
            let range = start..<(start + whole)
            let isTaken = addLanes(left.extracting(range), times: right.extracting(range))
            for offset in (isTaken ? range.upperBound : start)..<end {
                add(left[offset], times: right[offset])
            }
            start = end
        }
    }

    /// Adds products whose number is a multiple of four, or none where their sizes differ too much.
    ///
    /// The bounds keep splitting from overflow. A product so small that its error is no double
    /// leaves a rest, and so does such an error.
    private mutating func addLanes(_ left: Span<Double>, times right: Span<Double>) -> Bool {
        guard let bound = Self.bound(of: left), let other = Self.bound(of: right),
            max(bound, other) < 900,
            var products = LaneSum(below: bound + other),
            var errors = LaneSum(below: bound + other - 53)
        else { return false }
        for group in 0..<(left.count / 4) {
            let (x, y) = (SIMD4(left, from: 4 &* group), SIMD4(right, from: 4 &* group))
            let product = x * y
            let (high, low) = Self.halves(of: x)
            let (otherHigh, otherLow) = Self.halves(of: y)
            products.add(product)
            errors.add(
                ((high * otherHigh - product) + high * otherLow + low * otherHigh)
                    + low * otherLow
            )
        }
        guard products.isExact, errors.isExact else { return false }
        add(products)
        add(errors)
        return true
    }

    @inline(__always)
    private static func halves(of x: SIMD4<Double>) -> (high: SIMD4<Double>, low: SIMD4<Double>) {
        let shifted = 0x8000001p0 * x
        let high = shifted - (shifted - x)
        return (high, x - high)
    }
}
