// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import TensorJSON

/// The array of numbers that a whole body is.
func numbers(_ text: String) throws -> NumberArray {
    try numbers(Array(text.utf8))
}

/// The array of numbers that a whole body is.
func numbers(_ body: [UInt8]) throws -> NumberArray {
    var reader = JSONReader(body)
    let numbers = try reader.readNumbers()
    try reader.finish()
    return numbers
}

/// The error that reading a body as numbers gives.
func numbersError(_ text: String) throws -> JSONError {
    try #require(throws: JSONError.self) { try numbers(text) }
}

/// Reads a body of any kind.
func skip(_ body: [UInt8], maximumDepth: Int = 32) throws(JSONError) {
    var reader = JSONReader(body, maximumDepth: maximumDepth)
    try reader.skipValue()
    try reader.finish()
}

/// The error that reading a body of any kind gives.
func skipError(_ text: String) throws -> JSONError {
    try #require(throws: JSONError.self) { try skip(Array(text.utf8)) }
}

/// What a writer writes.
func written(_ write: (inout JSONWriter) -> Void) -> String {
    var writer = JSONWriter()
    write(&writer)
    return String(decoding: writer.finish(), as: UTF8.self)
}
