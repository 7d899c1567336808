// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

/// Threads, with low priority where they must yield to event loops.
extension SystemCall {
    /// The niceness of background threads, see `nice`(1).
    ///
    /// At 19, the maximum, they get a seventieth of a processor that an event loop also wants.
    /// `SCHED_IDLE` would leave them less, but the scheduler then treats their processors as idle
    /// and spreads an event loop and its client over both.
    private static let niceness: Int32 = 19

    /// Starts a thread that yields the processor to interactive loops and ends with its body.
    ///
    /// Dispatch threads are unsuitable: they have a niceness of at most 10
    /// (`DispatchQoS.background`), and they move between queues, so a lowered one would soon serve
    /// another queue.
    ///
    /// The thread uses `SCHED_BATCH`: when it becomes runnable, it does not preempt the running
    /// thread.
    ///
    /// The corresponding C functions are `sched_setscheduler` and `setpriority`.
    ///
    /// - Parameters:
    ///   - name: The name in debuggers and `top -H`, at most 15 characters.
    ///   - body: The work of the thread.
    /// - Throws: The error from creating the thread.
    static func startBackgroundThread(
        named name: String,
        _ body: @escaping @Sendable () -> Void
    ) throws(SystemError) {
        try startThread(named: name) {
            lower_priority(niceness)
            body()
        }
    }

    /// Starts a thread, which ends with its body.
    ///
    /// The corresponding C function is `pthread_create`.
    static func startThread(
        named name: String,
        _ body: @escaping @Sendable () -> Void
    ) throws(SystemError) {
        let work = unsafe Unmanaged.passRetained(Work(name: name, body: body))
        var thread = pthread_t()
        // Safe: the only reference is given up here and taken back once: by the new thread, or
        // below if there is none.
        var attributes = pthread_attr_t()
        // Safe: initialized by the call. Neither call fails with a size of many pages.
        unsafe pthread_attr_init(&attributes)
        unsafe pthread_attr_setstacksize(&attributes, stackBytes)
        let code = unsafe pthread_create(
            &thread,
            &attributes,
            { argument in
                guard let argument = unsafe argument else { return nil }
                let work = unsafe Unmanaged<Work>.fromOpaque(argument).takeRetainedValue()
                unsafe name_thread(work.name)
                work.body()
                return nil
            },
            unsafe work.toOpaque()
        )
        unsafe pthread_attr_destroy(&attributes)
        guard code == 0 else {
            unsafe work.release()
            throw SystemError(call: "pthread_create", code: code)
        }
        _ = pthread_detach(thread)
    }

    /// The stack size in bytes; nothing here recurses.
    private static let stackBytes = 1_024 * 1_024

    private final class Work: Sendable {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }
}
