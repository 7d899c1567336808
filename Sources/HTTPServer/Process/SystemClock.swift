// SPDX-License-Identifier: Apache-2.0

package import HTTP

/// The monotonic clock of this machine.
package enum SystemClock {
    /// Returns the current time.
    package static func now() -> Instant { SystemCall.now() }
}
