// SPDX-License-Identifier: Apache-2.0

/// The target of a request (RFC 9112 section 3.2), decoded and normalized.
package enum RequestTarget: Sendable, Hashable {
    /// A resource: its path, decoded and without dot segments, and its query.
    ///
    /// A slash within a segment remains `%2F`, because it does not separate segments (RFC 3986
    /// section 2.2).
    case resource(path: String, query: String?)
    /// The server as a whole, `*`.
    case asterisk

    package var query: String? {
        switch self {
        case .resource(_, let query): query
        case .asterisk: nil
        }
    }

    package var isAsterisk: Bool {
        if case .asterisk = self { true } else { false }
    }

    /// The path as one string; `*` for the asterisk form.
    package var path: String {
        switch self {
        case .resource(let path, _): path
        case .asterisk: "*"
        }
    }
}
