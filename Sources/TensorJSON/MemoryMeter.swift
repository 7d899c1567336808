// SPDX-License-Identifier: Apache-2.0

/// Asked for memory before it is taken.
package protocol MemoryMeter: AnyObject, Sendable {
    /// The bytes that have been taken and not been given back.
    var bytes: Int { get }

    /// Takes bytes; false if they are not to be had.
    func take(_ bytes: Int) -> Bool

    /// Gives back bytes that were taken.
    func giveBack(_ bytes: Int)
}
