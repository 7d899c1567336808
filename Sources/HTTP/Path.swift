// SPDX-License-Identifier: Apache-2.0

/// Turns the path of a URI into the one spelling that routes are found by.
///
/// The path is first cut at its slashes, then each segment is decoded, then dot segments are
/// removed. In this order `%2F` never separates and `%2e%2e` is what it says (RFC 3986 sections
/// 2.4, 5.2.4 and 6.2.2).
enum Path {
    /// The path of a range that begins with a slash.
    static func decode(_ bytes: Span<UInt8>, in range: Range<Int>) throws(Refusal) -> String {
        var isPlain = true
        var previous = UInt8(ascii: "/")
        for index in range {
            let byte = bytes[index]
            guard byte.isPathCharacter else { throw .invalidTarget }
            // A segment that begins with a dot may be a dot segment.
            if byte == UInt8(ascii: "%")
                || byte == UInt8(ascii: ".") && previous == UInt8(ascii: "/")
            {
                isPlain = false
            }
            previous = byte
        }
        // What is not a triplet is ASCII.
        guard isPlain, let path = bytes.string(range) else {
            return try normalized(bytes, in: range)
        }
        return path
    }

    /// The byte that a `%` and two hexadecimal digits stand for.
    static func triplet(_ bytes: Span<UInt8>, at index: Int, end: Int) throws(Refusal) -> UInt8 {
        guard index + 2 < end, let high = bytes[index + 1].hexadecimalValue,
            let low = bytes[index + 2].hexadecimalValue
        else { throw .invalidPercentEncoding }
        return high << 4 | low
    }

    private static func normalized(
        _ bytes: Span<UInt8>,
        in range: Range<Int>
    ) throws(Refusal) -> String {
        var segments: [String] = []
        var start = range.lowerBound + 1
        while start <= range.upperBound {
            let end =
                bytes.firstIndex(of: UInt8(ascii: "/"), in: start..<range.upperBound)
                ?? range.upperBound
            let text = try segment(bytes, in: start..<end)
            append(text, isLast: end == range.upperBound, to: &segments)
            start = end + 1
        }
        return "/" + segments.joined(separator: "/")
    }

    /// One segment, decoded but for its slashes.
    private static func segment(
        _ bytes: Span<UInt8>,
        in range: Range<Int>
    ) throws(Refusal) -> String {
        var decoded: [UInt8] = []
        var index = range.lowerBound
        while index < range.upperBound {
            guard bytes[index] == UInt8(ascii: "%") else {
                decoded.append(bytes[index])
                index += 1
                continue
            }
            let byte = try triplet(bytes, at: index, end: range.upperBound)
            if byte == UInt8(ascii: "/") {
                decoded += Array("%2F".utf8)
            } else {
                decoded.append(byte)
            }
            index += 3
        }
        for byte in decoded where byte < 0x20 || byte == 0x7F { throw .invalidPathCharacter }
        guard let text = decoded.span.string(decoded.indices) else { throw .invalidPathCharacter }
        return text
    }

    /// Takes a segment in, or does what a dot segment says.
    private static func append(_ segment: String, isLast: Bool, to segments: inout [String]) {
        switch segment {
        case ".": break
        case "..": _ = segments.popLast()
        default:
            segments.append(segment)
            return
        }
        // "/a/." and "/a/b/.." name the directory, with its slash.
        if isLast { segments.append("") }
    }
}
