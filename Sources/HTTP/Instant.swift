// SPDX-License-Identifier: Apache-2.0

/// Tells the time.
package typealias MonotonicClock = @Sendable () -> Instant

/// A point on the monotonic clock.
///
/// Nothing in this module reads a clock: whoever drives a connection passes the time in, so that
/// tests can invent it.
package struct Instant: Sendable, Hashable, Comparable {
    /// The time since an origin that is the same for all instants of a process.
    package let nanoseconds: Int64

    package init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    package static func < (left: Instant, right: Instant) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    /// The instant that lies `duration` later, which may be never.
    package func advanced(by duration: Duration) -> Instant {
        let (seconds, attoseconds) = duration.components
        let (whole, isTooLong) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, isTooLate) = nanoseconds.addingReportingOverflow(whole)
        let (exact, isLater) = sum.addingReportingOverflow(attoseconds / 1_000_000_000)
        return Instant(nanoseconds: isTooLong || isTooLate || isLater ? .max : exact)
    }

    /// The instant that lies so many nanoseconds later, far from where time ends.
    package func advanced(byNanoseconds count: Int64) -> Instant {
        Instant(nanoseconds: nanoseconds &+ count)
    }

    /// The time that has passed since an earlier instant.
    package func duration(since earlier: Instant) -> Duration {
        .nanoseconds(nanoseconds(since: earlier))
    }

    /// The nanoseconds that have passed since an earlier instant.
    package func nanoseconds(since earlier: Instant) -> Int64 {
        nanoseconds - earlier.nanoseconds
    }

    /// How many seconds have passed since an earlier instant.
    package func seconds(since earlier: Instant) -> Double {
        Double(nanoseconds - earlier.nanoseconds) / 1e9
    }
}
