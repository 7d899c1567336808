// SPDX-License-Identifier: Apache-2.0

/// The time and the memory of the loss of a unit, by the lengths of its dimensions.
///
/// The losses of elements, and most of rows, take time in proportion to their numbers, keep none, and do
/// not state it.
package struct Work: Equatable, Sendable {
    /// The number of elementary steps, of which each takes up to three nanoseconds.
    package let steps: Size
    /// The count of numbers that are kept while a unit is computed.
    package let numbers: Size

    package init(steps: Size, numbers: Size) {
        self.steps = steps
        self.numbers = numbers
    }

    /// A sum of products of lengths, or of the least of several, such as `2 T S + min(T,S) K`.
    package struct Size: Equatable, Sendable, ExpressibleByStringLiteral {
        private struct Term: Equatable, Sendable {
            let factor: Int
            let lengths: [Length]
        }

        /// The least of the lengths of some dimensions, usually of one.
        private struct Length: Equatable, Sendable {
            private let names: [String]

            init(_ word: String) {
                let isLeast = word.hasPrefix("min(") && word.hasSuffix(")")
                let list = isLeast ? String(word.dropFirst(4).dropLast()) : word
                names = list.split(separator: ",").map(String.init)
            }

            func value(_ length: (_ name: String) -> Int) -> Int { names.map(length).min() ?? 0 }
        }

        private let terms: [Term]
        package let description: String

        package init(stringLiteral text: String) {
            description = text
            terms = text.split(separator: "+").map { term in
                let words = term.split(separator: " ").map(String.init)
                return Term(
                    factor: words.compactMap { Int($0) }.reduce(1, *),
                    lengths: words.filter { Int($0) == nil }.map { Length($0) }
                )
            }
        }

        /// The value for given lengths, at most `Int.max`.
        package func value(_ length: (_ name: String) -> Int) -> Int {
            terms.reduce(0) { sum, term in
                sum.saturatingSum(
                    with: term.lengths.reduce(term.factor) { product, own in
                        product.saturatingProduct(with: own.value(length))
                    }
                )
            }
        }
    }
}

extension Int {
    /// The sum with a number that is not negative, at most `Int.max`.
    package func saturatingSum(with other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }

    /// The product of two numbers that are not negative, at most `Int.max`.
    package func saturatingProduct(with other: Int) -> Int {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }
}
