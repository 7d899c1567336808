// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A blocking client of 127.0.0.1 on a bare socket, which can do what libraries are too polite for.
final class Client {
    private let socket: Int32
    private var received: [UInt8] = []

    /// A system call of the test that failed.
    struct Failure: Error {
        let call: String
        let code: Int32
    }

    /// Connects; all reads give up after 20 seconds, which is for tests that fail.
    init(port: Int, receiveBuffer: Int32? = nil) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        if let receiveBuffer { set(SOL_SOCKET, SO_RCVBUF, receiveBuffer) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        // Safe: the pointer is to a local variable, and its size is passed with it.
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

    /// Sends all bytes; false if the connection breaks.
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

    /// Says that nothing more will come.
    func shutdownWrite() { _ = shutdown(socket, Int32(SHUT_WR)) }

    /// Makes the end of this client a reset.
    func resetAtEnd() { set(SOL_SOCKET, SO_LINGER, linger(l_onoff: 1, l_linger: 0)) }

    /// Reads some more; nil at the end, or where nothing comes.
    private func more() -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 256 * 1_024)
        // Safe: the buffer is valid for the call and its length is passed with it.
        let count = unsafe bytes.withUnsafeMutableBytes { buffer in
            unsafe recv(socket, buffer.baseAddress, buffer.count, 0)
        }
        return count > 0 ? Array(bytes[..<count]) : nil
    }

    /// The rest of what the server sends, up to its end; nil if the connection breaks instead.
    func rest() -> [UInt8]? {
        errno = 0
        while let bytes = more() { received += bytes }
        defer { received = [] }
        return errno == 0 ? received : nil
    }

    /// The next answer.
    func answer() throws -> Answer {
        while true {
            if let (answer, length) = Answer.first(of: received) {
                received.removeFirst(length)
                return answer
            }
            guard let bytes = more() else { throw Failure(call: "recv", code: errno) }
            received += bytes
        }
    }

    private func set<Value>(_ level: Int32, _ option: Int32, _ value: Value) {
        // Safe: the pointer is to a local variable, and its size is passed with it.
        _ = unsafe withUnsafeBytes(of: value) { bytes in
            unsafe setsockopt(socket, level, option, bytes.baseAddress, socklen_t(bytes.count))
        }
    }
}
