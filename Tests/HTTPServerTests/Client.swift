// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A blocking client of 127.0.0.1 on a raw socket, which can violate the protocol.
final class Client {
    private let socket: Int32
    private var received: [UInt8] = []

    /// A failed system call of the test.
    struct Failure: Error {
        let call: String
        let code: Int32
    }

    /// Connects; reads time out after 20 seconds, which only happens in failing tests.
    init(port: Int, receiveBuffer: Int32? = nil) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        if let receiveBuffer { set(SOL_SOCKET, SO_RCVBUF, receiveBuffer) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        // Safe: the pointer and its length are valid for the call.
        let result = unsafe withUnsafeBytes(of: &address) { bytes in
            unsafe connect(
                socket,
                bytes.assumingMemoryBound(to: sockaddr.self).baseAddress,
                socklen_t(bytes.count)
            )
        }
        guard result == 0 else { throw Failure(call: "connect", code: errno) }
        set(SOL_SOCKET, SO_RCVTIMEO, timeval(tv_sec: 20, tv_usec: 0))
        set(Int32(IPPROTO_TCP), TCP_NODELAY, Int32(1))
    }

    deinit { close(socket) }

    /// Sends all bytes; returns `false` if the connection breaks.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            // Safe: the range is within the array.
            let count = unsafe bytes[sent...].withUnsafeBytes { part in
                unsafe Glibc.send(socket, part.baseAddress, part.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    /// Shuts down the sending side.
    func shutdownWrite() { _ = shutdown(socket, Int32(SHUT_WR)) }

    /// Makes closing the connection send a reset.
    func resetAtEnd() { set(SOL_SOCKET, SO_LINGER, linger(l_onoff: 1, l_linger: 0)) }

    /// Reads more bytes; returns `nil` at the end of input or after a timeout.
    private func more() -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 256 * 1_024)
        // Safe: the pointer and its length are valid for the call.
        let count = unsafe bytes.withUnsafeMutableBytes { buffer in
            unsafe recv(socket, buffer.baseAddress, buffer.count, 0)
        }
        return count > 0 ? Array(bytes[..<count]) : nil
    }

    /// Reads the rest of the server's output; returns `nil` if the connection breaks.
    func rest() -> [UInt8]? {
        errno = 0
        while let bytes = more() { received += bytes }
        defer { received = [] }
        return errno == 0 ? received : nil
    }

    /// Reads the next response.
    func response() throws -> ReceivedResponse {
        while true {
            if let (response, length) = ReceivedResponse.first(of: received) {
                received.removeFirst(length)
                return response
            }
            guard let bytes = more() else { throw Failure(call: "recv", code: errno) }
            received += bytes
        }
    }

    private func set<Value>(_ level: Int32, _ option: Int32, _ value: Value) {
        // Safe: the pointer and its length are valid for the call.
        _ = unsafe withUnsafeBytes(of: value) { bytes in
            unsafe setsockopt(socket, level, option, bytes.baseAddress, socklen_t(bytes.count))
        }
    }
}
