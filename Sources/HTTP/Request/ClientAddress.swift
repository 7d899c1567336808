// SPDX-License-Identifier: Apache-2.0

/// The remote address and port of a connection.
package struct ClientAddress: Sendable, Hashable {
    /// The halves of an IPv6 address; an IPv4 address is mapped into it (RFC 4291 section 2.5.5.2).
    package let high: UInt64
    package let low: UInt64
    package let port: UInt16

    package init(high: UInt64, low: UInt64, port: UInt16) {
        self.high = high
        self.low = low
        self.port = port
    }

    /// Creates the mapped form of an IPv4 address whose first number is in the highest byte.
    package init(ipv4: UInt32, port: UInt16) {
        self.init(high: 0, low: 0xFFFF << 32 | UInt64(ipv4), port: port)
    }
}
