// SPDX-License-Identifier: Apache-2.0

/// Writing text where room has been made for it, without a look at the room for each byte.
extension OutputSpan<UInt8> {
    mutating func append(_ bytes: Span<UInt8>) {
        for index in bytes.indices { append(bytes[index]) }
    }

    /// Appends a number that is not negative in decimal digits, up to 19.
    mutating func append(decimal number: Int) {
        if number >= 10 { append(decimal: number / 10) }
        append(UInt8(ascii: "0") + UInt8(number % 10))
    }

    /// Appends nanoseconds as milliseconds with three decimals.
    mutating func append(milliseconds nanoseconds: Int64) {
        let microseconds = Swift.max(0, Int(nanoseconds) / 1_000)
        append(decimal: microseconds / 1_000)
        append(UInt8(ascii: "."))
        append(UInt8(ascii: "0") + UInt8(microseconds / 100 % 10))
        append(UInt8(ascii: "0") + UInt8(microseconds / 10 % 10))
        append(UInt8(ascii: "0") + UInt8(microseconds % 10))
    }
}
