// SPDX-License-Identifier: Apache-2.0

package import HTTP
package import HTTPTypes

/// What kinds of problem there are; the last part of a problem's `type` names one.
///
/// Refusals of the HTTP layer are kinds too, under their own names.
package enum ProblemKind: Hashable, Sendable {
    case question(Question)
    case refusal(Refusal)

    /// A request that arrived whole but cannot be answered.
    package enum Question: String, CaseIterable, Sendable {
        case malformedJSON = "malformed-json"
        case wrongKind = "wrong-kind"
        case raggedArray = "ragged-array"
        case numberTooLarge = "number-too-large"
        case unknownField = "unknown-field"
        case missingField = "missing-field"
        case notAllowed = "not-allowed"
        case outOfRange = "out-of-range"
        case conflictingOptions = "conflicting-options"
        case wrongLength = "wrong-length"
        case emptyInput = "empty-input"
        case shapeMismatch = "shape-mismatch"
        case outsideDomain = "outside-domain"
        case notADistribution = "not-a-distribution"
        case nothingToAverage = "nothing-to-average"
        case notFinite = "not-finite"
        case notFound = "not-found"
        case unknownLoss = "unknown-loss"
        case unknownPenalty = "unknown-penalty"
        case methodNotAllowed = "method-not-allowed"
        case methodNotImplemented = "method-not-implemented"
        case unsupportedMediaType = "unsupported-media-type"
        case unsupportedContentCoding = "unsupported-content-coding"
        case malformedContentCoding = "malformed-content-coding"
        case notAcceptable = "not-acceptable"
        case unauthorized
        case internalError = "internal-error"
    }

    package static let all =
        Question.allCases.map { ProblemKind.question($0) }
        + Refusal.allCases.map { ProblemKind.refusal($0) }

    package init?(slug: String) {
        if let question = Question(rawValue: slug) {
            self = .question(question)
        } else if let refusal = Refusal(rawValue: slug) {
            self = .refusal(refusal)
        } else {
            return nil
        }
    }

    package var slug: String {
        switch self {
        case .question(let question): question.rawValue
        case .refusal(let refusal): refusal.code
        }
    }

    /// The `type` of its documents, which is also where it is explained.
    package var type: String { "/problems/\(slug)" }

    package var status: HTTPResponse.Status {
        switch self {
        case .refusal(let refusal): refusal.status
        case .question(let question): question.status
        }
    }

    /// A few words that are the same for every problem of the kind.
    package var title: String {
        switch self {
        case .question(let question): question.title
        case .refusal(let refusal):
            refusal == .transferEncodingInHTTP10
                ? "Transfer encoding in HTTP/1.0"
                : refusal.code.prefix(1).uppercased()
                    + refusal.code.dropFirst().split(separator: "-").joined(separator: " ")
        }
    }
}

extension ProblemKind.Question {
    var status: HTTPResponse.Status {
        switch self {
        case .malformedJSON, .malformedContentCoding: .badRequest
        case .unauthorized: .unauthorized
        case .notAcceptable: .notAcceptable
        case .notFound, .unknownLoss, .unknownPenalty: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .methodNotImplemented: .notImplemented
        case .unsupportedMediaType, .unsupportedContentCoding: .unsupportedMediaType
        case .internalError: .internalServerError
        default: .unprocessableContent
        }
    }

    var title: String {
        switch self {
        case .malformedJSON: "The body is not JSON"
        case .wrongKind: "A value of another kind is expected"
        case .raggedArray: "The rows of an array differ in length or depth"
        case .numberTooLarge: "A number is beyond the largest double"
        case .unknownField: "There is no such field"
        case .missingField: "A field is missing"
        case .notAllowed: "The value is not among those allowed"
        case .outOfRange: "An option is out of its range"
        case .conflictingOptions: "Two options exclude each other"
        case .wrongLength: "A list has the wrong length"
        case .emptyInput: "There is nothing to compute"
        case .shapeMismatch: "Shapes do not fit together"
        case .outsideDomain: "An element is outside of its domain"
        case .notADistribution: "A row does not sum to 1"
        case .nothingToAverage: "The weights of a mean sum to 0"
        case .notFinite: "The answer is not finite"
        case .notFound: "There is nothing here"
        case .unknownLoss: "There is no such loss"
        case .unknownPenalty: "There is no such penalty"
        case .methodNotAllowed: "The method is not allowed here"
        case .methodNotImplemented: "The method is not implemented"
        case .unsupportedMediaType: "The body must be JSON"
        case .unsupportedContentCoding: "The body has a coding that is not read"
        case .malformedContentCoding: "The body is not in the format of its coding"
        case .notAcceptable: "No coding of the answer is acceptable"
        case .unauthorized: "A token is needed"
        case .internalError: "The server failed"
        }
    }

    /// What the kind means and how such a request is mended.
    var explanation: String {
        switch self {
        case .malformedJSON:
            "The body breaks the grammar of RFC 8259 at the byte that `position` counts from 0, "
                + "repeats a key, or nests deeper than the limit. `reason` names the fault."
        case .wrongKind:
            "The value that `pointer` points at is, say, a string where a number is expected."
        case .raggedArray:
            "Arrays must be rectangular: all rows of a dimension have the same length and depth."
        case .numberTooLarge:
            "Numbers are IEEE 754 doubles; the largest is about 1.8e308."
        case .unknownField:
            "Fields that are not known are refused rather than ignored, so that a misspelt option "
                + "cannot pass unnoticed. `allowed` lists those there are."
        case .missingField:
            "The request lacks a field that has no default."
        case .notAllowed:
            "The value is a word; `allowed` lists the words there are."
        case .outOfRange:
            "`allowed` states the range of the option that `pointer` points at."
        case .conflictingOptions:
            "Both options were given and they contradict each other: leave one out."
        case .wrongLength:
            "A list of one number a class, or one a column, has another length than there are."
        case .emptyInput:
            "Predictions and parameters need at least one number."
        case .shapeMismatch:
            "Nothing is broadcast: predictions and targets have the same shape, class indices one "
                + "dimension fewer, weights a leading part of the shape of the losses."
        case .outsideDomain:
            "The element that `pointer` points at is not among the values for which the loss is "
                + "defined; `allowed` states them."
        case .notADistribution:
            "Each row of targets that are probabilities sums to 1, to within 0.001."
        case .nothingToAverage:
            "A weighted mean divides by the sum of the weights; here that sum is 0, because the "
                + "weights are or because every row is ignored."
        case .notFinite:
            "The true result is infinite or beyond the largest double, which JSON cannot carry. "
                + "`pointer` names the element that leads there, if it is one."
        case .notFound:
            "No route has this path."
        case .unknownLoss, .unknownPenalty:
            "`allowed` lists the names there are; the catalogue also tells their aliases."
        case .methodNotAllowed:
            "The path exists, but not for this method; the field Allow lists those it has."
        case .methodNotImplemented:
            "No path has this method."
        case .unsupportedMediaType:
            "Send Content-Type: application/json, in UTF-8."
        case .unsupportedContentCoding:
            "Send the body as it is, or with Content-Encoding gzip or deflate, once."
        case .malformedContentCoding:
            "The body cannot be decoded as its Content-Encoding says, or ends too early."
        case .notAcceptable:
            "The weights in Accept-Encoding exclude gzip, deflate and identity alike."
        case .unauthorized:
            "Send Authorization: Bearer with one of the tokens in the file of --token-file; health "
                + "probes need none."
        case .internalError:
            "This is a fault of the service, not of the request: please report it."
        }
    }
}
