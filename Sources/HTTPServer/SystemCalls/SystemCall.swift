// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc
import HTTP

/// Calls into the C library: the only code with `unsafe` and with `errno`.
///
/// None of them blocks, except where stated.
enum SystemCall {
    /// The result of a read or a write.
    enum Transfer: Equatable {
        case bytes(Int)
        /// No data or no space at the moment.
        case wouldBlock
        /// The peer will send nothing more.
        case end
        case failed(SystemError)
    }

    /// Returns the result of a call or throws its error; repeats the call if a signal interrupted
    /// it.
    static func check(_ name: String, _ call: () -> Int32) throws(SystemError) -> Int32 {
        while true {
            let result = call()
            if result >= 0 { return result }
            if errno != EINTR { throw SystemError(call: name, code: errno) }
        }
    }

    /// Converts the return value of a transfer; returns `nil` if a signal interrupted it.
    static func transfer(_ name: String, _ count: Int) -> Transfer? {
        if count > 0 { return .bytes(count) }
        if count == 0 { return .end }
        switch errno {
        case EINTR: return nil
        case EAGAIN: return .wouldBlock
        default: return .failed(SystemError(call: name, code: errno))
        }
    }

    /// Reads from a socket into a part of an array.
    ///
    /// The corresponding C function is `recv`.
    static func receive(
        _ socket: borrowing Descriptor,
        into bytes: inout [UInt8],
        _ part: Range<Int>
    ) -> Transfer {
        while true {
            // Safe: the part is checked to be within the array, whose memory is valid for the call.
            let count = unsafe bytes.withUnsafeMutableBytes { buffer in
                let room = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[part])
                return unsafe recv(socket.number, room.baseAddress, room.count, 0)
            }
            if let result = transfer("recv", count) { return result }
        }
    }

    /// Appends bytes from a socket to a span.
    ///
    /// The corresponding C function is `recv`.
    static func receive(
        _ socket: borrowing Descriptor,
        appendingTo bytes: inout OutputSpan<UInt8>
    ) -> Transfer {
        while true {
            // Safe: only the free part of the buffer is written, and exactly the bytes that the
            // kernel wrote count as initialized.
            let count = unsafe bytes.withUnsafeMutableBufferPointer { buffer, initialized in
                let free = unsafe UnsafeMutableRawBufferPointer(
                    rebasing: UnsafeMutableRawBufferPointer(buffer)[initialized...]
                )
                let count = unsafe recv(socket.number, free.baseAddress, free.count, 0)
                initialized += max(0, count)
                return count
            }
            if let result = transfer("recv", count) { return result }
        }
    }

    /// Sends unsent bytes of an output, up to a limit.
    ///
    /// The corresponding C functions are `send` and `sendmsg`; a broken connection is reported as
    /// an error, not as a signal.
    static func send(
        _ socket: borrowing Descriptor,
        _ output: ResponseOutput,
        upTo limit: Int
    ) -> Transfer {
        let headSent = min(output.sent, output.head.count)
        let bodySent = output.sent - headSent
        while true {
            // Safe: both buffers are valid for the call, and the ranges are clamped to their
            // lengths.
            let count = unsafe output.head.withUnsafeBytes { head in
                let headPart = unsafe UnsafeRawBufferPointer(
                    rebasing: head[headSent...].prefix(limit)
                )
                guard !output.body.isEmpty else {
                    return unsafe Glibc.send(
                        socket.number,
                        headPart.baseAddress,
                        headPart.count,
                        Int32(MSG_NOSIGNAL)
                    )
                }
                return unsafe output.body.withUnsafeBytes { body in
                    let bodyPart = unsafe UnsafeRawBufferPointer(
                        rebasing: body[bodySent...].prefix(limit - headPart.count)
                    )
                    return unsafe send(socket.number, headPart, bodyPart)
                }
            }
            if let result = transfer("send", count) { return result }
        }
    }

    /// Sends two buffers with one call.
    private static func send(
        _ socket: Int32,
        _ first: UnsafeRawBufferPointer,
        _ second: UnsafeRawBufferPointer
    ) -> Int {
        // Safe: the kernel only reads through these pointers, and only during the call.
        var parts = unsafe (
            iovec(
                iov_base: UnsafeMutableRawPointer(mutating: first.baseAddress),
                iov_len: first.count
            ),
            iovec(
                iov_base: UnsafeMutableRawPointer(mutating: second.baseAddress),
                iov_len: second.count
            )
        )
        return unsafe withUnsafeMutablePointer(to: &parts) { pointer in
            // A homogeneous tuple has the memory layout of an array.
            unsafe pointer.withMemoryRebound(to: iovec.self, capacity: 2) { parts in
                var message = unsafe msghdr()
                unsafe message.msg_iov = parts
                unsafe message.msg_iovlen = 2
                return unsafe sendmsg(socket, &message, Int32(MSG_NOSIGNAL))
            }
        }
    }

    /// Shuts down the sending side of a socket.
    ///
    /// The corresponding C function is `shutdown`.
    static func shutdownWrite(_ socket: borrowing Descriptor) {
        // Fails only if the peer has gone already, which the next read reports.
        _ = shutdown(socket.number, Int32(SHUT_WR))
    }

    /// Closes a descriptor.
    ///
    /// The corresponding C function is `close`.
    static func close(_ descriptor: Int32) {
        // Linux releases the descriptor regardless of the result, so there is nothing to repeat.
        _ = Glibc.close(descriptor)
    }

    /// Returns the text of an error number.
    ///
    /// The corresponding C function is `strerror`.
    static func message(for code: Int32) -> String {
        // Safe: since version 2.32 glibc keeps the text until the next call on the same thread.
        unsafe String(cString: strerror(code))
    }

    /// Returns the number of cores available to this process.
    ///
    /// The corresponding C function is `sched_getaffinity`.
    static func coreCount() -> Int { Int(core_count()) }

    /// Returns the time on the monotonic clock.
    ///
    /// The corresponding C function is `clock_gettime`.
    static func now() -> Instant {
        let time = time(of: CLOCK_MONOTONIC)
        return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    /// Returns the whole seconds since the beginning of 1970.
    ///
    /// The corresponding C function is `clock_gettime`.
    static func secondsSince1970() -> Int { time(of: CLOCK_REALTIME).tv_sec }

    /// Returns the seconds since the beginning of 1970, with their fraction.
    static func fractionalSecondsSince1970() -> Double { seconds(time(of: CLOCK_REALTIME)) }

    /// Returns the processor time of all threads of this process, user and system, in seconds.
    static func processorSeconds() -> Double { seconds(time(of: CLOCK_PROCESS_CPUTIME_ID)) }

    private static func seconds(_ time: timespec) -> Double {
        Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private static func time(of clock: clockid_t) -> timespec {
        var time = timespec()
        // Safe: the pointer is to a local variable. The clocks always exist.
        _ = unsafe clock_gettime(clock, &time)
        return time
    }
}
