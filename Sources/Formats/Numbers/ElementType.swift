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

/// The order of the bytes of a number.
package enum ByteOrder: Sendable {
    case littleEndian
    case bigEndian
}
