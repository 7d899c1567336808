// SPDX-License-Identifier: Apache-2.0

/// A file descriptor, closed when its owner goes.
struct Descriptor: ~Copyable, Sendable {
    private(set) var number: Int32

    deinit {
        if number >= 0 { SystemCall.close(number) }
    }

    /// Gives the descriptor to another owner; this one has none any more.
    mutating func take() -> Descriptor {
        let taken = Descriptor(number: number)
        number = -1
        return taken
    }
}
