// SPDX-License-Identifier: Apache-2.0

/// Numbers of about 106 bits: unevaluated sums of a head and a tail, which is at most half an ulp of
/// the head.
///
/// For results whose terms cancel in doubles. The algorithms and their relative errors, in units of
/// u² = 2^-106, are those of M. Joldes, J.-M. Muller, V. Popescu, "Tight and rigorous error bounds
/// for basic building blocks of double-word arithmetic", ACM TOMS 44, 2017. The errors hold, and all
/// instruction sets compute the same bits, unless a result overflows, a factor exceeds 2^1023 or a
/// product other than 0 is below 2^-960, whose rounding error is not a double.
struct TwoDoubles {
    let head: Vector
    let tail: Vector

    /// Creates the sum of a head and a tail of at most half an ulp of it.
    @inline(always)
    init(head: Vector, tail: Vector) {
        self.head = head
        self.tail = tail
    }

    @inline(always)
    init(_ number: Vector) { self.init(head: number, tail: Vector(repeating: 0)) }

    @inline(always)
    init(repeating number: Double) { self.init(Vector(repeating: number)) }

    @inline(always)
    init(repeating pair: (head: Double, tail: Double)) {
        self.init(head: Vector(repeating: pair.head), tail: Vector(repeating: pair.tail))
    }

    /// The exact sum of two doubles (TwoSum).
    @inline(always)
    static func sum(_ a: Vector, _ b: Vector) -> TwoDoubles {
        let sum = a + b
        let shifted = sum - a
        return TwoDoubles(head: sum, tail: (a - (sum - shifted)) + (b - shifted))
    }

    /// The exact sum of two doubles of which the first is 0 or not the smaller one (Fast2Sum).
    @inline(always)
    static func orderedSum(_ a: Vector, _ b: Vector) -> TwoDoubles {
        let sum = a + b
        return TwoDoubles(head: sum, tail: b - (sum - a))
    }

    /// The exact difference of two doubles.
    @inline(always)
    static func difference(_ a: Vector, _ b: Vector) -> TwoDoubles { sum(a, -b) }

    /// The exact product of two doubles.
    @inline(always)
    static func product(_ a: Vector, _ b: Vector) -> TwoDoubles {
        let (value, error) = a.product(with: b)
        return TwoDoubles(head: value, tail: error)
    }

    /// The sum with an error of about u² of the larger term, for sums that will be rounded.
    ///
    /// The tail may exceed half an ulp of the head.
    @inline(always)
    static func looseSum(_ a: TwoDoubles, _ b: TwoDoubles) -> TwoDoubles {
        let heads = sum(a.head, b.head)
        return TwoDoubles(head: heads.head, tail: heads.tail + (a.tail + b.tail))
    }

    /// The sum with a double.
    @inline(always)
    static func looseSum(_ a: TwoDoubles, _ b: Vector) -> TwoDoubles {
        let heads = sum(a.head, b)
        return TwoDoubles(head: heads.head, tail: heads.tail + a.tail)
    }

    /// The product with an error of a few u², for products that will be summed or rounded.
    ///
    /// The tail may exceed half an ulp of the head.
    @inline(always)
    static func looseProduct(_ a: TwoDoubles, _ b: TwoDoubles) -> TwoDoubles {
        let heads = product(a.head, b.head)
        let tail = Vector.multiplyAdd(
            a.head,
            b.tail,
            Vector.multiplyAdd(a.tail, b.head, heads.tail)
        )
        return TwoDoubles(head: heads.head, tail: tail)
    }

    /// The product with a double.
    @inline(always)
    static func looseProduct(_ a: Vector, _ b: TwoDoubles) -> TwoDoubles {
        let heads = product(a, b.head)
        return TwoDoubles(
            head: heads.head,
            tail: Vector.multiplyAdd(a, b.tail, heads.tail)
        )
    }

    /// The nearest doubles.
    var rounded: Vector {
        @inline(always) get { head + tail }
    }

    /// The number without its tail below 2^-900, where the rounding error of a product may not be a
    /// double.
    var withoutTinyTail: TwoDoubles {
        @inline(always) get {
            let isTiny = head.magnitude .< 0x1p-900
            return TwoDoubles(head: head, tail: tail.replacing(with: 0, where: isTiny))
        }
    }

    /// The square, with an error of at most 7 u².
    var squared: TwoDoubles {
        @inline(always) get {
            let square = TwoDoubles.product(head, head)
            return TwoDoubles.orderedSum(square.head, square.tail + 2 * head * tail)
        }
    }

    /// The square root, with an error of at most 4 u²; the head is positive or 0.
    var squareRoot: TwoDoubles {
        @inline(always) get {
            let root = head.squareRoot()
            let product = TwoDoubles.product(root, root)
            let remainder = ((head - product.head) - product.tail) + tail
            let error = (remainder / (2 * root)).replacing(with: 0, where: root .== 0)
            return TwoDoubles.orderedSum(root, error)
        }
    }

    /// The product with powers of two, which is exact unless it overflows or is subnormal.
    @inline(always)
    func scaled(by powers: Vector) -> TwoDoubles {
        TwoDoubles(head: head * powers, tail: tail * powers)
    }

