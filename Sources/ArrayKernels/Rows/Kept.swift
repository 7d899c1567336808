// SPDX-License-Identifier: Apache-2.0

/// Numbers of a summary that are used again for the derivatives.
///
/// A row that is too long keeps none, and its numbers are computed again.
struct Kept {
    private var heads: [Double]
    private var tails: [Double]

    /// The maximum count of numbers, unless a loss needs all of them.
    static let capacity = 4_096

    init(count: Int, capacity: Int = Self.capacity) {
        let count = count <= capacity ? count : 0
        heads = [Double](repeating: 0, count: count)
        tails = [Double](repeating: 0, count: count)
    }

    var isEmpty: Bool { heads.isEmpty }

    /// The room for the numbers, for a loop that stores them.
    var room: Room {
        @inline(always)
        @_lifetime(&self)
        mutating get { Room(heads.mutableSpan, tails.mutableSpan) }
    }

    /// Access to the numbers without a check in each iteration that their arrays are not shared.
    struct Room: ~Copyable, ~Escapable {
        private var heads: MutableSpan<Double>
        private var tails: MutableSpan<Double>

        @inline(always)
        @_lifetime(copy heads, copy tails)
        fileprivate init(
            _ heads: consuming MutableSpan<Double>,
            _ tails: consuming MutableSpan<Double>
        ) {
            self.heads = heads
            self.tails = tails
        }

        var isEmpty: Bool { heads.isEmpty }

        @inline(always)
        @_lifetime(self: copy self)
        mutating func store(_ numbers: TwoDoubles, at index: Int) {
            guard !heads.isEmpty else { return }
            heads.store(numbers.head, at: index &* 8)
            tails.store(numbers.tail, at: index &* 8)
        }

        @inline(always)
        func numbers(_ index: Int) -> TwoDoubles {
            TwoDoubles(
                head: heads.span.vector(at: index &* 8),
                tail: tails.span.vector(at: index &* 8)
            )
        }
    }

    @inline(always)
    func numbers(_ index: Int) -> TwoDoubles {
        TwoDoubles(
            head: heads.span.vector(at: index &* 8),
            tail: tails.span.vector(at: index &* 8)
        )
    }
}
