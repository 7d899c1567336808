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

    @inline(always)
    mutating func store(_ numbers: TwoDoubles, at index: Int) {
        guard !heads.isEmpty else { return }
        var heads = heads.mutableSpan
        heads.store(numbers.head, at: index &* 8)
        var tails = tails.mutableSpan
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
