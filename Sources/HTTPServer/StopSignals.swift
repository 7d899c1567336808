// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Glibc
import Synchronization

/// Calls back for each SIGTERM and SIGINT until it is cancelled.
package final class StopSignals: Sendable {
    private let sources: Mutex<[any DispatchSourceSignal]>
    private let hasCome = Atomic(false)

    /// Listens from now on; to be made before other threads are, which would be interrupted.
    ///
    /// Dispatch takes its time to register the sources. A signal that comes meanwhile waits: were it
    /// ignored instead, it would be lost, and the server could not be stopped by it.
    ///
    /// - Parameter handler: Told whether the signal is the first.
    package init(_ handler: @escaping @Sendable (_ isFirst: Bool) -> Void) {
        let numbers = [SIGTERM, SIGINT]
        SystemCall.holdBack(numbers)
        let queue = DispatchQueue(label: "stop-signals")
        sources = Mutex(
            numbers.map { DispatchSource.makeSignalSource(signal: $0, queue: queue) }
        )
        sources.withLock { sources in
            for source in sources {
                source.setEventHandler { [self] in
                    handler(!hasCome.exchange(true, ordering: .relaxed))
                }
                source.activate()
            }
        }
    }

    package func cancel() {
        sources.withLock { sources in
            for source in sources { source.cancel() }
        }
    }
}
