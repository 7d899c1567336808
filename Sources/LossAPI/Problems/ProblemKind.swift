// SPDX-License-Identifier: Apache-2.0

package import HTTP
package import HTTPTypes

/// A kind of problem, named by the last part of a problem's `type`.
///
/// The refusals of the HTTP layer are kinds too, under their own names.
package enum ProblemKind: Hashable, Sendable {
    case service(Service)
    case refusal(Refusal)

    /// A problem with a well-formed HTTP request.
    package enum Service: String, CaseIterable, Sendable {
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
        case undefinedLoss = "undefined-loss"
        case missingValue = "missing-value"
        case nothingToAverage = "nothing-to-average"
        case notFinite = "not-finite"
        case tooManySteps = "too-many-steps"
        case tooManyGroups = "too-many-groups"
        case unlikePartials = "unlike-partials"
        case malformedTensors = "malformed-tensors"
        case malformedTable = "malformed-table"
        case unsupportedDatatype = "unsupported-datatype"
        case inexactNumber = "inexact-number"
        case resultTooLarge = "result-too-large"
        case notFound = "not-found"
        case unknownLoss = "unknown-loss"
        case unknownPenalty = "unknown-penalty"
        case methodNotAllowed = "method-not-allowed"
        case methodNotImplemented = "method-not-implemented"
        case extensionNotImplemented = "extension-not-implemented"
        case unsupportedMediaType = "unsupported-media-type"
        case unsupportedContentCoding = "unsupported-content-coding"
        case malformedContentCoding = "malformed-content-coding"
        case notAcceptable = "not-acceptable"
        case notAcceptableFormat = "not-acceptable-format"
        case unauthorized
        case internalError = "internal-error"
    }

    package static let all =
        Service.allCases.map { ProblemKind.service($0) }
        + Refusal.allCases.map { ProblemKind.refusal($0) }

    package init?(slug: String) {
        if let service = Service(rawValue: slug) {
            self = .service(service)
        } else if let refusal = Refusal(rawValue: slug) {
            self = .refusal(refusal)
        } else {
            return nil
        }
    }

    package var slug: String {
        switch self {
        case .service(let service): service.rawValue
        case .refusal(let refusal): refusal.code
        }
    }

    /// The `type` of its documents, which is also the path of its explanation.
    package var type: String { "/problems/\(slug)" }

    package var status: HTTPResponse.Status {
        switch self {
        case .refusal(let refusal): refusal.status
        case .service(let service): service.status
        }
    }

    /// A short summary, the same for every problem of the kind.
    package var title: String {
        switch self {
        case .service(let service): service.title
        case .refusal(.tlsNotSupported): "TLS not supported"
        case .refusal(.transferEncodingInHTTP10): "Transfer encoding in HTTP/1.0"
        case .refusal(let refusal):
            refusal.code.prefix(1).uppercased()
                + refusal.code.dropFirst().split(separator: "-").joined(separator: " ")
        }
    }
}

extension ProblemKind.Service {
    var status: HTTPResponse.Status {
        switch self {
        case .malformedJSON, .malformedTensors, .malformedTable, .malformedContentCoding:
            .badRequest
        case .tooManySteps, .tooManyGroups: .contentTooLarge
        case .unlikePartials: .conflict
        case .unauthorized: .unauthorized
        case .notAcceptable, .notAcceptableFormat: .notAcceptable
        case .notFound, .unknownLoss, .unknownPenalty: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .methodNotImplemented, .extensionNotImplemented: .notImplemented
        case .unsupportedMediaType, .unsupportedContentCoding: .unsupportedMediaType
        case .internalError: .internalServerError
        default: .unprocessableContent
        }
    }

    var title: String {
        switch self {
        case .malformedJSON: "The body is not JSON"
        case .wrongKind: "Wrong type of value"
        case .raggedArray: "The array is not rectangular"
        case .numberTooLarge: "A number is too large for a double"
        case .unknownField: "Unknown field"
        case .missingField: "Missing field"
        case .notAllowed: "Value not allowed"
        case .outOfRange: "Option out of range"
        case .conflictingOptions: "Conflicting options"
        case .wrongLength: "Wrong list length"
        case .emptyInput: "Empty input"
        case .shapeMismatch: "Shape mismatch"
        case .outsideDomain: "Element outside its domain"
        case .notADistribution: "A row does not sum to 1"
        case .undefinedLoss: "The loss is not defined for the inputs"
        case .missingValue: "A value is missing"
        case .nothingToAverage: "Nothing to average"
        case .notFinite: "The result is not finite"
        case .tooManySteps: "The computation would take too long"
        case .tooManyGroups: "Too many groups"
        case .unlikePartials: "Partial sums of unlike losses"
        case .malformedTensors: "The body is not in its binary format"
        case .malformedTable: "The body is not a table of rows"
        case .unsupportedDatatype: "Unsupported type of numbers"
        case .inexactNumber: "A number has no double of the same value"
        case .resultTooLarge: "A result is too large for its type"
        case .notFound: "Not found"
        case .unknownLoss: "Unknown loss"
        case .unknownPenalty: "Unknown penalty"
        case .methodNotAllowed: "Method not allowed"
        case .methodNotImplemented: "Method not implemented"
        case .extensionNotImplemented: "Extension not implemented"
        case .unsupportedMediaType: "Unsupported media type"
        case .unsupportedContentCoding: "Unsupported content coding"
        case .malformedContentCoding: "Malformed content coding"
        case .notAcceptable: "No acceptable content coding"
        case .notAcceptableFormat: "No acceptable format"
        case .unauthorized: "Authentication required"
        case .internalError: "Internal error"
        }
    }

