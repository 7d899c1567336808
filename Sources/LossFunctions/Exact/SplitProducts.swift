// SPDX-License-Identifier: Apache-2.0

import ArrayMath

/// The products of the elements of two arrays as unevaluated sums of head and tail.
struct SplitProducts {
    private(set) var heads: [Double] = []
    private(set) var tails: [Double] = []
    /// Whether every product equals the sum of its head and its tail.
    private(set) var areExact = true

    /// Stores the products of two arrays.
    mutating func set(_ left: Span<Double>, times right: Span<Double>) {
        precondition(left.count == right.count, "the arrays differ in length")
        var (heads, tails): ([Double], [Double]) = ([], [])
        swap(&heads, &self.heads)
        swap(&tails, &self.tails)
        heads.removeAll(keepingCapacity: true)
        tails.removeAll(keepingCapacity: true)
        let functions = InstructionSet.current.functions
        heads.append(addingCapacity: left.count) { heads in
            tails.append(addingCapacity: left.count) { tails in
                areExact = functions.products(
                    left,
                    times: right,
                    appendingTo: &heads,
                    tails: &tails
                )
            }
        }
        swap(&heads, &self.heads)
        swap(&tails, &self.tails)
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
