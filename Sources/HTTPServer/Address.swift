// SPDX-License-Identifier: Apache-2.0

/// Where a socket listens: an IPv4 or IPv6 address and a port, as the kernel reads it.
struct Address: Sendable, Hashable {
    /// A `sockaddr_in` or a `sockaddr_in6`, byte for byte.
    let bytes: [UInt8]

    /// The family, which stands in front in either.
    var family: Int32 { Int32(bytes[0]) | Int32(bytes[1]) << 8 }

    /// The port, which stands behind the family in either, most significant byte first.
    var port: Int { Int(bytes[2]) << 8 | Int(bytes[3]) }

    /// The same address with another port.
    func with(port: Int) -> Address {
        var bytes = bytes
        bytes[2] = UInt8(port >> 8 & 0xFF)
        bytes[3] = UInt8(port & 0xFF)
        return Address(bytes: bytes)
    }

    /// Whether this is one IPv6 address, as opposed to `::`, which stands for IPv4 as well.
    var isSingleIPv6: Bool {
        // The sizes of the two structures differ; in the longer one the address is at 8.
        bytes.count > 16 && bytes[8..<24].contains { $0 != 0 }
    }
}
