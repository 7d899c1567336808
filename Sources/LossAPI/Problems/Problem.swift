// SPDX-License-Identifier: Apache-2.0

import ContentCoding
import Formats
import HTTP
import HTTPTypes
import Requests
import TensorJSON

/// The reason that a request failed, as reported to the client (RFC 9457).
package struct Problem: Error, Equatable, Sendable {
    package let kind: ProblemKind
    /// The error in this request and what would be accepted.
    package internal(set) var detail: String
    /// The JSON Pointer to the offending value (RFC 6901).
    package var pointer: String?
    /// The offset of a syntax error in the body, in bytes.
    package var position: Int?
    /// The accepted values, or the accepted range in words.
    package var allowed: [String]?
    /// The kind of error in the syntax or in a number.
    package var reason: String?

    init(
        _ kind: ProblemKind.Service,
        _ detail: String,
        pointer: String? = nil,
        allowed: [String]? = nil
    ) {
        self.kind = .service(kind)
        self.detail = detail
        self.pointer = pointer
        self.allowed = allowed
    }

    init(_ refusal: Refusal, length: Int? = nil, limits: Limits) {
        self.init(refusal: refusal, refusal.sentence(limits: limits, length: length))
    }

    init(refusal: Refusal, _ detail: String) {
        kind = .refusal(refusal)
        self.detail = detail
    }

    /// Describes content that could not be decoded.
    init(_ fault: Inflater.Fault, _ coding: Coding, limits: Limits) {
        switch fault {
        case .tooLong:
            self.init(.bodyTooLarge, limits: limits)
        case .malformed:
            self.init(
                .malformedContentCoding,
                "The body is not in the format that Content-Encoding names: \(coding.rawValue) (RFC "
                    + "\(coding == .gzip ? 1952 : 1950))."
            )
        case .truncated:
            self.init(
                .malformedContentCoding,
                "The \(coding.rawValue) data of the body is truncated."
            )
        }
    }

    /// The problem document, of at most 8 KB for any request.
    package var document: JSONValue {
        JSONValue(present: [
            ("type", .string(kind.type)),
            ("title", .string(kind.title)),
            ("status", .integer(kind.status.code)),
            ("detail", .string(detail.cut(to: 1_024))),
            ("pointer", pointer.map { .string($0.cut(to: 256)) }),
            ("position", position.map { .integer($0) }),
            ("allowed", allowed.map { JSONValue(Self.shortened($0)) }),
            ("reason", reason.map { .string($0) }),
        ])
    }

    /// The leading strings that fit into 2,048 bytes.
    private static func shortened(_ words: [String]) -> [String] {
        var room = 2_048
        return Array(
            words.prefix { word in
                room -= word.utf8.count
                return room >= 0
            }
        )
    }

    /// The response with the problem document.
    func response(route: RouteName, fields: HTTPFields = [:]) -> Response {
        var fields = fields
        let isOfInference = route.template.hasPrefix(InferenceRoute.root)
        // A client of KServe reads no other type.
        fields[.contentType] = isOfInference ? "application/json" : "application/problem+json"
        fields[.cacheControl] = "no-store"
        return Response(
            status: kind.status,
            fields: ResponseFields(fields),
            body: (isOfInference ? document + ["error": .string(detail.cut(to: 1_024))] : document)
                .bytes,
            route: route,
            problem: kind.slug
        )
    }

    /// Translates an error of a lower layer, the only place where this happens.
    ///
    init(explaining error: any Error) {
        switch error {
        case let problem as Problem: self = problem
        case let error as JSONError: self.init(error)
        case let error as FormatError: self.init(error)
        case let error as RequestError: self.init(error, at: "")
        case let error as PenaltyError:
            self.init(error.error, at: "/regularization/\(error.index)")
        default: self.init(.internalError, "The server failed to process this request: \(error).")
        }
    }
}
