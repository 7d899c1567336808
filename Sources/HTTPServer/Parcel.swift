// SPDX-License-Identifier: Apache-2.0

/// Something on its way between a loop and a worker, or between two loops.
///
/// Whoever opens it is its only owner. A value that were handed over as it is would be kept by the
/// job or the message as well, and copied, with its millions of numbers, when it is changed.
final class Parcel<Content: ~Copyable & Sendable>: Sendable {
    fileprivate let content: Guarded<Content?>

    /// Packs content; the caller gives it away by `consume`.
    init(_ content: consuming Content) {
        self.content = Guarded(content)
    }

    /// Takes the content out; nil if somebody has.
    func take() -> Content? { content.withLock { $0.take() } }
}

extension Parcel {
    /// Puts content in.
    func put(_ new: consuming Content) {
        let new = Optional(new)
        content.withLock { $0 = new }
    }
}
