// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A flag that tells a worker that the result of its job is no longer needed.
///
/// An event loop sets it, once and for good; the work polls it between its blocks and stops.
package final class Cancellation: Sendable {
    private let flag = Atomic(false)

    package init() {}

    package var isCancelled: Bool { flag.load(ordering: .relaxed) }

    package func cancel() { flag.store(true, ordering: .relaxed) }
}
