// SPDX-License-Identifier: Apache-2.0

/// The products of the elements of two arrays as unevaluated sums of head and tail.
struct SplitProducts {
    private(set) var heads: [Double] = []
    private(set) var tails: [Double] = []
    /// Whether every product equals the sum of its head and its tail.
    private(set) var areExact = true

    /// Stores the products of two arrays.
    mutating func set(_ left: Span<Double>, times right: Span<Double>) {
        precondition(left.count == right.count, "the arrays differ in length")
        heads.removeAll(keepingCapacity: true)
        tails.removeAll(keepingCapacity: true)
        areExact = true
        for offset in left.indices { heads.append(left[offset] * right[offset]) }
        for offset in left.indices {
            let (one, other, head) = (left[offset], right[offset], heads[offset])
            tails.append((-head).addingProduct(one, other))
            // Below, the tail may be less than the least double.
            let isInRange = head.magnitude >= 0x1p-960 && head.magnitude < .infinity
            areExact = areExact && (isInRange || one == 0 || other == 0)
        }
    }
}

extension ExactSum {
    /// Adds products, which are exact.
    mutating func add(_ products: borrowing SplitProducts) {
        add(products.heads.span)
        add(products.tails.span)
    }

    /// Adds the products of products, which are exact, and further numbers.
    mutating func add(_ products: borrowing SplitProducts, times others: Span<Double>) {
        add(products.heads.span, times: others)
        add(products.tails.span, times: others)
    }

    /// Adds the squares of products, which are exact.
    mutating func addSquares(of products: borrowing SplitProducts) {
        let (heads, tails) = (products.heads, products.tails)
        add(heads.span, times: heads.span)
        add(heads.span, times: tails.span)
        add(heads.span, times: tails.span)
        add(tails.span, times: tails.span)
    }
}
