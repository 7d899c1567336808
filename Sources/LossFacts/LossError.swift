// SPDX-License-Identifier: Apache-2.0

/// The name of a computed quantity in an error.
package enum Quantity: String, Equatable, Sendable {
    case loss
    case gradient
    case hessian
    case normalizer
    case link
    case prox
    case statistics
    case diagnostics
}

/// The reason that a loss cannot be evaluated.
///
/// An `input` is the name of a field: an input of the loss, or weights or mask. A `place` has one
/// index for each dimension of its input.
package enum LossError: Error, Equatable, Sendable {
    case unknownOption(String)
    /// Predictions do not estimate means with this value of an option.
    case noLink(option: String)
    case wrongKind(option: String, expected: String)
    case outOfRange(option: String, place: [Int], value: Double, allowed: String)
    case unknownChoice(option: String, value: String, allowed: [String])
    case conflictingOptions(String, String)
    /// An option that would change nothing, because of what an input contains.
    case inapplicable(option: String, to: String)
    /// An option that would change nothing, because another, a choice, has none of the values that have it.
    case optionOfOthers(option: String, choice: String, chosen: String, having: [String])
    case wrongCount(option: String, count: Int, expected: Int)

    case empty(input: String)
    case shapes(
        input: String,
        shape: [Int],
        reference: String,
        referenceShape: [Int],
        allowed: [PartialShape]
    )
    /// The first input does not have the dimensions of its form.
    case dimensions(input: String, shape: [Int], form: SymbolicShape)
    case noAxis(axis: Int, input: String, shape: [Int])
    /// The numbers of an input do not have the shape of responses or, if they make these up, of tokens.
    case tokenShape(input: String, shape: [Int], form: Input.Form, areTokens: Bool)
    /// A distribution over one class, whose loss is 0 whatever is predicted.
    case singleClass(input: String, shape: [Int])
    case outsideDomain(input: String, place: [Int], value: Double, allowed: String)
    /// The sum or mean of the tokens of a response.
    case tokensOutsideDomain(
        LogProbability,
        input: String,
        place: [Int],
        value: Double,
        allowed: String
    )
    case notAClassIndex(input: String, place: [Int], value: Double, classes: Int, ignored: Int?)
    case notADistribution(
        input: String,
        row: [Int],
        axis: Int,
        sum: Double,
        inLogarithms: Bool
    )
    /// A row of zeros and ones that stands for a class has another number of ones than 1.
    case notOneHot(input: String, row: [Int], axis: Int, ones: Int)
    /// A level that a rank does not reach comes before one that it does, at a place.
    case notALevel(input: String, place: [Int])
    /// The shape of weights or mask is not a leading part of the shape of the losses.
    case leadingShape(input: String, shape: [Int], allowed: [[Int]])
    /// An input has no value at a place that is neither masked nor skipped.
    case missingValue(input: String, place: [Int])
    case nothingToAverage(Emptiness)
    /// A computed quantity is not finite; `input` names the input to change.
    case notFinite(Quantity, input: String, place: [Int])
    /// The loss has no exact second derivative, or none of the requested kind.
    case noDerivative(input: String)
    /// The loss has no value for the numbers of an input at a place.
    case undefined(input: String, place: [Int], Undefined)
    /// The lengths of segments or sequences do not add up to the number of elements.
    case wrongTotal(input: String, total: Int, reference: String, expected: Int)
    /// An input has neither the shape of elements in sequence, which `lengths` divides, nor that of the
    /// responses that they make up, if it may.
    case notInSequence(
        input: String,
        shape: [Int],
        lengths: String,
        allowed: PartialShape,
        responses: [Int]?
    )
    /// A field has as many numbers as there are sequences and as there are elements, although they differ.
    case sequencesOrElements(input: String, count: Int)
    /// The computation would take too long.
    case tooManySteps(Int, limit: Int)
    /// The caller has cancelled the evaluation.
    case cancelled

    /// The reason that nothing is left to average.
    package enum Emptiness: Equatable, Sendable {
        /// Every weight is 0.
        case weights
        /// The mask leaves out every unit, or those that it includes have weight 0.
        case mask
        /// Every target is ignored, or those that are not have weight 0.
        case targets
        /// Every unit is skipped or has weight 0.
        case units
    }

    /// The reason that a loss of a segment has no value.
    package enum Undefined: Equatable, Sendable {
        /// No two elements have the same label.
        case noPositivePair
        /// A vector of zeros has no direction.
        case zeroVector
        /// A target sequence needs more frames than there are.
        case tooFewFrames(Int, needed: Int)
        /// Every alignment of a target sequence has probability 0.
        case noAlignment
        /// An element or a segment has no number that assigns it.
        case noSegment
        /// The probabilities of given tokens add up to so much that the others have none.
        case noRest(sum: Double)
        /// No token of a response counts, so that they have no mean.
        case noTokens
    }
}
