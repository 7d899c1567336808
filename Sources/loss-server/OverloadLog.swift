// SPDX-License-Identifier: Apache-2.0

import Dispatch
import HTTP
import Logging
import Synchronization

/// Warns that requests are refused for want of room: at once, and then once a second at most.
final class OverloadLog: Sendable {
    private let logger: Logger
    private let state = Mutex(State())

    private struct State {
        /// What has been refused since the last line, by the reason.
        var counts: [Refusal: Int] = [:]
        /// Whether a line is to follow within a second.
        var isWaiting = false
    }

    init(_ logger: Logger) {
        self.logger = logger
    }

    /// Takes note of a refusal.
    func note(_ refusal: Refusal) {
        let isFirst = state.withLock { state in
            state.counts[refusal, default: 0] += 1
            defer { state.isWaiting = true }
            return !state.isWaiting
        }
        if isFirst { tellAndWait() }
    }

    /// Tells what has been refused since the last line.
    ///
    /// - Returns: Whether that was anything.
    @discardableResult
    func tell() -> Bool {
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

    /// Tells it now and each second from now on, until there is nothing to tell.
    private func tellAndWait() {
        guard tell() else {
            return state.withLock { $0.isWaiting = false }
        }
        DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(1)) { self.tellAndWait() }
    }
}
