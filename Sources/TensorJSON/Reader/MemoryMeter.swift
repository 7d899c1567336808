// SPDX-License-Identifier: Apache-2.0

/// Accounts for memory before it is allocated.
package protocol MemoryMeter: AnyObject, Sendable {
    /// The bytes that are reserved.
    var bytes: Int { get }

    /// Reserves bytes; returns `false` if the limit does not allow it.
    func take(_ bytes: Int) -> Bool

    /// Releases reserved bytes.
    func giveBack(_ bytes: Int)
}
