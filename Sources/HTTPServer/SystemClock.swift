// SPDX-License-Identifier: Apache-2.0

package import HTTP

/// The clock of this machine.
package enum SystemClock {
    /// The time.
    package static func now() -> Instant { SystemCall.now() }
}
