// SPDX-License-Identifier: Apache-2.0

package import LossFacts
import LossFunctions

/// The reason that a request is refused, whatever its format.
package enum RequestError: Error, Equatable, Sendable {
    case unknownField(String, known: [String])
    /// A member of an object of the request.
    case unknownMember(String, of: String, known: [String])
    /// A field that is given more than once, in the query and in the body.
    case repeatedField(String)
    case missingField(String, expected: String)
    /// Neither of two fields of which one is required.
    case missingChoice(String, String)
    case wrongKind(String, expected: String)
    /// An element of a list.
    case wrongElement(of: String, place: Int, expected: String)
    /// A value, or an element of a list at a place, that is not one of those allowed.
    case notAllowed(String, field: String, place: [Int], allowed: [String])
    case noOutputs(field: String, allowed: [String])
    /// An option that contradicts the name by which its loss was requested.
    case contradictsName(option: String, preset: OptionValue, loss: String)
    case conflict(field: String, reason: Conflict)
    case tooManyGroups(limit: Int)
    /// Two lists that have too many elements in all.
    case tooManyTerms(String, String, limit: Int)
    /// The loss refuses the request.
    case loss(LossError, Context?)

    /// A reduction that leaves many numbers, where one is needed.
    static func notReduced(_ reduction: Reduction) -> RequestError {
        .notAllowed(
            reduction.rawValue,
            field: "reduction",
            place: [],
            allowed: Reduction.allCases.filter { $0 != .none }.map { $0.rawValue }
        )
    }

    /// The name and the options of a refused request, for hints.
    package struct Context: Equatable, Sendable {
        package let facts: Facts
        /// The options that the name implies.
        package let presets: [String: OptionValue]
        /// The options that were given or implied.
        package let given: [String: OptionValue]
        /// The fields that were given outside the body.
        package let outside: [String]

        /// The fields that the request may have.
        package var known: [String] { RequestField.all(of: facts) }
    }

    /// The reason that a field cannot be combined with others.
    package enum Conflict: Equatable, Sendable {
        /// A penalty is added to a single loss.
        case penaltyOfManyLosses
        case normalizerOf(Reduction)
        case emptyRowsOf(Reduction)
        case surrogateOfExactHessian
        /// A field of partial sums, although none is requested.
        case noPartial
        /// A mask or lengths of tokens, although the numbers are those of responses.
        case noTokens
        /// Two elements of a list have the same name.
        case sameName(String)
        /// The library calls another loss by the name in the path; the sentence says which.
        case otherLoss(String)
    }
}

/// An error in one of the penalties of a request.
package struct PenaltyError: Error, Equatable, Sendable {
    /// The place of the penalty in the list.
    package let index: Int
    package let error: RequestError
}
