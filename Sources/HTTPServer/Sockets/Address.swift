// SPDX-License-Identifier: Apache-2.0

/// A socket address in the kernel's representation: an IPv4 or IPv6 address and a port.
struct Address: Sendable, Hashable {
    /// The bytes of a `sockaddr_in` or a `sockaddr_in6`.
    let bytes: [UInt8]

    /// The address family, which comes first in both structures.
    var family: Int32 { Int32(bytes[0]) | Int32(bytes[1]) << 8 }

    /// The port, which follows the family in both structures, most significant byte first.
    var port: Int { Int(bytes[2]) << 8 | Int(bytes[3]) }

    /// Returns the same address with another port.
    func with(port: Int) -> Address {
        var bytes = bytes
        bytes[2] = UInt8(port >> 8 & 0xFF)
        bytes[3] = UInt8(port & 0xFF)
        return Address(bytes: bytes)
    }

    /// Whether this is a specific IPv6 address, as opposed to `::`, which also covers IPv4.
    var isSingleIPv6: Bool {
        // The two structures differ in size; in the longer one the address is at offset 8.
        bytes.count > 16 && bytes[8..<24].contains { $0 != 0 }
    }
}
