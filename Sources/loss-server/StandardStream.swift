// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Standard input, output and error, unbuffered.
enum StandardStream: Int32 {
    case output = 1
    case error = 2

    /// Writes text in one piece, so that lines from several threads do not mix.
    func write(_ text: String) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            // Safe: the kernel reads exactly the bytes of the buffer.
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.write(rawValue, buffer.baseAddress, buffer.count)
            }
            // The reader has closed the stream, so the error cannot be reported.
            guard count > 0 || errno == EINTR else { return }
            bytes = bytes.dropFirst(max(0, count))
        }
    }

    /// Writes text of less than a page, unless the stream stays full for a second.
    func offer(_ text: String) {
        var descriptor = pollfd(fd: rawValue, events: Int16(POLLOUT), revents: 0)
        // Safe: the pointer refers to a local variable with one element. A writable pipe has room
        // for a page.
        guard unsafe poll(&descriptor, 1, 1_000) > 0 else { return }
        write(text)
    }

    /// Reads the next bytes of standard input; returns `nil` at its end, or if it cannot be read.
    static func read(atMost count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        while true {
            // Safe: the kernel writes at most as many bytes as the buffer has.
            let length = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe Glibc.read(0, buffer.baseAddress, buffer.count)
            }
            if length < 0, errno == EINTR { continue }
            return length > 0 ? Array(bytes[..<length]) : nil
        }
    }
}
