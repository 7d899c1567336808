// SPDX-License-Identifier: Apache-2.0

/// The name of an input in an error.
package enum InputName: String, Equatable, Sendable {
    case predictions
    case targets
    case weights
    case parameters
}

/// The name of a computed quantity in an error.
package enum Quantity: String, Equatable, Sendable {
    case loss
    case gradient
    case hessian
    case value
    case normalizer
}

/// The reason that a loss or penalty cannot be evaluated.
///
/// A `place` has one index for each dimension of its input.
package enum LossError: Error, Equatable, Sendable {
    case unknownOption(String)
    case wrongKind(option: String, expected: String)
    case outOfRange(option: String, place: [Int], value: Double, allowed: String)
    case unknownChoice(option: String, value: String, allowed: [String])
    case conflictingOptions(String, String)
    case wrongCount(option: String, count: Int, expected: Int)

    case empty(InputName)
    case shapes(predictions: [Int], targets: [Int], allowed: [[Int]])
    case noAxis(axis: Int, shape: [Int])
    case outsideDomain(InputName, place: [Int], value: Double, allowed: String)
    case notAClassIndex(place: [Int], value: Double, classes: Int, ignored: Int?)
    case notADistribution(InputName, row: [Int], sum: Double, inLogarithms: Bool)
    case weightsShape([Int], allowed: [[Int]])
    case nothingToAverage(ignored: Bool)
    /// A computed quantity is not finite; `of` names the input to change.
    case notFinite(Quantity, of: InputName, place: [Int])
}
