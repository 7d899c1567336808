// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

/// Waiting for many descriptors at once, and being woken.
extension SystemCall {
    /// A set of descriptors that are watched.
    ///
    /// The corresponding C function is `epoll_create1`.
    static func makePoll() throws(SystemError) -> Descriptor {
        let number = try check("epoll_create1") { epoll_create1(Int32(EPOLL_CLOEXEC)) }
        return Descriptor(number: number)
    }

    /// Watches a descriptor for changes (edges) in whether it can be read or written.
    ///
    /// The corresponding C function is `epoll_ctl`.
    static func watch(
        _ descriptor: borrowing Descriptor,
        on poll: borrowing Descriptor,
        key: UInt64
    ) throws(SystemError) {
        // Safe: of the union in it only the integer is ever used, and the pointer is to a local
        // variable, which the kernel copies.
        var event = unsafe epoll_event()
        unsafe event.events = Change.watched
        unsafe event.data.u64 = key
        let number = descriptor.number
        let pollNumber = poll.number
        _ = try check("epoll_ctl") {
            unsafe epoll_ctl(pollNumber, EPOLL_CTL_ADD, number, &event)
        }
    }

    /// Ends watching a descriptor that is watched.
    ///
    /// The corresponding C function is `epoll_ctl`.
    static func ignore(_ descriptor: borrowing Descriptor, on poll: borrowing Descriptor) {
        // It fails only for a descriptor that is not watched.
        _ = epoll_ctl(poll.number, EPOLL_CTL_DEL, descriptor.number, nil)
    }

    /// Waits for changes and notes them; returns at once if there are some already.
    ///
    /// The corresponding C function is `epoll_wait`.
    ///
    /// - Parameters:
    ///   - poll: What watches.
    ///   - changes: Where the changes are noted.
    ///   - milliseconds: How long it waits at most; -1: for ever.
    /// - Returns: How many changes there are at the beginning of the array.
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
        // It fails only when a signal comes, and then nothing has happened yet.
        return max(0, Int(count))
    }

    /// A bell for one loop to be rung from any thread.
    ///
    /// The corresponding C function is `eventfd`.
    static func makeBell() throws(SystemError) -> Descriptor {
        let flags = Int32(EFD_NONBLOCK | EFD_CLOEXEC)
        let number = try check("eventfd") { eventfd(0, flags) }
        return Descriptor(number: number)
    }

    /// Rings a bell.
    ///
    /// The corresponding C function is `eventfd_write`.
    static func ring(_ bell: borrowing Descriptor) {
        // It fails only when 2^64 - 1 rings have not been heard.
        _ = eventfd_write(bell.number, 1)
    }

    /// A timer to be watched.
    ///
    /// The corresponding C function is `timerfd_create`.
    static func makeTimer() throws(SystemError) -> Descriptor {
        let flags = Int32(TFD_NONBLOCK | TFD_CLOEXEC)
        let number = try check("timerfd_create") { timerfd_create(CLOCK_MONOTONIC, flags) }
        return Descriptor(number: number)
    }

    /// Lets a timer go off once, after a while.
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

/// Room for what ``SystemCall/wait(on:for:milliseconds:)`` reports.
///
/// Safe: of the union in each element only the integer is ever used.
@safe struct Changes {
    fileprivate var events: [epoll_event]

    init(capacity: Int) {
        unsafe events = Array(repeating: epoll_event(), count: capacity)
    }

    subscript(index: Int) -> Change {
        unsafe Change(key: events[index].data.u64, flags: events[index].events)
    }
}

/// What has changed about a watched descriptor.
struct Change {
    /// What it was watched under.
    let key: UInt64
    let isReadable: Bool
    let isWritable: Bool
    /// Whether the other side will send nothing more, or the connection is broken.
    let isEnding: Bool

    init(key: UInt64, flags: UInt32) {
        self.key = key
        let broken = EPOLLHUP.rawValue | EPOLLERR.rawValue
        isEnding = flags & (EPOLLRDHUP.rawValue | broken) != 0
        isReadable = isEnding || flags & EPOLLIN.rawValue != 0
        isWritable = flags & (EPOLLOUT.rawValue | broken) != 0
    }

    /// Both directions, and the end of input, whenever one of them changes.
    static var watched: UInt32 {
        EPOLLIN.rawValue | EPOLLOUT.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue
    }
}
