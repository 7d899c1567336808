// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Glibc
import Synchronization

/// Calls back for each SIGTERM and SIGINT until it is cancelled.
final class StopSignals: Sendable {
    private let sources: Mutex<[any DispatchSourceSignal]>
    private let hasCome = Atomic(false)

    /// The handler is told whether the signal is the first.
    init(_ handler: @escaping @Sendable (_ isFirst: Bool) -> Void) {
        let queue = DispatchQueue(label: "stop-signals")
        sources = Mutex(
            [SIGTERM, SIGINT].map { number in
                // The source sees the signal only once its default, to end the process, is off.
                _ = signal(number, SIG_IGN)
                return DispatchSource.makeSignalSource(signal: number, queue: queue)
            }
        )
        sources.withLock { sources in
            for source in sources {
                source.setEventHandler { [self] in
                    handler(!hasCome.exchange(true, ordering: .relaxed))
                }
                source.resume()
            }
        }
    }

    func cancel() {
        sources.withLock { sources in
            for source in sources { source.cancel() }
        }
    }
}
