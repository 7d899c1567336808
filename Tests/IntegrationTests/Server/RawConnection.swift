// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A connection whose bytes are written by the test.
final class RawConnection {
    enum Failure: Error {
        case call(String, errno: Int32)
        case closed(after: String)
        case timedOut(after: String)
        case noResponse(String)
    }

    private let descriptor: Int32
    private var received: [UInt8] = []
    /// Whether the connection was reset, so that part of a response may be lost.
    private(set) var wasReset = false
    private let end: ContinuousClock.Instant

    /// Connects to a local port, with a time limit for the whole conversation.
    init(port: UInt16, within time: Duration = .seconds(120)) throws {
        end = ContinuousClock.now + time
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Failure.call("socket", errno: errno) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        // Safe: the address is valid for the call and its size is passed with it.
        let result = unsafe withUnsafePointer(to: &address) { address in
            unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, size)
            }
        }
        guard result == 0 else {
            let code = errno
            close(descriptor)
            throw Failure.call("connect", errno: code)
        }
    }

    deinit { close(descriptor) }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            // Safe: the buffer is valid for the call and its length is passed with it.
            let count = unsafe rest.withUnsafeBytes { buffer in
                unsafe Glibc.send(
                    descriptor,
                    buffer.baseAddress,
                    buffer.count,
                    Int32(MSG_NOSIGNAL)
                )
            }
            guard count > 0 else { throw Failure.call("send", errno: errno) }
            rest = rest.dropFirst(count)
        }
    }

    /// Shuts down the sending side.
    func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Reads the next response; an interim one consists of a head only.
    func readResponse(toHead: Bool = false) throws -> Response {
        let head = try take { bytes in
            bytes.indices.dropFirst(3).first { bytes[($0 - 3)...$0].elementsEqual("\r\n\r\n".utf8) }
        }
        let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n")
        guard let line = lines.first, line.hasPrefix("HTTP/1.1 "),
            let status = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { throw Failure.noResponse(String(decoding: head, as: UTF8.self)) }
        let fields = Fields(lines: lines.dropFirst())
        let length = toHead ? 0 : fields["Content-Length"].flatMap { Int($0) } ?? 0
        let body = length == 0 ? [] : try take { $0.count >= length ? length - 1 : nil }
        return Response(status: status, fields: fields, body: body)
    }

    /// Reads everything up to the end or reset of the connection.
    func rest() throws -> String {
        while try receive() {}
        defer { received = [] }
        return String(decoding: received, as: UTF8.self)
    }

    /// Reads the bytes up to and including the index that `last` returns, once it returns one.
    private func take(through last: ([UInt8]) -> Int?) throws -> [UInt8] {
        while true {
            if let index = last(received) {
                defer { received.removeFirst(index + 1) }
                return Array(received[...index])
            }
            guard try receive() else {
                throw Failure.closed(after: String(decoding: received, as: UTF8.self))
            }
        }
    }

    /// Waits for more bytes; returns `false` at the end of the connection.
    private func receive() throws -> Bool {
        guard Wait.forInput(on: descriptor, until: end) else {
            throw Failure.timedOut(after: String(decoding: received, as: UTF8.self))
        }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        // Safe: the buffer is valid for the call and its length is passed with it.
        let count = unsafe buffer.withUnsafeMutableBytes { buffer in
            unsafe recv(descriptor, buffer.baseAddress, buffer.count, 0)
        }
        if count < 0 {
            guard errno == ECONNRESET else { throw Failure.call("recv", errno: errno) }
            wasReset = true
        }
        received += buffer.prefix(max(0, count))
        return count > 0
    }
}
