// SPDX-License-Identifier: Apache-2.0

/// The terms of the divergence of one distribution from another.
extension Kernels {
    package static func divergence(
        of y: Span<Double>,
        from q: Span<Double>,
        heads: inout MutableSpan<Double>,
        tails: inout MutableSpan<Double>
    ) {
        precondition(y.count == q.count, "the arrays differ in length")
        guard y.count >= Vector.width else {
            let (paddedY, paddedQ) = (Padded(y), Padded(q))
            var (paddedHeads, paddedTails) = (Padded(), Padded())
            var first = paddedHeads.numbers.mutableSpan
            var second = paddedTails.numbers.mutableSpan
            divergence(
                of: paddedY.numbers.span,
                from: paddedQ.numbers.span,
                heads: &first,
                tails: &second
            )
            paddedHeads.copy(into: &heads)
            return paddedTails.copy(into: &tails)
        }
        var isTooSmall = Mask(repeating: false)
        for offset in offsets(y.count) {
            let term = Divergence(y: y.vector(at: offset), q: q.vector(at: offset))
            let sum = term.sum
            heads.store(sum.head, at: offset)
            tails.store(sum.tail, at: offset)
            isTooSmall .|= term.isTooSmall
        }
        if isTooSmall.isAny { recomputeSmall(of: y, from: q, heads: &heads, tails: &tails) }
    }

    package static func generalizedDivergence(
        of y: Span<Double>,
        from q: Span<Double>,
        into result: inout MutableSpan<Double>
    ) -> Bool {
        precondition(y.count == q.count, "the arrays differ in length")
        guard y.count >= Vector.width else {
            var isAccurate = false
            padded(y, q, into: &result) {
                isAccurate = generalizedDivergence(of: $0, from: $1, into: &$2)
            }
            return isAccurate
        }
        var isTooSmall = Mask(repeating: false)
        for offset in offsets(y.count) {
            let term = Divergence(y: y.vector(at: offset), q: q.vector(at: offset))
            result.store(term.generalized, at: offset)
            isTooSmall .|= term.isTooSmall
        }
        return !isTooSmall.isAny || recomputeSmallGeneralized(of: y, from: q, into: &result)
    }

    /// Recomputes divergences of numbers that are too small for `Divergence`.
    @inline(never)
    private static func recomputeSmall(
        of y: Span<Double>,
        from q: Span<Double>,
        heads: inout MutableSpan<Double>,
        tails: inout MutableSpan<Double>
    ) {
        for offset in offsets(y.count) {
            let term = SmallDivergence(y: y.vector(at: offset), q: q.vector(at: offset))
            let sum = term.sum
            let (head, tail) = (heads.span.vector(at: offset), tails.span.vector(at: offset))
            heads.store(head.replacing(with: sum.head, where: term.isSmall), at: offset)
            tails.store(tail.replacing(with: sum.tail, where: term.isSmall), at: offset)
        }
    }

    /// Recomputes generalized divergences of numbers that are too small for `Divergence`.
    ///
    /// - Returns: `false` if q or q/y is too small for `SmallDivergence` as well.
    @inline(never)
    private static func recomputeSmallGeneralized(
        of y: Span<Double>,
        from q: Span<Double>,
        into result: inout MutableSpan<Double>
    ) -> Bool {
        var isInaccurate = Mask(repeating: false)
        for offset in offsets(y.count) {
            let term = SmallDivergence(y: y.vector(at: offset), q: q.vector(at: offset))
            let previous = result.span.vector(at: offset)
            result.store(
                previous.replacing(with: term.generalized, where: term.isSmall),
                at: offset
            )
            isInaccurate .|= term.isInaccurate
        }
        return !isInaccurate.isAny
    }
}
