// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

/// Waiting for events on many descriptors, and waking a waiting thread.
extension SystemCall {
    /// Creates an epoll instance.
    ///
    /// The corresponding C function is `epoll_create1`.
    static func makePoll() throws(SystemError) -> Descriptor {
        let number = try check("epoll_create1") { epoll_create1(Int32(EPOLL_CLOEXEC)) }
        return Descriptor(number: number)
    }

    /// Registers a descriptor for edge-triggered changes in readability and writability.
    ///
    /// The corresponding C function is `epoll_ctl`.
    static func watch(
        _ descriptor: borrowing Descriptor,
        on poll: borrowing Descriptor,
        key: UInt64
    ) throws(SystemError) {
        // Safe: only the integer of the union is used, and the kernel copies the local variable.
        var event = unsafe epoll_event()
        unsafe event.events = Change.watched
        unsafe event.data.u64 = key
        let number = descriptor.number
        let pollNumber = poll.number
        _ = try check("epoll_ctl") {
            unsafe epoll_ctl(pollNumber, EPOLL_CTL_ADD, number, &event)
        }
    }

    /// Unregisters a registered descriptor.
    ///
    /// The corresponding C function is `epoll_ctl`.
    static func unwatch(_ descriptor: borrowing Descriptor, on poll: borrowing Descriptor) {
        // Fails only for a descriptor that is not registered.
        _ = epoll_ctl(poll.number, EPOLL_CTL_DEL, descriptor.number, nil)
    }

    /// Waits for changes; returns at once if some are pending.
    ///
    /// The corresponding C function is `epoll_wait`.
    ///
    /// - Parameters:
    ///   - poll: The epoll instance.
    ///   - changes: Receives the changes.
    ///   - milliseconds: The maximum wait in milliseconds; -1 means no limit.
    /// - Returns: The number of changes at the beginning of the array.
    static func wait(
        on poll: borrowing Descriptor,
        for changes: inout Changes,
        milliseconds: Int32
    ) -> Int {
        let number = poll.number
        // Safe: the buffer is valid for the call and its length is passed with it.
        let count = unsafe changes.events.withUnsafeMutableBufferPointer { buffer in
            unsafe epoll_wait(number, buffer.baseAddress, Int32(buffer.count), milliseconds)
        }
        // Fails only when interrupted by a signal, before any event.
        return max(0, Int(count))
    }

    /// Creates an eventfd with which any thread can wake a loop.
    ///
    /// The corresponding C function is `eventfd`.
    static func makeWakeup() throws(SystemError) -> Descriptor {
        let flags = Int32(EFD_NONBLOCK | EFD_CLOEXEC)
        let number = try check("eventfd") { eventfd(0, flags) }
        return Descriptor(number: number)
    }

    /// Wakes the loop that watches an eventfd.
    ///
    /// The corresponding C function is `eventfd_write`.
    static func signalWakeup(_ wakeup: borrowing Descriptor) {
        // Fails only if 2^64 - 1 signals are pending.
        _ = eventfd_write(wakeup.number, 1)
    }

    /// Creates a timer descriptor.
    ///
    /// The corresponding C function is `timerfd_create`.
    static func makeTimer() throws(SystemError) -> Descriptor {
        let flags = Int32(TFD_NONBLOCK | TFD_CLOEXEC)
        let number = try check("timerfd_create") { timerfd_create(CLOCK_MONOTONIC, flags) }
        return Descriptor(number: number)
    }

    /// Sets a timer to expire once, after `milliseconds`.
    ///
    /// The corresponding C function is `timerfd_settime`.
    static func set(_ timer: borrowing Descriptor, milliseconds: Int) {
        var time = itimerspec()
        time.it_value.tv_sec = milliseconds / 1_000
        time.it_value.tv_nsec = milliseconds % 1_000 * 1_000_000
        // Safe: the pointer is to a local variable. The arguments are always valid.
        _ = unsafe timerfd_settime(timer.number, 0, &time, nil)
    }
}

/// The buffer for the results of ``SystemCall/wait(on:for:milliseconds:)``.
///
/// Safe: only the integer of each union is used.
@safe struct Changes {
    fileprivate var events: [epoll_event]

    init(capacity: Int) {
        unsafe events = Array(repeating: epoll_event(), count: capacity)
    }

    subscript(index: Int) -> Change {
        unsafe Change(key: events[index].data.u64, flags: events[index].events)
    }
}

/// A change in the state of a watched descriptor.
struct Change {
    /// The key under which the descriptor was registered.
    let key: UInt64
    let isReadable: Bool
    let isWritable: Bool
    /// Whether the peer will send nothing more, or the connection is broken.
    let isEnding: Bool
    /// Whether the connection is broken, for example by a reset.
    let isBroken: Bool

    init(key: UInt64, flags: UInt32) {
        self.key = key
        let broken = EPOLLHUP.rawValue | EPOLLERR.rawValue
        isBroken = flags & EPOLLERR.rawValue != 0
        isEnding = flags & (EPOLLRDHUP.rawValue | broken) != 0
        isReadable = isEnding || flags & EPOLLIN.rawValue != 0
        isWritable = flags & (EPOLLOUT.rawValue | broken) != 0
    }

    /// Both directions and the end of input, edge-triggered.
    static var watched: UInt32 {
        EPOLLIN.rawValue | EPOLLOUT.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue
    }
}
