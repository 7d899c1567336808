// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Standard streams and other descriptors that may be closed, broken or stuck.
extension SystemCall {
    /// Makes sure that the descriptors 0, 1 and 2 are taken, by `/dev/null` where they were closed:
    /// a socket that got one of them would be written to by whoever logs.
    ///
    /// The corresponding C functions are `fcntl` and `open`.
    static func takeStandardDescriptors() {
        for number: Int32 in 0...2 where fcntl(number, F_GETFD) < 0 {
            // The kernel gives the lowest number that is free, which is this one.
            // Safe: the path ends with a zero for the length of the call.
            _ = unsafe open("/dev/null", O_RDWR)
        }
    }

    /// Has writing to a pipe that nobody reads fail, rather than end the process.
    ///
    /// The corresponding C function is `signal`.
    static func ignoreBrokenPipes() {
        _ = signal(SIGPIPE, SIG_IGN)
    }

    /// Writes bytes to a descriptor; waits where it is one that waits.
    ///
    /// The corresponding C function is `write`.
    static func write(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) -> Transfer {
        while true {
            // Safe: the kernel reads as many bytes as it is told there are.
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.write(descriptor, buffer.baseAddress, buffer.count)
            }
            if let result = transfer("write", count) { return result }
        }
    }

    /// Waits until a descriptor takes bytes, or until it is broken.
    ///
    /// The corresponding C function is `poll`.
    ///
    /// - Returns: Whether that came about within so many milliseconds; -1: for ever.
    @discardableResult
    static func waitUntilWritable(_ descriptor: Int32, milliseconds: Int32 = -1) -> Bool {
        var question = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        // Safe: the pointer is to a local variable, and there is one element.
        return unsafe poll(&question, 1, milliseconds) > 0
    }

    /// Has the calling thread rest for a while.
    ///
    /// The corresponding C function is `poll`.
    static func rest(milliseconds: Int) {
        // It waits for nothing, and so for the time alone.
        _ = poll(nil, 0, Int32(clamping: milliseconds))
    }
}
