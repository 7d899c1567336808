// SPDX-License-Identifier: Apache-2.0

/// An input of a request, as an error names it.
package enum Input: String, Equatable, Sendable {
    case predictions
    case targets
    case weights
    case parameters
}

/// Something computed for each element, as an error names it.
package enum Output: String, Equatable, Sendable {
    case loss
    case gradient
    case hessian
    case value
    case normalizer
}

/// Why a question cannot be answered: facts that the caller can act on.
///
/// A `place` has one index for each dimension of the input it points into.
package enum LossError: Error, Equatable, Sendable {
    case unknownOption(String)
    case wrongKind(option: String, expected: String)
    case outOfRange(option: String, place: [Int], value: Double, allowed: String)
    case unknownChoice(option: String, value: String, allowed: [String])
    case conflictingOptions(String, String)
    case wrongCount(option: String, count: Int, expected: Int)

    case empty(Input)
    case shapes(predictions: [Int], targets: [Int], allowed: [[Int]])
    case noAxis(axis: Int, shape: [Int])
    case outsideDomain(Input, place: [Int], value: Double, allowed: String)
    case notADistribution(Input, row: [Int], sum: Double, inLogarithms: Bool)
    case weightsShape([Int], allowed: [[Int]])
    case nothingToAverage(ignored: Bool)
    /// Something computed would not be finite; the input is the one to change.
    case notFinite(Output, of: Input, place: [Int])
}
