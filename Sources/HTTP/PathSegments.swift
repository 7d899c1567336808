// SPDX-License-Identifier: Apache-2.0

/// Turns the path of a URI into the segments that routes are matched on.
///
/// The path is first cut at its slashes, then each segment is decoded, then dot segments are
/// removed. In this order `%2F` never separates and `%2e%2e` is what it says (RFC 3986 sections
/// 2.4, 5.2.4 and 6.2.2).
enum PathSegments {
    /// The segments of a range that begins with a slash.
    static func decode(_ bytes: Span<UInt8>, in range: Range<Int>) throws(Refusal) -> [String] {
        var segments: [String] = []
        segments.reserveCapacity(4)
        var start = range.lowerBound + 1
        var hasTriplet = false
        for index in start..<range.upperBound {
            let byte = bytes[index]
            if byte == UInt8(ascii: "/") {
                let text = try segment(bytes, in: start..<index, hasTriplet: hasTriplet)
                append(text, isLast: false, to: &segments)
                start = index + 1
                hasTriplet = false
            } else {
                guard byte.isPathCharacter else { throw .invalidTarget }
                if byte == UInt8(ascii: "%") { hasTriplet = true }
            }
        }
        let text = try segment(bytes, in: start..<range.upperBound, hasTriplet: hasTriplet)
        append(text, isLast: true, to: &segments)
        return segments.count == 1 && segments[0].isEmpty ? [] : segments
    }

    /// The byte that a `%` and two hexadecimal digits stand for.
    static func triplet(_ bytes: Span<UInt8>, at index: Int, end: Int) throws(Refusal) -> UInt8 {
        guard index + 2 < end, let high = bytes[index + 1].hexadecimalValue,
            let low = bytes[index + 2].hexadecimalValue
        else { throw .invalidPercentEncoding }
        return high << 4 | low
    }

    /// One segment, decoded.
    private static func segment(
        _ bytes: Span<UInt8>,
        in range: Range<Int>,
        hasTriplet: Bool
    ) throws(Refusal) -> String {
        guard hasTriplet else {
            // What is not a triplet is ASCII.
            guard let text = bytes.string(range) else { throw .invalidTarget }
            return text
        }
        var decoded: [UInt8] = []
        var index = range.lowerBound
        while index < range.upperBound {
            if bytes[index] == UInt8(ascii: "%") {
                decoded.append(try triplet(bytes, at: index, end: range.upperBound))
                index += 3
            } else {
                decoded.append(bytes[index])
                index += 1
            }
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
