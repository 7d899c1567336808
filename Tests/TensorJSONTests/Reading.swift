// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import TensorJSON

/// Reads a complete body as an array of numbers.
func numbers(_ text: String) throws -> NumberArray {
    try numbers(Array(text.utf8))
}

/// Reads a complete body as an array of numbers.
func numbers(_ body: [UInt8]) throws -> NumberArray {
    var reader = JSONReader(body)
    let numbers = try reader.readNumbers()
    try reader.finish()
    return numbers
}

/// The error in a body that is read as an array of numbers.
func numbersError(_ text: String) throws -> JSONError {
    try #require(throws: JSONError.self) { try numbers(text) }
}

/// Reads a complete body of any kind.
func skip(_ body: [UInt8], maximumDepth: Int = 32) throws(JSONError) {
    var reader = JSONReader(body, maximumDepth: maximumDepth)
    try reader.skipValue()
    try reader.finish()
}

/// The error in a body of any kind.
func skipError(_ text: String) throws -> JSONError {
    try #require(throws: JSONError.self) { try skip(Array(text.utf8)) }
}

/// The text written by a closure.
func written(_ write: (inout JSONWriter) -> Void) -> String {
    var writer = JSONWriter()
    write(&writer)
    return String(decoding: writer.finish(), as: UTF8.self)
}
