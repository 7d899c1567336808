// SPDX-License-Identifier: Apache-2.0

package import HTTP
import HTTPTypes
import LossFunctions

/// The service as the HTTP layer sees it: requests in, responses out, no I/O.
package struct LossResponder: Responder {
    private let documents: Documents
    private let service: LossService
    private let readiness: Readiness
    private let metrics: Metrics
    private let notice: (@Sendable (ServerEvent) -> Void)?

    /// `notice` is told of every event once the metrics have it, for logs.
    package init(
        limits: Limits = Limits(),
        jsonDepth: Int = LossService.defaultDepth,
        readiness: Readiness = Readiness(),
        notice: (@Sendable (ServerEvent) -> Void)? = nil
    ) {
        documents = Documents(limits: limits)
        service = LossService(maximumDepth: jsonDepth)
        self.readiness = readiness
        metrics = Metrics()
        self.notice = notice
    }

    package func receive(_ head: RequestHead) -> Reception {
        guard !head.isAsterisk else {
            let fields: ResponseFields = [.allow: "GET, HEAD, OPTIONS, POST"]
            return .answer(Response(status: .noContent, fields: fields))
        }
        do throws(Problem) {
            let route = try Route.find(head.path)
            if head.method == .post, route.takesPost { return receive(question: head, on: route) }
            return .answer(answer(head, on: route))
        } catch {
            return .answer(error.response(route: ""))
        }
    }

    private func receive(question head: RequestHead, on route: Route) -> Reception {
        if let problem = MediaType.problem(with: head) {
            let fields = Self.mediaFields(of: problem)
            return .answer(problem.response(route: route.template, fields: fields))
        }
        let length = head.contentLength
        switch route {
        case .loss(let found):
            return .take(service.intake(for: found, expecting: length, route: route.template))
        case .penalty(let found):
            return .take(service.intake(for: found, expecting: length, route: route.template))
        default:
            return .answer(answer(head, on: route))
        }
    }

    /// The answer to a request that is no question.
    private func answer(_ head: RequestHead, on route: Route) -> Response {
        switch head.method {
        case .get, .head:
            return document(head, on: route)
        case .options:
            return Response(
                status: .noContent,
                fields: [.allow: route.allow],
                route: route.template
            )
        case .post, .put, .patch, .delete, .trace:
            return Problem(
                .methodNotAllowed,
                "\(head.method.rawValue) is not allowed here: use \(route.allow)."
                    + (route.takesPost ? "" : " Questions are POSTed to /v1/losses/{loss}."),
                allowed: route.allow.split(separator: ", ").map(String.init)
            ).response(route: route.template, fields: [.allow: route.allow])
        default:
            return Problem(
                .methodNotImplemented,
                "No resource of this server has the method \(head.method.rawValue.quoted): use "
                    + "GET, HEAD, OPTIONS or POST.",
                allowed: ["GET", "HEAD", "OPTIONS", "POST"]
            ).response(route: route.template)
        }
    }

    /// What would have been accepted (RFC 9110 sections 12.5.3 and 15.5.16, RFC 5789 section 3.1).
    private static func mediaFields(of problem: Problem) -> HTTPFields {
        problem.kind == .question(.unsupportedContentCoding)
            ? [.acceptEncoding: "identity"] : [.acceptPost: MediaType.accepted]
    }

    private func document(_ head: RequestHead, on route: Route) -> Response {
        switch route {
        case .alive: return health(.ok, "ok", route)
        case .ready:
            return readiness.isDraining
                ? health(.serviceUnavailable, "draining", route) : health(.ok, "ok", route)
        case .metrics:
            return Response(
                status: .ok,
                fields: [
                    .contentType: "text/plain; version=0.0.4; charset=utf-8",
                    .cacheControl: "no-store",
                ],
                body: metrics.text(isDraining: readiness.isDraining),
                route: route.template
            )
        default:
            return documents.document(for: route).response(to: head, route: route.template)
        }
    }

    private func health(_ status: HTTPResponse.Status, _ word: String, _ route: Route) -> Response {
        var fields = ResponseFields.ofAnswers
        if status == .serviceUnavailable { fields[.retryAfter] = "1" }
        let body: JSONValue = ["status": .string(word)]
        return Response(status: status, fields: fields, body: body.bytes, route: route.template)
    }

    package func response(to refusal: Refusal, limits: Limits) -> Response {
        var fields: HTTPFields = [:]
        if let seconds = refusal.retryAfter { fields[.retryAfter] = "\(seconds)" }
        return Problem(refusal, limits: limits).response(route: "", fields: fields)
    }

    package func observe(_ event: ServerEvent) {
        metrics.note(event)
        notice?(event)
    }
}

extension ResponseFields {
    /// The fields of an answer to a question.
    static let ofAnswers: ResponseFields = [
        .contentType: "application/json", .cacheControl: "no-store",
    ]
}

extension HTTPField.Name {
    /// RFC 5789's Accept-Patch, for POST (W3C Linked Data Platform 1.0, section 7.1).
    static let acceptPost = HTTPField.Name.parse("Accept-Post")

    private static func parse(_ name: String) -> HTTPField.Name {
        HTTPField.Name(name) ?? .accept
    }
}
