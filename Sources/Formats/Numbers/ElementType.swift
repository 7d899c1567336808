// SPDX-License-Identifier: Apache-2.0

/// A type of numbers in a binary format, each of which has a `Double` of the same value.
///
/// Integers of 64 bits are restricted to ±2^53, because others may not have one.
package enum ElementType: CaseIterable, Sendable {
    case float64
    case float32
    case float16
    /// The upper half of a `float32`.
    case bfloat16
    case int8
    case int16
    case int32
    case int64
    case uint8
    case uint16
    case uint32
    case uint64
    /// A byte that is 0 or 1.
    case boolean

    /// The length of a number in bytes.
    package var width: Int {
        switch self {
        case .int8, .uint8, .boolean: 1
        case .float16, .bfloat16, .int16, .uint16: 2
        case .float32, .int32, .uint32: 4
        case .float64, .int64, .uint64: 8
        }
    }

    /// Whether a number may be infinite or NaN.
    var isFloatingPoint: Bool {
        switch self {
        case .float64, .float32, .float16, .bfloat16: true
        default: false
        }
    }
}

extension ElementType {
    /// The bits of the significand of a floating-point type, and the range of its exponents; `nil` for
    /// other types.
    private var floatingPoint: (precision: Int, exponents: ClosedRange<Int>)? {
        switch self {
        case .float64: (53, -1022...1023)
        case .float32: (24, -126...127)
        case .float16: (11, -14...15)
        case .bfloat16: (8, -126...127)
        default: nil
        }
    }

    /// Whether it is a floating-point type that does not have all doubles.
    var isNarrow: Bool { isFloatingPoint && self != .float64 }

    /// The nearest number of a floating-point type, the one with an even significand where two are equally
    /// near (IEEE 754, section 4.3.1); infinite if the number is too large.
    func rounded(_ number: Double) -> Double {
        guard isNarrow, let (precision, exponents) = floatingPoint, number.isFinite, number != 0
        else { return number }
        let exponent = max(Int(number.exponent), exponents.lowerBound)
        let unit = Double(sign: .plus, exponent: exponent - precision + 1, significand: 1)
        let rounded = (number / unit).rounded(.toNearestOrEven) * unit
        return rounded.magnitude > greatest ? .infinity * number : rounded
    }

    /// The greatest finite number of a floating-point type.
    var greatest: Double {
        guard let (precision, exponents) = floatingPoint else { return .infinity }
        let ulp = Double(sign: .plus, exponent: 1 - precision, significand: 1)
        return Double(sign: .plus, exponent: exponents.upperBound, significand: 2 - ulp)
    }
}

/// The order of the bytes of a number.
package enum ByteOrder: Sendable {
    case littleEndian
    case bigEndian
}
