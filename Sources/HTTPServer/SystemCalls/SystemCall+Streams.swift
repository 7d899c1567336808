// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Standard streams and other descriptors that may be closed, broken or blocked.
extension SystemCall {
    /// Opens `/dev/null` for each of the descriptors 0, 1 and 2 that is closed: a socket with such
    /// a number would receive log output.
    ///
    /// The corresponding C functions are `fcntl` and `open`.
    static func reserveStandardDescriptors() {
        for number: Int32 in 0...2 where fcntl(number, F_GETFD) < 0 {
            // The kernel returns the lowest free number, which is this one. Safe: the path is
            // null-terminated for the call.
            _ = unsafe open("/dev/null", O_RDWR)
        }
    }

    /// Makes writing to a pipe without a reader an error instead of terminating the process.
    ///
    /// The corresponding C function is `signal`.
    static func ignoreBrokenPipes() {
        _ = signal(SIGPIPE, SIG_IGN)
    }

    /// Writes bytes to a descriptor, blocking if the descriptor does.
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

    /// Waits until a descriptor is writable or broken.
    ///
    /// The corresponding C function is `poll`.
    ///
    /// - Returns: Whether that happened within `milliseconds`; -1 means no limit.
    @discardableResult
    static func waitUntilWritable(_ descriptor: Int32, milliseconds: Int32 = -1) -> Bool {
        var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        // Safe: the pointer is to a local variable, and there is one element.
        return unsafe poll(&request, 1, milliseconds) > 0
    }

    /// Suspends the calling thread for a time.
    ///
    /// The corresponding C function is `usleep`.
    static func sleep(microseconds: Int) {
        // The only failure is an interruption by a signal, which ends the wait.
        _ = usleep(UInt32(clamping: microseconds))
    }
}
