// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes
import LossFunctions
import TensorJSON

/// Why a request was not answered, as the client is told (RFC 9457).
package struct Problem: Error, Equatable, Sendable {
    package let kind: ProblemKind
    /// What is wrong with this request and what would be accepted.
    package let detail: String
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

    init(_ refusal: Refusal, limits: Limits) {
        kind = .refusal(refusal)
        detail = refusal.sentence(limits: limits)
    }

    package var document: JSONValue {
        JSONValue(present: [
            ("type", .string(kind.type)),
            ("title", .string(kind.title)),
            ("status", .integer(kind.status.code)),
            ("detail", .string(detail)),
            ("pointer", pointer.map { .string($0) }),
            ("position", position.map { .integer($0) }),
            ("allowed", allowed.map { JSONValue($0) }),
            ("reason", reason.map { .string($0) }),
        ])
    }

    /// The answer that carries it.
    func response(route: String, fields: HTTPFields = [:]) -> Response {
        var fields = fields
        fields[.contentType] = "application/problem+json"
        fields[.cacheControl] = "no-store"
        return Response(
            status: kind.status,
            fields: ResponseFields(fields),
            body: document.bytes,
            route: route
        )
    }

    /// Does some work; the one place where errors of the layers below become problems.
    ///
    /// - Parameters:
    ///   - base: The JSON Pointer of the object that the work is about.
    ///   - known: The fields that object may have.
    ///   - work: What is done.
    /// - Returns: What came of it.
    /// - Throws: The problem.
    static func explaining<Value>(
        at base: String = "",
        known: @autoclosure () -> [String] = [],
        _ work: () throws -> Value
    ) throws(Problem) -> Value {
        do {
            return try work()
        } catch let problem as Problem {
            throw problem
        } catch let error as JSONError {
            throw Problem(error)
        } catch let error as LossError {
            throw Problem(error, at: base, known: known())
        } catch {
            throw Problem(.internalError, "The server failed over this request: \(error).")
        }
    }
}
