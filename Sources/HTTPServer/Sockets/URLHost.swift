// SPDX-License-Identifier: Apache-2.0

extension String {
    /// The name or address of a host as in a URL or a Host field: an IPv6 address is in brackets, and
    /// without its zone, which has a meaning on one machine only (RFC 3986 section 3.2.2).
    package var urlHost: String {
        contains(":") ? "[\(prefix { $0 != "%" })]" : self
    }
}
