// SPDX-License-Identifier: Apache-2.0

/// The exact sum of the weights of some units.
///
/// `FixedCount` is fast and serves nearly all weights, `ExactNumber` those of very different magnitudes.
protocol ExactCount: Sendable {
    /// The exact sum of products of counts.
    associatedtype Products: ExactProducts<Self>

    static var zero: Self { get }

    init(weight: Double, _ scale: WeightScale)

    static func += (count: inout Self, other: Self)

    var isZero: Bool { get }

    func number(_ scale: WeightScale) -> ExactNumber

    /// The quotient of a count by one that is not less nor 0, as an unevaluated sum of head and tail, to
    /// within 2^-102 of it.
    static func share(_ part: Self, of whole: Self) -> (head: Double, tail: Double)
}

protocol ExactProducts<Count>: Sendable {
    associatedtype Count

    static var zero: Self { get }

    mutating func add(_ count: Count, times other: Count)

    /// The sum of products of counts with some scales.
    func number(_ scale: WeightScale, _ otherScale: WeightScale) -> ExactNumber
}

extension ExactProducts {
    /// The sum of products of counts with the same scale.
    func number(_ scale: WeightScale) -> ExactNumber { number(scale, scale) }
}

/// A sum of fewer than 2^32 weights as a multiple of their power of two.
struct FixedCount: ExactCount {
    private(set) var multiple: UInt128

    static let zero = FixedCount(multiple: 0)

    private init(multiple: UInt128) {
        self.multiple = multiple
    }

    @inline(__always)
    init(weight: Double, _ scale: WeightScale) {
        multiple = scale.multiple(weight)
    }

    @inline(__always)
    static func += (count: inout FixedCount, other: FixedCount) {
        count.multiple &+= other.multiple
    }

    var isZero: Bool { multiple == 0 }

    func number(_ scale: WeightScale) -> ExactNumber {
        ExactNumber(Magnitude(multiple.digits), exponent: scale.exponent, isNegative: false)
    }

    static func share(_ part: FixedCount, of whole: FixedCount) -> (head: Double, tail: Double) {
        let (own, all) = (part.doubles, whole.doubles)
        let head = own.head / all.head
        // The remainder of the heads is a double.
        let rest = own.head.addingProduct(-head, all.head) + (own.tail - head * all.tail)
        return (head, rest / all.head)
    }

    /// The multiple as an unevaluated sum of head and tail, to within 2^-106 of it.
    private var doubles: (head: Double, tail: Double) {
        // Three numbers of at most 53 bits, of which the first is usually 0.
        let bits = UInt128(1) << 53 - 1
        let high = Double(UInt64(truncatingIfNeeded: multiple >> 106)) * 0x1p106
        let middle = Double(UInt64(truncatingIfNeeded: multiple >> 53 & bits)) * 0x1p53
        let low = Double(UInt64(truncatingIfNeeded: multiple & bits))
        let sum = middle + low
        let rest = low - (sum - middle)
        let head = high + sum
        return (head, (sum - (head - high)) + rest)
    }

    /// A sum of products of counts, of fewer than 256 bits.
    struct Products: ExactProducts {
        private var high: UInt128 = 0
        private var low: UInt128 = 0

        static let zero = Products()

        @inline(__always)
        mutating func add(_ count: FixedCount, times other: FixedCount) {
            let product = count.multiple.multipliedFullWidth(by: other.multiple)
            let (sum, carries) = low.addingReportingOverflow(product.low)
            low = sum
            high &+= product.high &+ (carries ? 1 : 0)
        }

        func number(_ scale: WeightScale, _ otherScale: WeightScale) -> ExactNumber {
            ExactNumber(
                Magnitude(low.digits + high.digits),
                exponent: scale.exponent + otherScale.exponent,
                isNegative: false
            )
        }
    }
}

extension UInt128 {
    /// Four digits of 32 bits, the lowest first.
    fileprivate var digits: [UInt32] {
        (0..<4).map { UInt32(truncatingIfNeeded: self >> UInt128(32 * $0)) }
    }
}

extension ExactNumber: ExactCount {
    init(weight: Double, _: WeightScale) { self.init(weight) }

    func number(_: WeightScale) -> ExactNumber { self }

    static func share(_ part: ExactNumber, of whole: ExactNumber) -> (head: Double, tail: Double) {
        part.quotient(by: whole)
    }

    struct Products: ExactProducts {
        private var sum = ExactNumber.zero

        static let zero = Products()

        mutating func add(_ count: ExactNumber, times other: ExactNumber) { sum += count * other }

        func number(_: WeightScale, _: WeightScale) -> ExactNumber { sum }
    }

    /// The quotient by a number other than 0 as an unevaluated sum of head and tail.
    func quotient(by divisor: ExactNumber) -> (head: Double, tail: Double) {
        let head = divided(by: divisor)
        return (head, (self - ExactNumber(head) * divisor).divided(by: divisor))
    }
}
