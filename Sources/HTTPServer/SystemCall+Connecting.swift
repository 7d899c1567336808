// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The client's side, for the health probe alone: the only sockets that block.
extension SystemCall {
    /// A blocking connection whose reads and writes give up after some seconds.
    ///
    /// The corresponding C functions are `socket`, `setsockopt` and `connect`.
    static func connect(_ address: Address, seconds: Int) throws(SystemError) -> Descriptor {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        let number = try check("socket") { socket(address.family, type, 0) }
        let connection = Descriptor(number: number)
        var patience = timeval(tv_sec: seconds, tv_usec: 0)
        let length = socklen_t(MemoryLayout<timeval>.size)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            // Safe: the kernel reads as many bytes as it is told there are.
            _ = try check("setsockopt") {
                unsafe setsockopt(number, SOL_SOCKET, option, &patience, length)
            }
        }
        // Safe: as above.
        _ = try check("connect") {
            unsafe address.bytes.withUnsafeBytes { bytes in
                let pointer = unsafe bytes.assumingMemoryBound(to: sockaddr.self).baseAddress
                return unsafe Glibc.connect(number, pointer, socklen_t(bytes.count))
            }
        }
        return connection
    }

    /// Sends a few bytes, which a new connection always has room for.
    ///
    /// The corresponding C function is `send`.
    static func sendAll(_ socket: borrowing Descriptor, _ bytes: [UInt8]) throws(SystemError) {
        let number = socket.number
        // Safe: the kernel reads as many bytes as it is told there are.
        _ = try check("send") {
            unsafe bytes.withUnsafeBytes { bytes in
                Int32(
                    unsafe Glibc.send(number, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
                )
            }
        }
    }
}
