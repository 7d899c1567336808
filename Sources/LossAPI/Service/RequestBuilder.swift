// SPDX-License-Identifier: Apache-2.0

import LossFunctions
import TensorJSON

/// Collects the members of a request and evaluates it.
protocol RequestBuilder: Sendable {
    /// The fields that the request may have.
    var known: [String] { get }

    /// The memory in use, in bytes.
    var footprint: Int { get }

    /// An upper estimate of the time to compute and serialize the result, in nanoseconds.
    var resultNanoseconds: Int { get }

    /// An upper bound of the memory to compute and serialize the result, in bytes.
    var resultFootprint: Int { get }

    /// Whether a field contains numbers, possibly many.
    func holdsNumbers(_ field: String) -> Bool

    /// Sets the numbers of such a field.
    mutating func set(_ field: String, _ numbers: Tensor)

    /// Reads the value of any other field.
    mutating func read(_ field: String, from reader: inout JSONReader) throws

    /// Computes the result, once every member has been read.
    func evaluate() throws -> ResultText
}
