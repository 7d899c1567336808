// SPDX-License-Identifier: Apache-2.0

import ArrayMath

/// Eight numbers whose exponents may be far beyond those of doubles: value · 2^exponent.
///
/// A value is 0 or about 1, and an exponent an integer of at most 2^50 in magnitude. Sums and products
/// have relative errors of a few units of 2^-106; none of them overflows or underflows.
struct Wide {
    let value: TwoDoubles
    let exponent: Vector

    /// The exponent of 0, below all others.
    static var exponentOfZero: Double { -0x1p60 }

    @inline(always)
    init(unchecked value: TwoDoubles, exponent: Vector) {
        self.value = value
        self.exponent = exponent
    }

    /// Creates numbers that are not negative, from values that are 0 or normal doubles.
    @inline(always)
    init(_ value: TwoDoubles, exponent: Vector) {
        let parts = Decomposition(value.head)
        self.value = value.scaled(by: parts.inverse)
        self.exponent = (exponent + parts.k)
            .replacing(with: Self.exponentOfZero, where: value.head .== 0)
    }

    /// Creates numbers from doubles that are not negative.
    @inline(always)
    init(_ numbers: Vector) {
        let isSmall = numbers .< 0x1p-500
        let scaled = numbers.replacing(with: numbers * 0x1p600, where: isSmall)
        self.init(
            TwoDoubles(scaled),
            exponent: Vector(repeating: 0).replacing(with: -600, where: isSmall)
        )
    }

    @inline(always)
    static func * (a: Wide, b: Wide) -> Wide {
        Wide(a.value * b.value, exponent: a.exponent + b.exponent)
    }

    @inline(always)
    static func + (a: Wide, b: Wide) -> Wide {
        let top = a.exponent.replacing(with: b.exponent, where: b.exponent .> a.exponent)
        return Wide(a.aligned(to: top) + b.aligned(to: top), exponent: top)
    }

    /// The value in units of a larger power of two.
    @inline(always)
    private func aligned(to top: Vector) -> TwoDoubles {
        value.scaled(by: .power(ofTwo: (exponent - top).clamped(-1_000, 0)))
    }

    /// The numbers where a mask is true, 0 elsewhere.
    @inline(always)
    func kept(where mask: Mask) -> Wide {
        Wide(
            unchecked: value.kept(where: mask),
            exponent: Vector(repeating: Self.exponentOfZero)
                .replacing(with: exponent, where: mask)
        )
    }

    /// The reciprocals of numbers that are not 0.
    var inverse: Wide {
        @inline(always) get { Wide(Vector(repeating: 1) / value, exponent: -exponent) }
    }

    /// The logarithms of numbers that are not 0.
    var logarithm: TwoDoubles {
        @inline(always) get { LogarithmOfTwo.pair * exponent + TwoDoubles.log(value) }
    }

    /// The numbers as sums of doubles, which may overflow and underflow.
    var narrow: TwoDoubles {
        @inline(always) get { value.scaled(byTwoTo: exponent.clamped(-2_000, 2_000)) }
    }

    /// e^x for x of at most 0, or 0 where x is below -2^40.
    @inline(never)
    static func exp(_ x: TwoDoubles) -> Wide {
        let isNegligible = .!(x.head .>= -0x1p40)
        let (value, exponent) = x.replacing(
            with: TwoDoubles(repeating: 0),
            where: isNegligible
        ).expWithExponent
        return Wide(value, exponent: exponent).kept(where: .!isNegligible)
    }
}

/// Numbers of a wide range, which are read and written eight at a time.
struct WideArray {
    private var values: TwoDoublesArray
    private var exponents: [Double]

    /// Creates zeros, in a whole number of vectors.
    init(count: Int) {
        values = TwoDoublesArray(count: count)
        exponents = [Double](
            repeating: Wide.exponentOfZero,
            count: ElementBlock.padded(count)
        )
    }

    /// Eight numbers from an offset on.
    @inline(always)
    func vector(at offset: Int) -> Wide {
        Wide(unchecked: values.vector(at: offset), exponent: exponents.span.vector(at: offset))
    }

    /// One number, in all lanes.
    @inline(always)
    func repeated(_ index: Int) -> Wide {
        Wide(
            unchecked: values.repeated(index),
            exponent: Vector(repeating: exponents[index])
        )
    }

    /// Stores eight numbers from an offset on.
    @inline(always)
    mutating func store(_ numbers: Wide, at offset: Int) {
        values.store(numbers.value, at: offset)
        var exponents = exponents.mutableSpan
        exponents.store(numbers.exponent, at: offset)
    }

    /// Copies a number of another array.
    @inline(always)
    mutating func copy(_ source: Int, of other: WideArray, to index: Int) {
        values.copy(source, of: other.values, to: index)
        exponents[index] = other.exponents[source]
    }
}
