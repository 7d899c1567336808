// SPDX-License-Identifier: Apache-2.0

/// The minor version of HTTP/1 that a request speaks.
///
/// A minor version above 1 is read as 1.1 (RFC 9110 section 2.5).
package enum Version: Sendable, Hashable {
    case http10
    case http11
}
