// SPDX-License-Identifier: Apache-2.0

package import ArrayMath

/// Functions and arithmetic of unevaluated sums of heads and tails.
extension Kernels {
    package static func evaluate(
        _ function: ElementaryFunction,
        heads: Span<Double>,
        tails: Span<Double>,
        resultHeads: inout MutableSpan<Double>,
        resultTails: inout MutableSpan<Double>
    ) {
        let x = Pairs(heads, tails)
        switch function {
        case .exp: map(x, x, &resultHeads, &resultTails) { x, _ in .exp(x) }
        case .expm1: map(x, x, &resultHeads, &resultTails) { x, _ in .expm1(x) }
        case .log: map(x, x, &resultHeads, &resultTails) { x, _ in .log(x) }
        case .log1p: map(x, x, &resultHeads, &resultTails) { x, _ in .log1p(x) }
        case .atan: map(x, x, &resultHeads, &resultTails) { x, _ in .atan(x) }
        }
    }

    package static func evaluate(
        _ operation: ArithmeticOperation,
        heads: Span<Double>,
        tails: Span<Double>,
        otherHeads: Span<Double>,
        otherTails: Span<Double>,
        resultHeads: inout MutableSpan<Double>,
        resultTails: inout MutableSpan<Double>
    ) {
        let x = Pairs(heads, tails)
        let y = Pairs(otherHeads, otherTails)
        switch (operation, otherTails.isEmpty) {
        case (.sum, false): map(x, y, &resultHeads, &resultTails) { $0 + $1 }
        case (.sum, true): map(x, y, &resultHeads, &resultTails) { $0 + $1.head }
        case (.difference, false): map(x, y, &resultHeads, &resultTails) { $0 - $1 }
        case (.difference, true): map(x, y, &resultHeads, &resultTails) { $0 - $1.head }
        case (.product, false): map(x, y, &resultHeads, &resultTails) { $0 * $1 }
        case (.product, true): map(x, y, &resultHeads, &resultTails) { $0 * $1.head }
        case (.quotient, false): map(x, y, &resultHeads, &resultTails) { $0 / $1 }
        case (.quotient, true): map(x, y, &resultHeads, &resultTails) { $0 / $1.head }
        }
    }

    /// Applies an operation to all numbers of two arrays; those shorter than a vector are padded.
    @inline(always)
    private static func map(
        _ x: borrowing Pairs,
        _ y: borrowing Pairs,
        _ heads: inout MutableSpan<Double>,
        _ tails: inout MutableSpan<Double>,
        _ operation: (TwoDoubles, TwoDoubles) -> TwoDoubles
    ) {
        precondition(x.count == y.count, "the arrays differ in length")
        guard x.count >= Vector.width else {
            let result = operation(x.padded, y.padded)
            for index in heads.indices {
                heads[index] = result.head[index]
                tails[index] = result.tail[index]
            }
            return
        }
        for offset in offsets(x.count) {
            let result = operation(x.numbers(at: offset), y.numbers(at: offset))
            heads.store(result.head, at: offset)
            tails.store(result.tail, at: offset)
        }
    }
}

/// Arrays of heads and tails.
private struct Pairs: ~Escapable {
    private let heads: Span<Double>
    /// Empty if all tails are 0.
    private let tails: Span<Double>

    @_lifetime(copy heads, copy tails)
    init(_ heads: Span<Double>, _ tails: Span<Double>) {
        precondition(tails.isEmpty || tails.count == heads.count, "the arrays differ in length")
        self.heads = heads
        self.tails = tails
    }

    var count: Int { heads.count }

    /// The eight numbers at an offset.
    @inline(always)
    func numbers(at offset: Int) -> TwoDoubles {
        TwoDoubles(
            head: heads.vector(at: offset),
            tail: tails.isEmpty ? Vector(repeating: 0) : tails.vector(at: offset)
        )
    }

    /// The numbers, fewer than eight, followed by zeros.
    var padded: TwoDoubles {
        TwoDoubles(head: heads.lastVector(at: 0), tail: tails.lastVector(at: 0))
    }
}
