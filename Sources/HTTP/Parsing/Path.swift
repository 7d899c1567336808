// SPDX-License-Identifier: Apache-2.0

/// Normalizes the path of a URI for the lookup of routes.
///
/// The path is split at its slashes first, then each segment is decoded, then dot segments are
/// removed. In this order `%2F` never separates segments and `%2e%2e` is a dot segment (RFC 3986
/// sections 2.4, 5.2.4 and 6.2.2).
enum Path {
    /// Returns the normalized path in a range that begins with a slash.
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
        // Everything outside triplets is ASCII.
        guard isPlain, let path = bytes.string(range) else {
            return try normalized(bytes, in: range)
        }
        return path
    }

    /// Decodes a `%` followed by two hexadecimal digits.
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
        // Every segment, preceded by its slash.
        var path: [UInt8] = []
        path.reserveCapacity(range.count)
        var start = range.lowerBound + 1
        while start <= range.upperBound {
            let end =
                bytes.firstIndex(of: UInt8(ascii: "/"), in: start..<range.upperBound)
                ?? range.upperBound
            let slash = path.count
            path.append(UInt8(ascii: "/"))
            try appendSegment(bytes, in: start..<end, to: &path)
            removeDotSegment(from: slash, isLast: end == range.upperBound, of: &path)
            start = end + 1
        }
        // Only ASCII separates segments, so if the whole is UTF-8, each segment is too.
        guard let text = path.span.string(path.indices) else { throw .invalidPathCharacter }
        return text.isEmpty ? "/" : text
    }

    /// Appends one segment, decoded except for slashes.
    private static func appendSegment(
        _ bytes: Span<UInt8>,
        in range: Range<Int>,
        to path: inout [UInt8]
    ) throws(Refusal) {
        var index = range.lowerBound
        while index < range.upperBound {
            var byte = bytes[index]
            index += 1
            if byte == UInt8(ascii: "%") {
                byte = try triplet(bytes, at: index - 1, end: range.upperBound)
                index += 2
                if byte == UInt8(ascii: "/") {
                    path.append(contentsOf: encodedSlash)
                    continue
                }
            }
            guard byte >= 0x20, byte != 0x7F else { throw .invalidPathCharacter }
            path.append(byte)
        }
    }

    private static let encodedSlash = Array("%2F".utf8)

    /// Applies the last segment, whose slash is at `slash`, if it is a dot segment.
    private static func removeDotSegment(from slash: Int, isLast: Bool, of path: inout [UInt8]) {
        let dot = UInt8(ascii: ".")
        switch path.count - slash {
        case 2 where path[slash + 1] == dot:
            path.removeLast(2)
        case 3 where path[slash + 1] == dot && path[slash + 2] == dot:
            path.removeLast(3)
            while let byte = path.popLast(), byte != UInt8(ascii: "/") {}
        default: return
        }
        // "/a/." and "/a/b/.." denote the directory, with a trailing slash.
        if isLast { path.append(UInt8(ascii: "/")) }
    }
}
