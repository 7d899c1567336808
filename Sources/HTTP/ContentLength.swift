// SPDX-License-Identifier: Apache-2.0

/// `1*DIGIT`, RFC 9110 section 8.6.
///
/// No sign, no leading zero, no white space, no list: equal values in a list could be folded into one (RFC 9112
/// section 6.3), but whoever sends them is confused or malicious.
enum ContentLength {
    /// The number that these bytes write.
    static func parse(_ bytes: Span<UInt8>) throws(Refusal) -> Int {
        guard !bytes.isEmpty else { throw .invalidContentLength }
        // Some read what begins with a zero as octal.
        guard bytes.count == 1 || bytes[0] != UInt8(ascii: "0") else { throw .invalidContentLength }
        var length = 0
        for index in bytes.indices {
            guard bytes[index].isDigit else { throw .invalidContentLength }
            let (tens, overflow) = length.multipliedReportingOverflow(by: 10)
            let digit = Int(bytes[index] - UInt8(ascii: "0"))
            let (sum, carry) = tens.addingReportingOverflow(digit)
            guard !overflow, !carry else { throw .invalidContentLength }
            length = sum
        }
        return length
    }

    /// The number above 0 that up to nine digits write; nil for anything else, right or wrong.
    static func short(_ bytes: Span<UInt8>) -> Int? {
        guard 1...9 ~= bytes.count, bytes[0] != UInt8(ascii: "0") else { return nil }
        var length = 0
        for index in bytes.indices {
            guard bytes[index].isDigit else { return nil }
            length = 10 &* length &+ Int(bytes[index] &- UInt8(ascii: "0"))
        }
        return length
    }
}
