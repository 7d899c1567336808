// SPDX-License-Identifier: Apache-2.0

/// What a request is about (RFC 9112 section 3.2), decoded and normalised.
package enum RequestTarget: Sendable, Hashable {
    /// A resource: the decoded segments of its path, dot segments removed, and its query.
    ///
    /// The path `/` has no segments; `/a/` has the two segments `a` and the empty one.
    case resource(segments: [String], query: String?)
    /// The server as a whole, `*`.
    case asterisk

    package var segments: [String] {
        switch self {
        case .resource(let segments, _): segments
        case .asterisk: []
        }
    }

    package var query: String? {
        switch self {
        case .resource(_, let query): query
        case .asterisk: nil
        }
    }

    package var isAsterisk: Bool { self == .asterisk }

    /// The path as one string, `*` for the asterisk.
    ///
    /// A slash inside a segment is written `%2F`, because it separates nothing (RFC 3986 section
    /// 2.2).
    package var path: String {
        guard case .resource(let segments, _) = self else { return "*" }
        var path = ""
        for segment in segments {
            path += "/"
            if segment.utf8.contains(UInt8(ascii: "/")) {
                for character in segment { path += character == "/" ? "%2F" : String(character) }
            } else {
                path += segment
            }
        }
        return path.isEmpty ? "/" : path
    }
}