    /// The meaning of the kind, and how to correct such a request.
    var explanation: String {
        switch self {
        case .malformedJSON:
            "The body is not valid JSON (RFC 8259), repeats a key, or nests too deeply. `position` "
                + "is the offset of the error in bytes, from 0; `reason` names it."
        case .wrongKind:
            "The value at `pointer` has the wrong type, such as a string instead of a number."
        case .raggedArray:
            "Arrays must be rectangular: all rows of a dimension need the same length and depth."
        case .numberTooLarge:
            "Numbers are IEEE 754 doubles, of which the largest is about 1.8e308."
        case .unknownField:
            "Unknown fields are refused rather than ignored, so that a misspelt option cannot go "
                + "unnoticed. `allowed` lists the fields that are accepted."
        case .missingField:
            "A required field is missing from the request."
        case .notAllowed:
            "The value must be one of those in `allowed`."
        case .outOfRange:
            "The option at `pointer` is out of range; `allowed` states the range."
        case .conflictingOptions:
            "The two options contradict each other: omit one of them."
        case .wrongLength:
            "The list needs exactly one number per class, or per column, or has too many elements."
        case .emptyInput:
            "Predictions and parameters must contain at least one number."
        case .shapeMismatch:
            "Shapes are not broadcast: targets have the shape of the predictions, class indices one "
                + "dimension fewer, and weights a leading part of the shape of the losses. Lengths of "
                + "segments add up to the number of elements."
        case .outsideDomain:
            "The loss is not defined for the element at `pointer`; `allowed` states its domain."
        case .notADistribution:
            "Each row of probabilities must sum to 1, to within 0.001; check_sums = false exempts predictions."
        case .undefinedLoss:
            "The inputs are valid one by one, but the loss has no value for them together, such as "
                + "for a sequence of targets that is longer than the predictions."
        case .missingValue:
            "A null in an input stands for a missing value, which is accepted where it is masked, or "
                + "with \"missing\": \"skip\"."
        case .nothingToAverage:
            "A mean divides by the sum of the weights or by the number of losses, which is 0 here: all "
                + "weights are 0, or every loss is ignored, masked or skipped."
        case .notFinite:
            "The result, or a number from which it is computed, is infinite or too large for a double, "
                + "and JSON cannot represent it. `pointer` names its element, if it has a single one."
        case .tooManySteps:
            "The time of some losses grows faster than their inputs. Each states its number of "
                + "elementary steps, of which the server computes at most --steps in a request: send "
                + "less at once, or raise the limit."
        case .tooManyGroups:
            "The server keeps the sums of at most --groups groups in a request: send the data set in parts "
                + "whose groups differ, or raise the limit."
        case .unlikePartials:
            "Partial sums merge if they are of the same loss, with the same options and the same revision "
                + "of the numbers. The sentence says what differs."
        case .malformedTensors:
            "The body is not in the binary format that Content-Type names, is truncated, or continues "
                + "after its end. `position` is the offset of the error in bytes, from 0; `reason` names "
                + "it."
        case .malformedTable:
            "A line of the body is not valid CSV (RFC 4180) or NDJSON, or does not have the cells of the "
                + "others. The sentence names the line and the column; `position` is the offset in bytes, "
                + "from 0; `reason` names the error."
        case .unsupportedDatatype:
            "Convert the tensor to one of the types in `allowed`: floating-point numbers of 16 to 64 "
                + "bits, integers of 8 to 64 bits, or booleans."
        case .inexactNumber:
            "Numbers are IEEE 754 doubles, so that integers must be from -2^53 to 2^53."
        case .resultTooLarge:
            "With dtype=f32, the largest number of a result is about 3.4e38: omit dtype, and the result "
                + "has doubles. An npz archive has at most 4 GiB."
        case .notFound:
            "Nothing is served at this path."
        case .unknownLoss, .unknownPenalty:
            "`allowed` lists the names; the catalogue also lists their aliases."
        case .methodNotAllowed:
            "The resource does not support this method; the Allow field lists those it supports."
        case .methodNotImplemented:
            "No resource of this server supports this method."
        case .extensionNotImplemented:
            "The server does not have this extension of the Open Inference Protocol; /v2 lists those it "
                + "has."
        case .unsupportedMediaType:
            "Send Content-Type: application/json, in UTF-8, or one of the other formats in `allowed`."
        case .unsupportedContentCoding:
            "Send the body uncompressed, or with one Content-Encoding: gzip or deflate."
        case .malformedContentCoding:
            "The body is not in the format that Content-Encoding names, or is truncated."
        case .notAcceptable:
            "Accept-Encoding excludes gzip, deflate and identity."
        case .notAcceptableFormat:
            "Accept excludes every format of results; `allowed` lists them."
        case .unauthorized:
            "Send Authorization: Bearer with a token from the server's --token-file. Health probes "
                + "need no token."
        case .internalError:
            "The server failed, not the request: please report it."
        }
    }
}
