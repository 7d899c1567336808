// SPDX-License-Identifier: Apache-2.0

/// The pace of refusals for lack of capacity.
///
/// Clients that send a refused request again at once could take all processor time with requests
/// that are refused, and none would be left for those that were admitted. Beyond
/// ``perSecond``, refusals are therefore held back for ``delay``; a client that waits for its
/// response then sends at most one request in that time.
package struct RefusalPace: Sendable {
    /// The number of refusals in a second that are not held back.
    package static let perSecond = 100

    /// The time for which further refusals are held back: that after which clients are told to retry.
    package static let delay = Duration.seconds(1)

    /// The time at which the current second began.
    private var start: Instant?
    private var count = 0

    package init() {}

    /// Counts a refusal; returns whether it may be sent at once.
    package mutating func allows(_ refusal: Refusal, at now: Instant) -> Bool {
        guard refusal.isOverload else { return true }
        if start.map({ now.duration(since: $0) >= .seconds(1) }) ?? true {
            start = now
            count = 0
        }
        count += 1
        return count <= Self.perSecond
    }
}
