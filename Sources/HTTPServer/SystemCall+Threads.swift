// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

/// Threads that make way for others.
extension SystemCall {
    /// How much these threads make way, see `nice`(1).
    ///
    /// With 19, the most, a seventieth of the processor is left where an event loop wants it too.
    /// The 99th percentile of small requests beside four clients with a million numbers each was
    /// 2.3 ms with workers of 19, and 3.3 ms with 10, which leaves a tenth. `SCHED_IDLE` would leave
    /// a three hundredth; but then the system spreads an event loop and its client over the
    /// processors that it takes for idle, and a lone client waited 1.3 ms instead of 0.35
    /// (2026-11-25).
    private static let niceness: Int32 = 19

    /// Starts a thread that has the processors when no loop of short questions wants them; ends
    /// with its body.
    ///
    /// Those of Dispatch go down to a niceness of 10 (`DispatchQoS.background`), and they go from
    /// queue to queue, so that one which had been lowered further would soon serve another.
    ///
    /// The thread is for batches (`SCHED_BATCH`): where it has something to do, it waits until the
    /// one that has the processor is done. The 99th percentile of four small connections beside the
    /// large ones was 0.6 and 1.0 ms with it and 1.3 and 1.4 without, in two pairs of five rounds
    /// that differed by a factor of five among themselves (2026-11-26).
    ///
    /// The corresponding C functions are `sched_setscheduler` and `setpriority`.
    ///
    /// - Parameters:
    ///   - name: What debuggers and `top -H` call it, up to 15 characters.
    ///   - body: What it does.
    /// - Throws: Why there can be no more threads.
    static func startBackgroundThread(
        named name: String,
        _ body: @escaping @Sendable () -> Void
    ) throws(SystemError) {
        try startThread(named: name) {
            make_way(niceness)
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
        // Safe: the one reference is given away here, and taken back once: by the new thread, or
        // below where there is none.
        var attributes = pthread_attr_t()
        // Safe: initialised by the call. Neither fails with a size of many pages.
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

    /// The stack of a thread: nothing here recurses.
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
