// SPDX-License-Identifier: Apache-2.0

import Dispatch
import HTTP
import Logging
import Synchronization

/// Warns about requests refused with 503: immediately, then at most once a second.
final class OverloadLog: Sendable {
    private let logger: Logger
    private let state = Mutex(State())

    private struct State {
        /// The number of refusals since the last line, by reason.
        var counts: [Refusal: Int] = [:]
        /// Whether another line is due within a second.
        var isWaiting = false
    }

    init(_ logger: Logger) {
        self.logger = logger
    }

    /// Counts a refusal.
    func note(_ refusal: Refusal) {
        let isFirst = state.withLock { state in
            state.counts[refusal, default: 0] += 1
            defer { state.isWaiting = true }
            return !state.isWaiting
        }
        if isFirst { reportRepeatedly() }
    }

    /// Logs the refusals since the last line.
    ///
    /// - Returns: Whether there were any.
    @discardableResult
    func report() -> Bool {
        let counts = state.withLock { state in
            defer { state.counts = [:] }
            return state.counts
        }
        guard !counts.isEmpty else { return false }
        let reasons = counts.map {
            ($0.key.code, Logger.Metadata.Value.stringConvertible($0.value))
        }
        logger.warning(
            "overloaded: requests were refused",
            metadata: ["refusals": .dictionary(Dictionary(uniqueKeysWithValues: reasons))]
        )
        return true
    }

    /// Reports now and every second, until there are no refusals to report.
    private func reportRepeatedly() {
        guard report() else {
            return state.withLock { $0.isWaiting = false }
        }
        DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(1)) {
            self.reportRepeatedly()
        }
    }
}
