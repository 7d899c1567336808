// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc
import HTTP

/// Every call into the C library: the only place with `unsafe` and with `errno`.
///
/// None of these blocks, but for the stated wait of ``wait(on:for:milliseconds:)``.
enum SystemCall {
    /// What came of reading or writing.
    enum Transfer: Equatable {
        case bytes(Int)
        /// There is no data, or no room, at the moment.
        case wouldBlock
        /// The other side will send nothing more.
        case end
        case failed(SystemError)
    }

    /// The result of a call, or why it failed; a call that a signal has interrupted is repeated.
    static func check(_ name: String, _ call: () -> Int32) throws(SystemError) -> Int32 {
        while true {
            let result = call()
            if result >= 0 { return result }
            if errno != EINTR { throw SystemError(call: name, code: errno) }
        }
    }

    /// What came of a transfer that returned `count`; nil if a signal has interrupted it.
    static func transfer(_ name: String, _ count: Int) -> Transfer? {
        if count > 0 { return .bytes(count) }
        if count == 0 { return .end }
        switch errno {
        case EINTR: return nil
        case EAGAIN: return .wouldBlock
        default: return .failed(SystemError(call: name, code: errno))
        }
    }

    /// Reads what a socket has into a part of an array.
    ///
    /// The corresponding C function is `recv`.
    static func receive(
        _ socket: borrowing Descriptor,
        into bytes: inout [UInt8],
        _ part: Range<Int>
    ) -> Transfer {
        while true {
            // Safe: the part is checked to lie in the array, whose memory is valid for the call.
            let count = unsafe bytes.withUnsafeMutableBytes { buffer in
                let room = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[part])
                return unsafe recv(socket.number, room.baseAddress, room.count, 0)
            }
            if let result = transfer("recv", count) { return result }
        }
    }

    /// Appends what a socket has to a span.
    ///
    /// The corresponding C function is `recv`.
    static func receive(
        _ socket: borrowing Descriptor,
        appendingTo bytes: inout OutputSpan<UInt8>
    ) -> Transfer {
        while true {
            // Safe: only the free part of the buffer is written to, and as many bytes are said to be
            // initialised as the kernel has written.
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

    /// Sends what is left of an output, up to a number of bytes.
    ///
    /// The corresponding C functions are `send` and `sendmsg`; a broken connection is an error and no
    /// signal.
    static func send(
        _ socket: borrowing Descriptor,
        _ output: Output,
        upTo limit: Int
    ) -> Transfer {
        let headSent = min(output.sent, output.head.count)
        let bodySent = output.sent - headSent
        while true {
            // Safe: both buffers are valid for the call, and the ranges are cut to their lengths.
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

    /// Sends two buffers as one.
    private static func send(
        _ socket: Int32,
        _ first: UnsafeRawBufferPointer,
        _ second: UnsafeRawBufferPointer
    ) -> Int {
        // Safe: the kernel only reads through these pointers, and not after the call.
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
            // A tuple of two of a kind lies in memory like an array of them.
            unsafe pointer.withMemoryRebound(to: iovec.self, capacity: 2) { parts in
                var message = unsafe msghdr()
                unsafe message.msg_iov = parts
                unsafe message.msg_iovlen = 2
                return unsafe sendmsg(socket, &message, Int32(MSG_NOSIGNAL))
            }
        }
    }

    /// Says that nothing more will be sent.
    ///
    /// The corresponding C function is `shutdown`.
    static func shutdownWrite(_ socket: borrowing Descriptor) {
        // It fails only where the other side has gone already, which the next read tells.
        _ = shutdown(socket.number, Int32(SHUT_WR))
    }

    /// The corresponding C function is `close`.
    static func close(_ descriptor: Int32) {
        // Linux gives the descriptor back whatever is returned, so there is nothing to repeat.
        _ = Glibc.close(descriptor)
    }

    /// The text of an error number.
    ///
    /// The corresponding C function is `strerror`.
    static func message(for code: Int32) -> String {
        // Safe: since its version 2.32 glibc keeps the text until the same thread asks again.
        unsafe String(cString: strerror(code))
    }

    /// How many cores this process may use.
    ///
    /// The corresponding C function is `sched_getaffinity`.
    static func coreCount() -> Int { Int(core_count()) }

    /// The time on the monotonic clock.
    ///
    /// The corresponding C function is `clock_gettime`.
    static func now() -> Instant {
        let time = time(of: CLOCK_MONOTONIC)
        return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    /// The seconds since the beginning of 1970.
    ///
    /// The corresponding C function is `clock_gettime`.
    static func secondsSince1970() -> Int { time(of: CLOCK_REALTIME).tv_sec }

    /// The seconds since the beginning of 1970, with what is past the last whole one.
    static func fractionalSecondsSince1970() -> Double { seconds(time(of: CLOCK_REALTIME)) }

    /// The seconds of processor time that all threads of this process have taken, user and system.
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
