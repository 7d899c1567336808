// SPDX-License-Identifier: Apache-2.0

/// Returns the current time.
package typealias MonotonicClock = @Sendable () -> Instant

/// A point on the monotonic clock.
///
/// Nothing in this module reads a clock: the driver of a connection passes the time in, so that
/// tests can control it.
package struct Instant: Sendable, Hashable, Comparable {
    /// The time since an origin that all instants of a process share.
    package let nanoseconds: Int64

    package init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    package static func < (left: Instant, right: Instant) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    /// Returns the instant `duration` later, saturating at the latest representable one.
    package func advanced(by duration: Duration) -> Instant {
        let (seconds, attoseconds) = duration.components
        let (whole, isTooLong) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, isTooLate) = nanoseconds.addingReportingOverflow(whole)
        let (exact, isLater) = sum.addingReportingOverflow(attoseconds / 1_000_000_000)
        return Instant(nanoseconds: isTooLong || isTooLate || isLater ? .max : exact)
    }

    /// Returns the instant `count` nanoseconds later, without checking for overflow.
    package func advanced(byNanoseconds count: Int64) -> Instant {
        Instant(nanoseconds: nanoseconds &+ count)
    }

    /// Returns the time elapsed since an earlier instant.
    package func duration(since earlier: Instant) -> Duration {
        .nanoseconds(nanoseconds(since: earlier))
    }

    /// Returns the nanoseconds elapsed since an earlier instant.
    package func nanoseconds(since earlier: Instant) -> Int64 {
        nanoseconds - earlier.nanoseconds
    }

    /// Returns the seconds elapsed since an earlier instant.
    package func seconds(since earlier: Instant) -> Double {
        Double(nanoseconds - earlier.nanoseconds) / 1e9
    }
}
