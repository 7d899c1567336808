// SPDX-License-Identifier: Apache-2.0

/// A value passed between a loop and a worker, or between two loops, with a single owner at all
/// times.
///
/// Passing the value directly would leave a second reference in the closure or message, so the next
/// mutation would copy it, with its millions of numbers.
final class Handoff<Content: ~Copyable & Sendable>: Sendable {
    fileprivate let content: Guarded<Content?>

    /// Wraps a value; the caller must give it up with `consume`.
    init(_ content: consuming Content) {
        self.content = Guarded(content)
    }

    /// Takes the value out; returns `nil` if it was already taken.
    func take() -> Content? { content.withLock { $0.take() } }
}

extension Handoff {
    /// Replaces the value.
    func put(_ new: consuming Content) {
        let new = Optional(new)
        content.withLock { $0 = new }
    }
}
