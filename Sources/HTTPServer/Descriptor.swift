// SPDX-License-Identifier: Apache-2.0

/// A file descriptor, closed when its owner goes.
struct Descriptor: ~Copyable, Sendable {
    let number: Int32

    deinit { SystemCall.close(number) }
}
