// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Glibc
import Synchronization

/// Calls back for the signals that an operator sends, until it is cancelled.
package final class Signals: Sendable {
    /// What a signal asks for.
    package enum Event: Sendable {
        /// SIGTERM or SIGINT: stop; a second one means at once.
        case stop(isFirst: Bool)
        /// SIGHUP: read again what may have changed.
        case reload
    }

    private let sources: Mutex<[any DispatchSourceSignal]>
    private let hasStopped = Atomic(false)

    /// The signals that it listens to.
    static let numbers = [SIGTERM, SIGINT, SIGHUP]

    /// Listens from now on, also to what has come since ``ProcessStart/prepare()``.
    package init(_ handler: @escaping @Sendable (Event) -> Void) {
        let numbers = Self.numbers
        let queue = DispatchQueue(label: "signals")
        sources = Mutex(
            numbers.map { DispatchSource.makeSignalSource(signal: $0, queue: queue) }
        )
        sources.withLock { sources in
            for (source, number) in zip(sources, numbers) {
                source.setEventHandler { [self] in
                    guard number != SIGHUP else { return handler(.reload) }
                    handler(.stop(isFirst: !hasStopped.exchange(true, ordering: .relaxed)))
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
