// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Glibc
import Synchronization

/// Calls back for each SIGTERM and SIGINT until it is cancelled.
final class StopSignals: Sendable {
    private let sources: Mutex<[any DispatchSourceSignal]>
    private let hasCome = Atomic(false)

    /// Returns when the signals are heard; the handler is told whether the signal is the first.
    ///
    /// Until then a signal ends the process, as it does by default: Dispatch takes it from there.
    /// Were it ignored meanwhile, one that comes at the wrong moment would be lost, and the server
    /// could not be stopped by it.
    init(_ handler: @escaping @Sendable (_ isFirst: Bool) -> Void) {
        let queue = DispatchQueue(label: "stop-signals")
        let registrations = DispatchGroup()
        sources = Mutex(
            [SIGTERM, SIGINT].map { DispatchSource.makeSignalSource(signal: $0, queue: queue) }
        )
        sources.withLock { sources in
            for source in sources {
                registrations.enter()
                source.setRegistrationHandler { registrations.leave() }
                source.setEventHandler { [self] in
                    handler(!hasCome.exchange(true, ordering: .relaxed))
                }
                source.activate()
            }
        }
        registrations.wait()
    }

    func cancel() {
        sources.withLock { sources in
            for source in sources { source.cancel() }
        }
    }
}
