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

    package func decide(_ head: RequestHead) -> Response? {
        guard !head.isAsterisk else {
            return Response(status: .noContent, fields: [.allow: "GET, HEAD, OPTIONS, POST"])
        }
        switch Route.find(head.pathSegments) {
        case .failure(let problem): return problem.response(route: "")
        case .success(let route): return decide(head, on: route)
        }
    }

    private func decide(_ head: RequestHead, on route: Route) -> Response? {
        switch head.method {
        case .get, .head:
            return nil
        case .post where route.takesPost:
            return MediaType.problem(with: head)
                .map { $0.response(route: route.template, fields: Self.mediaFields(of: $0)) }
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

    package func respond(to request: Request) -> Response {
        switch Route.find(request.head.pathSegments) {
        case .failure(let problem): problem.response(route: "")
        case .success(let route):
            request.head.method == .post
                ? answer(request, on: route) : document(request.head, on: route)
        }
    }

    private func answer(_ request: Request, on route: Route) -> Response {
        do throws(Problem) {
            let body: [UInt8]
            switch route {
            case .loss(let found): body = try service.answer(request.body, from: found)
            case .penalty(let found): body = try service.answer(request.body, from: found)
            default: return document(request.head, on: route)
            }
            return Response(
                status: .ok,
                fields: Self.answerFields,
                body: body,
                route: route.template
            )
        } catch {
            return error.response(route: route.template)
        }
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

    private static let answerFields: HTTPFields = [
        .contentType: "application/json", .cacheControl: "no-store",
    ]

    private func health(_ status: HTTPResponse.Status, _ word: String, _ route: Route) -> Response {
        var fields = Self.answerFields
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

extension HTTPField.Name {
    /// RFC 5789's Accept-Patch, for POST (W3C Linked Data Platform 1.0, section 7.1).
    static let acceptPost = HTTPField.Name.parse("Accept-Post")

    private static func parse(_ name: String) -> HTTPField.Name {
        HTTPField.Name(name) ?? .accept
    }
}
