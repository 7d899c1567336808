// SPDX-License-Identifier: Apache-2.0

/// A flag with which the caller of an evaluation ends it early.
package protocol CancellationFlag: AnyObject, Sendable {
    /// Whether the result is no longer needed; read often, and from any thread.
    var isCancelled: Bool { get }
}
