// SPDX-License-Identifier: Apache-2.0

/// A compensated sum: a head, and a tail that accumulates its rounding errors.
///
/// It is a sum of doubles, or of vectors, in which each lane is a separate sum.
struct RowSum<Number: Summand> {
    private(set) var head: Number
    private(set) var tail: Number

    @inline(always)
    init(_ head: Number, _ tail: Number) {
        self.head = head
        self.tail = tail
    }

    /// Adds a term to the head, and the rounding error and the tail of the term to the tail.
    @inline(always)
    mutating func add(_ term: Number, _ termTail: Number) {
        tail = tail + (rounding(adding: term) + termTail)
        head = head + term
    }

    /// Adds a term without a tail.
    @inline(always)
    mutating func add(_ term: Number) {
        tail = tail + rounding(adding: term)
        head = head + term
    }

    /// The rounding error of the sum of the head and a term.
    ///
    /// It is itself a double (D. E. Knuth, The Art of Computer Programming 2, 4.2.2, also called TwoSum).
    @inline(always)
    private func rounding(adding term: Number) -> Number {
        let sum = head + term
        let shifted = sum - head
        return (head - (sum - shifted)) + (term - shifted)
    }
}

/// A double or a vector of doubles.
protocol Summand {
    static func + (one: Self, other: Self) -> Self
    static func - (one: Self, other: Self) -> Self
}

extension Double: Summand {}
extension SIMD8: Summand where Scalar == Double {}
