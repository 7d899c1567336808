// SPDX-License-Identifier: Apache-2.0

/// How the end of a request's body is found (RFC 9112 section 6.3).
package enum Framing: Sendable, Hashable {
    /// There is no body.
    case none
    /// The body has this many bytes.
    case length(Int)
    /// The body comes in chunks and ends itself.
    case chunked
}
