// SPDX-License-Identifier: Apache-2.0

/// An error inside an array of numbers.
struct ArrayError: Error {
    let cause: TokenError
    /// JSON Pointer to the value concerned, relative to the array.
    let path: String

    init(_ cause: TokenError, _ path: String) {
        self.cause = cause
        self.path = path
    }
}
