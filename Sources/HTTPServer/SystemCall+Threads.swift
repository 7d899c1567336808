// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

/// Threads that make way for others.
extension SystemCall {
    /// Starts a thread; ends with its body.
    ///
    /// Dispatch has no threads of a lower priority on Linux, and those it has go from queue to
    /// queue, so that one whose priority had been lowered would soon serve an event loop.
    ///
    /// The corresponding C functions are `pthread_create` and `setpriority`.
    ///
    /// - Parameters:
    ///   - niceness: What the system is to take off its share of the processors, 0 to 19.
    ///   - body: What it does.
    static func startThread(niceness: Int32, _ body: @escaping @Sendable () -> Void) {
        let work = unsafe Unmanaged.passRetained(Work(niceness: niceness, body: body))
        var thread = pthread_t()
        // Safe: the one reference is given away here, and taken back once by the new thread.
        let code = unsafe pthread_create(
            &thread,
            nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                let work = unsafe Unmanaged<Work>.fromOpaque(argument).takeRetainedValue()
                // On Linux this is the niceness of the calling thread alone. Where it fails, the
                // thread is as important as any other.
                name_worker()
                _ = setpriority(Int32(PRIO_PROCESS.rawValue), 0, work.niceness)
                work.body()
                return nil
            },
            unsafe work.toOpaque()
        )
        guard code == 0 else { return unsafe work.release() }
        _ = pthread_detach(thread)
    }

    private final class Work: Sendable {
        let niceness: Int32
        let body: @Sendable () -> Void

        init(niceness: Int32, body: @escaping @Sendable () -> Void) {
            self.niceness = niceness
            self.body = body
        }
    }
}
