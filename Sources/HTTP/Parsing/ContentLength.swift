// SPDX-License-Identifier: Apache-2.0

/// Parses `1*DIGIT`, RFC 9110 section 8.6.
///
/// Signs, leading zeros, white space and lists are refused. Equal values in a list could be merged
/// (RFC 9112 section 6.3), but a sender of such a list is faulty or malicious.
///
/// RFC 9110 sets no limit to the length, so a number that does not fit in an `Int` is valid. It is
/// represented by `Int.max`, which exceeds every limit: content of that length gets 413, not 400.
enum ContentLength {
    /// Returns the number that the digits denote, or `Int.max` if that is larger.
    static func parse(_ bytes: Span<UInt8>) throws(Refusal) -> Int {
        guard !bytes.isEmpty else { throw .invalidContentLength }
        // Some parsers read a leading zero as octal.
        guard bytes.count == 1 || bytes[0] != UInt8(ascii: "0") else { throw .invalidContentLength }
        var length = 0
        for index in bytes.indices {
            guard bytes[index].isDigit else { throw .invalidContentLength }
            let (tens, overflow) = length.multipliedReportingOverflow(by: 10)
            let digit = Int(bytes[index] - UInt8(ascii: "0"))
            let (sum, carry) = tens.addingReportingOverflow(digit)
            // All digits are checked, even if the number no longer fits.
            length = overflow || carry ? .max : sum
        }
        return length
    }

    /// Returns a number above 0 of up to nine digits; `nil` for anything else, valid or not.
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
