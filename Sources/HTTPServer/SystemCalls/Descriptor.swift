// SPDX-License-Identifier: Apache-2.0

/// An owned file descriptor, closed on deinitialization.
struct Descriptor: ~Copyable, Sendable {
    private(set) var number: Int32

    deinit {
        if number >= 0 { SystemCall.close(number) }
    }

    /// Moves the descriptor to another owner.
    mutating func take() -> Descriptor {
        let taken = Descriptor(number: number)
        number = -1
        return taken
    }
}
