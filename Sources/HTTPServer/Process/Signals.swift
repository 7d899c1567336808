// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Glibc
import Synchronization

/// Calls a handler for the signals of an operator until canceled.
package final class Signals: Sendable {
    /// The meaning of a signal.
    package enum Event: Sendable {
        /// SIGTERM or SIGINT: stop; a second one means immediately.
        case stop(isFirst: Bool)
        /// SIGHUP: reload files that may have changed.
        case reload
    }

    private let sources: Mutex<[any DispatchSourceSignal]>
    private let hasStopped = Atomic(false)

    /// The handled signals.
    static let numbers = [SIGTERM, SIGINT, SIGHUP]

    /// Starts handling signals, including those received since ``ProcessStart/prepare()``.
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
