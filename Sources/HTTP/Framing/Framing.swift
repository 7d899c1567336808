// SPDX-License-Identifier: Apache-2.0

/// The way the end of a request body is determined (RFC 9112 section 6.3).
package enum Framing: Sendable, Hashable {
    /// The request has no body.
    case none
    /// The body has this many bytes.
    case length(Int)
    /// The body is chunked and marks its own end.
    case chunked
}
