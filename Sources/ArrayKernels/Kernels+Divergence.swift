// SPDX-License-Identifier: Apache-2.0

package import ArrayMath

/// Divergences of one distribution from another, by the term.
extension Kernels {
    package static func divergence(
        of y: Span<Double>,
        from q: Span<Double>,
        high: inout MutableSpan<Double>,
        low: inout MutableSpan<Double>,
        ahead: Ahead
    ) {
        precondition(y.count == q.count, "every number needs another")
        guard y.count >= Vector.width else {
            let (given, other) = (Padded(y), Padded(q))
            var (highs, lows) = (Padded(), Padded())
            var first = highs.numbers.mutableSpan
            var second = lows.numbers.mutableSpan
            divergence(
                of: given.numbers.span,
                from: other.numbers.span,
                high: &first,
                low: &second,
                ahead: ahead
            )
            highs.copy(into: &high)
            return lows.copy(into: &low)
        }
        var isLost = Mask(repeating: false)
        for offset in offsets(y.count) {
            ahead.fetch(at: offset)
            let parts = Divergence(y: y.vector(at: offset), q: q.vector(at: offset))
            let sum = parts.sum
            high.store(sum.high, at: offset)
            low.store(sum.low, at: offset)
            isLost .|= parts.isLost
        }
        if isLost.isAny { computeLost(of: y, from: q, high: &high, low: &low) }
    }

    package static func divergenceSurplus(
        of y: Span<Double>,
        from q: Span<Double>,
        into result: inout MutableSpan<Double>
    ) -> Bool {
        precondition(y.count == q.count, "every number needs another")
        guard y.count >= Vector.width else {
            var isWhole = false
            padded(y, q, into: &result) { isWhole = divergenceSurplus(of: $0, from: $1, into: &$2) }
            return isWhole
        }
        var isLost = Mask(repeating: false)
        for offset in offsets(y.count) {
            let parts = Divergence(y: y.vector(at: offset), q: q.vector(at: offset))
            result.store(parts.surplus, at: offset)
            isLost .|= parts.isLost
        }
        return !isLost.isAny || computeLostSurplus(of: y, from: q, into: &result)
    }

    package static func divergence(
        of y: Span<Double>,
        fromLogarithms x: Span<Double>,
        into result: inout MutableSpan<Double>,
        ahead: Ahead
    ) {
        precondition(y.count == x.count, "every number needs another")
        guard y.count >= Vector.width else {
            return padded(y, x, into: &result) {
                divergence(of: $0, fromLogarithms: $1, into: &$2, ahead: ahead)
            }
        }
        let zero = Vector(repeating: 0)
        for offset in offsets(y.count) {
            ahead.fetch(at: offset)
            let y = y.vector(at: offset)
            let term = y * (.log(y) - x.vector(at: offset))
            result.store(zero.replacing(with: term, where: y .> zero), at: offset)
        }
    }

    /// Writes divergences anew where a number is too small for their parts.
    @inline(never)
    private static func computeLost(
        of y: Span<Double>,
        from q: Span<Double>,
        high: inout MutableSpan<Double>,
        low: inout MutableSpan<Double>
    ) {
        for offset in offsets(y.count) {
            let term = SmallDivergence(y: y.vector(at: offset), q: q.vector(at: offset))
            let sum = term.sum
            let (before, rest) = (high.span.vector(at: offset), low.span.vector(at: offset))
            high.store(before.replacing(with: sum.high, where: term.isSmall), at: offset)
            low.store(rest.replacing(with: sum.low, where: term.isSmall), at: offset)
        }
    }

    /// The same for surpluses; false where q or q/y is too small for a quotient, too.
    @inline(never)
    private static func computeLostSurplus(
        of y: Span<Double>,
        from q: Span<Double>,
        into result: inout MutableSpan<Double>
    ) -> Bool {
        var isLost = Mask(repeating: false)
        for offset in offsets(y.count) {
            let term = SmallDivergence(y: y.vector(at: offset), q: q.vector(at: offset))
            let before = result.span.vector(at: offset)
            result.store(before.replacing(with: term.surplus, where: term.isSmall), at: offset)
            isLost .|= term.isLost
        }
        return !isLost.isAny
    }
}
