// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Client sockets for the health probe, the only blocking ones.
extension SystemCall {
    /// Connects a blocking socket whose reads and writes time out after `seconds`.
    ///
    /// The corresponding C functions are `socket`, `setsockopt` and `connect`.
    static func connect(_ address: Address, seconds: Int) throws(SystemError) -> Descriptor {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        let number = try check("socket") { socket(address.family, type, 0) }
        let connection = Descriptor(number: number)
        var timeout = timeval(tv_sec: seconds, tv_usec: 0)
        let length = socklen_t(MemoryLayout<timeval>.size)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            // Safe: the pointer and its length are valid for the call.
            _ = try check("setsockopt") {
                unsafe setsockopt(number, SOL_SOCKET, option, &timeout, length)
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

    /// Sends a few bytes, for which a new connection always has space.
    ///
    /// The corresponding C function is `send`.
    static func sendAll(_ socket: borrowing Descriptor, _ bytes: [UInt8]) throws(SystemError) {
        let number = socket.number
        // Safe: the pointer and its length are valid for the call.
        _ = try check("send") {
            unsafe bytes.withUnsafeBytes { bytes in
                Int32(
                    unsafe Glibc.send(number, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
                )
            }
        }
    }
}
