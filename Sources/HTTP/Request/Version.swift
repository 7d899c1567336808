// SPDX-License-Identifier: Apache-2.0

/// The HTTP/1 minor version of a request.
///
/// A minor version above 1 is treated as 1.1 (RFC 9110 section 2.5).
package enum Version: Sendable, Hashable {
    case http10
    case http11
}
