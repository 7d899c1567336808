// SPDX-License-Identifier: Apache-2.0

/// What is wrong at a byte, before it is known which value that byte belongs to.
struct Fault: Error {
    let reason: JSONError.Reason
    let position: Int

    init(_ reason: JSONError.Reason, at position: Int) {
        self.reason = reason
        self.position = position
    }
}
