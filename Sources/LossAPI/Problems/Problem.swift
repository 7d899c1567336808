// SPDX-License-Identifier: Apache-2.0

import ContentCoding
import HTTP
import HTTPTypes
import LossFunctions
import TensorJSON

/// Why a request was not answered, as the client is told (RFC 9457).
package struct Problem: Error, Equatable, Sendable {
    package let kind: ProblemKind
    /// What is wrong with this request and what would be accepted.
    package internal(set) var detail: String
    /// JSON Pointer to the value concerned.
    package var pointer: String?
    /// Offset in bytes of a fault in the JSON.
    package var position: Int?
    /// What would be accepted: words of a list, or a range in words.
    package var allowed: [String]?
    /// The kind of fault within the kind of problem.
    package var reason: String?

    init(
        _ kind: ProblemKind.Question,
        _ detail: String,
        pointer: String? = nil,
        allowed: [String]? = nil
    ) {
        self.kind = .question(kind)
        self.detail = detail
        self.pointer = pointer
        self.allowed = allowed
    }

    init(_ refusal: Refusal, length: Int? = nil, limits: Limits) {
        kind = .refusal(refusal)
        detail = refusal.sentence(limits: limits, length: length)
    }

    /// Why coded content could not be decoded.
    init(_ fault: Inflater.Fault, _ coding: Coding, limits: Limits) {
        switch fault {
        case .tooLong:
            self.init(.bodyTooLarge, limits: limits)
        case .malformed:
            self.init(
                .malformedContentCoding,
                "The body is not what Content-Encoding says: it must be in the format of "
                    + "\(coding.rawValue) (RFC \(coding == .gzip ? 1952 : 1950))."
            )
        case .truncated:
            self.init(
                .malformedContentCoding,
                "The body ends before its \(coding.rawValue) does."
            )
        }
    }

    /// The document, of at most 8 KB whatever the request held.
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

    /// The first of some words, as many as 2,048 bytes hold.
    private static func shortened(_ words: [String]) -> [String] {
        var room = 2_048
        return Array(
            words.prefix { word in
                room -= word.utf8.count
                return room >= 0
            }
        )
    }

    /// The answer that carries it.
    func response(route: RouteName, fields: HTTPFields = [:]) -> Response {
        var fields = fields
        fields[.contentType] = "application/problem+json"
        fields[.cacheControl] = "no-store"
        return Response(
            status: kind.status,
            fields: ResponseFields(fields),
            body: document.bytes,
            route: route,
            problem: kind.slug
        )
    }

    /// What has gone wrong in the layers below; the one place where their errors become problems.
    ///
    /// - Parameters:
    ///   - error: The error.
    ///   - base: The JSON Pointer of the object that it is about.
    ///   - known: The fields that object may have.
    init(
        explaining error: any Error,
        at base: String = "",
        known: @autoclosure () -> [String] = []
    ) {
        switch error {
        case let problem as Problem: self = problem
        case let error as JSONError: self.init(error)
        case let error as LossError: self.init(error, at: base, known: known())
        default: self.init(.internalError, "The server failed over this request: \(error).")
        }
    }
}