    /// The numbers with those of another vector where a mask is true.
    @inline(always)
    func replacing(with other: TwoDoubles, where mask: Mask) -> TwoDoubles {
        TwoDoubles(
            head: head.replacing(with: other.head, where: mask),
            tail: tail.replacing(with: other.tail, where: mask)
        )
    }
}

extension TwoDoubles {
    @inline(always)
    static prefix func - (a: TwoDoubles) -> TwoDoubles {
        TwoDoubles(head: -a.head, tail: -a.tail)
    }

    /// The sum, with an error of at most 3 u² (algorithm 6, AccurateDWPlusDW).
    #if COMPACT
    @inline(never)
    #else
    @inline(always)
    #endif
    static func + (a: TwoDoubles, b: TwoDoubles) -> TwoDoubles {
        let heads = sum(a.head, b.head)
        let tails = sum(a.tail, b.tail)
        let middle = orderedSum(heads.head, heads.tail + tails.head)
        return orderedSum(middle.head, tails.tail + middle.tail)
    }

    /// The sum, with an error of at most 2 u² (algorithm 4, DWPlusFP).
    @inline(always)
    static func + (a: TwoDoubles, b: Vector) -> TwoDoubles {
        let heads = sum(a.head, b)
        return orderedSum(heads.head, a.tail + heads.tail)
    }

    @inline(always)
    static func + (a: Vector, b: TwoDoubles) -> TwoDoubles { b + a }

    @inline(always)
    static func - (a: TwoDoubles, b: TwoDoubles) -> TwoDoubles { a + -b }

    @inline(always)
    static func - (a: TwoDoubles, b: Vector) -> TwoDoubles { a + -b }

    @inline(always)
    static func - (a: Vector, b: TwoDoubles) -> TwoDoubles { -b + a }

    /// The product, with an error of at most 7 u² (algorithm 10, DWTimesDW1).
    #if COMPACT
    @inline(never)
    #else
    @inline(always)
    #endif
    static func * (a: TwoDoubles, b: TwoDoubles) -> TwoDoubles {
        let heads = product(a.head, b.head)
        return orderedSum(heads.head, heads.tail + (a.head * b.tail + a.tail * b.head))
    }

    /// The product, with an error of at most 2 u² (algorithm 7, DWTimesFP1).
    #if COMPACT
    @inline(never)
    #else
    @inline(always)
    #endif
    static func * (a: TwoDoubles, b: Vector) -> TwoDoubles {
        let heads = product(a.head, b)
        let middle = orderedSum(heads.head, a.tail * b)
        return orderedSum(middle.head, middle.tail + heads.tail)
    }

    @inline(always)
    static func * (a: Vector, b: TwoDoubles) -> TwoDoubles { b * a }

    /// The quotient, with an error of at most 16 u² (algorithm 17, DWDivDW2).
    #if COMPACT
    @inline(never)
    #else
    @inline(always)
    #endif
    static func / (a: TwoDoubles, b: TwoDoubles) -> TwoDoubles {
        let quotient = a.head / b.head
        let product = b * quotient
        // The difference of the heads is exact.
        let remainder = (a.head - product.head) + (a.tail - product.tail)
        return orderedSum(quotient, remainder / b.head)
    }

    /// The quotient, with an error of at most 4 u² (algorithm 15, DWDivFP3).
    #if COMPACT
    @inline(never)
    #else
    @inline(always)
    #endif
    static func / (a: TwoDoubles, b: Vector) -> TwoDoubles {
        let quotient = a.head / b
        let product = product(quotient, b)
        let remainder = ((a.head - product.head) - product.tail) + a.tail
        return orderedSum(quotient, remainder / b)
    }

    @inline(always)
    static func / (a: Vector, b: TwoDoubles) -> TwoDoubles { TwoDoubles(a) / b }
}

extension Vector {
    /// Whether a difference is so much smaller than its terms that their rounding errors show.
    ///
    /// The terms have the same sign, and the difference is less than two thirds of the larger one.
    /// Terms below 2^-900 do not count, since products of doubles so small are not exact.
    ///
    /// - Parameter minuend: the first term.
    /// - Returns: the lanes in which it is.
    @inline(always)
    func isCancelled(_ minuend: Vector) -> Mask {
        // The minuend is the larger term if the difference has its sign; otherwise the other term is
        // as large as both together.
        let size = minuend.magnitude
        let hasSign = (self .> 0) .^ (minuend .< 0)
        let limit = (2 * size).replacing(with: size * (2.0 / 3), where: hasSign)
        return (magnitude .< limit) .& (size .> 0x1p-900)
    }
    /// Whether a sum of three terms is so much smaller than one of them that their errors show.
    ///
    /// Terms below 2^-900 do not count.
    ///
    /// - Parameters:
    ///   - first: the first term.
    ///   - second: the second term.
    ///   - third: the third term.
    ///   - share: the share of the largest term below which it is; an eighth if the terms err by 2^-56.
    /// - Returns: the lanes in which it is.
    @inline(always)
    func isCancelled(
        _ first: Vector,
        _ second: Vector,
        _ third: Vector,
        share: Double = 0.125
    ) -> Mask {
        let (second, third) = (second.magnitude, third.magnitude)
        var largest = first.magnitude
        largest = largest.replacing(with: second, where: second .> largest)
        largest = largest.replacing(with: third, where: third .> largest)
        return (magnitude .< share * largest) .& (largest .> 0x1p-900)
    }
}
