// SPDX-License-Identifier: Apache-2.0

/// The position of a request in a distributed trace: `traceparent` of W3C Trace Context.
///
/// `version "-" trace-id "-" parent-id "-" trace-flags`, in lower-case hexadecimal digits. A value
/// that is invalid, or has an all-zero ID, is treated as absent (section 3.2).
package struct TraceParent: Sendable, Hashable {
    private let high: UInt64
    private let low: UInt64
    private let parent: UInt64
    private let flags: UInt64

    /// The trace ID as 32 hexadecimal digits.
    package var traceID: String { Self.digits(high) + Self.digits(low) }
    /// The caller's span ID as 16 hexadecimal digits.
    package var parentID: String { Self.digits(parent) }
    /// Whether the caller may have recorded the trace.
    package var isSampled: Bool { flags & 1 == 1 }

    /// The length in bytes of a value of version 00.
    private static let length = 55

    /// Parses a value; returns `nil` if it is invalid.
    init?(_ bytes: Span<UInt8>) {
        guard bytes.count >= Self.length, bytes[2] == UInt8(ascii: "-"),
            bytes[35] == UInt8(ascii: "-"), bytes[52] == UInt8(ascii: "-"),
            let version = Self.number(bytes, 0..<2), version != 0xFF,
            let high = Self.number(bytes, 3..<19), let low = Self.number(bytes, 19..<35),
            let parent = Self.number(bytes, 36..<52), let flags = Self.number(bytes, 53..<55)
        else { return nil }
        // Future versions may append data after another hyphen.
        let isWhole = bytes.count == Self.length
        guard isWhole || version > 0 && bytes[Self.length] == UInt8(ascii: "-") else { return nil }
        guard high | low != 0, parent != 0 else { return nil }
        self.high = high
        self.low = low
        self.parent = parent
        self.flags = flags
    }

    private static func number(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt64? {
        var number: UInt64 = 0
        for index in range {
            let byte = bytes[index]
            guard byte == byte.lowercased, let digit = byte.hexadecimalValue else { return nil }
            number = number << 4 | UInt64(digit)
        }
        return number
    }

    private static func digits(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
