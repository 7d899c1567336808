// SPDX-License-Identifier: Apache-2.0

/// Sums of rows of numbers, each and all of them carried in two numbers: in two doubles, or in two
/// vectors of which each lane is a sum by itself.
struct RowSum<Number: Summand> {
    private(set) var high: Number
    private(set) var low: Number

    @inline(__always)
    init(_ high: Number, _ low: Number) {
        self.high = high
        self.low = low
    }

    /// Adds a term, and to `low` what is lost of the sum.
    ///
    /// That is itself a double (D. E. Knuth, The Art of Computer Programming 2, 4.2.2).
    @inline(__always)
    mutating func add(_ term: Number, _ rest: Number) {
        let sum = high + term
        let shifted = sum - high
        low = low + (((high - (sum - shifted)) + (term - shifted)) + rest)
        high = sum
    }
}

/// A double, or eight of them.
protocol Summand {
    static func + (one: Self, other: Self) -> Self
    static func - (one: Self, other: Self) -> Self
}

extension Double: Summand {}
extension SIMD8: Summand where Scalar == Double {}

/// What the numbers of a list lack.
protocol Rests: ~Escapable {
    /// What the number at an offset lacks.
    func rest(at offset: Int) -> Double

    /// What eight numbers lack, each so many places behind the one before.
    func rests(at offset: Int, by step: Int) -> Vector
}

/// Nothing.
struct NoRests: Rests {
    @inline(__always)
    func rest(at _: Int) -> Double { 0 }

    @inline(__always)
    func rests(at _: Int, by _: Int) -> Vector { Vector(repeating: 0) }
}

/// What stands in another list.
struct ListedRests: Rests, ~Escapable {
    private let numbers: Span<Double>

    @inline(__always)
    @_lifetime(copy numbers)
    init(_ numbers: Span<Double>) {
        self.numbers = numbers
    }

    @inline(__always)
    func rest(at offset: Int) -> Double { numbers[offset] }

    @inline(__always)
    func rests(at offset: Int, by step: Int) -> Vector {
        step == 1 ? numbers.vector(at: offset) : numbers.vector(at: offset, by: step)
    }
}
