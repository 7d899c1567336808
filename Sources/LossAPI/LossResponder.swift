// SPDX-License-Identifier: Apache-2.0

import ContentCoding
import Formats
package import HTTP
import HTTPTypes
import LossFunctions
import Requests

/// Maps requests to responses, without I/O.
package struct LossResponder: Responder {
    private let limits: Limits
    private let options: ServiceOptions
    /// Whether CORS, tokens or echoes apply.
    private let hasAccessRules: Bool
    private let documents: Documents
    private let service: LossService
    private let readiness: Readiness
    private let metrics: Metrics
    private let notice: (@Sendable (ServerEvent) -> Void)?

    /// - Parameters:
    ///   - limits: The limits of the server, for error messages and coded content.
    ///   - options: The options of the service.
    ///   - readiness: Whether the server accepts new requests.
    ///   - gauges: The current load of the server.
    ///   - process: Reads the resource usage of the process, for metrics.
    ///   - clock: The clock for Server-Timing.
    ///   - notice: Called with every event after the metrics, for logs.
    package init(
        limits: Limits = Limits(),
        options: ServiceOptions = ServiceOptions(),
        readiness: Readiness = Readiness(),
        gauges: Gauges = Gauges(),
        process: (@Sendable () -> ProcessUsage)? = nil,
        clock: @escaping MonotonicClock,
        notice: (@Sendable (ServerEvent) -> Void)? = nil
    ) {
        self.limits = limits
        self.options = options
        hasAccessRules = options.crossOrigin != nil || options.tokens != nil || options.echoes
        service = LossService(
            maximumDepth: options.jsonDepth,
            limits: ComputationLimits(steps: options.steps, groups: options.groups),
            maximumBody: limits.bodyBytes,
            clock: clock
        )
        documents = Documents(limits: limits, service: service)
        self.readiness = readiness
        metrics = Metrics(gauges, process)
        self.notice = notice
    }

    package func receive(_ head: RequestHead) -> Reception {
        guard hasAccessRules else { return route(head) }
        guard let common = options.crossOrigin?.fields(for: head) else { return admit(head) }
        switch admit(head) {
        case .respond(let response):
            return .respond(response.adding(common))
        case .accept(let intake, var intakeOptions):
            intakeOptions.fields = common
            return .accept(intake, intakeOptions)
        }
    }

    /// Handles a request subject to tokens and echoes.
    private func admit(_ head: RequestHead) -> Reception {
        if let tokens = options.tokens, !isOpen(head),
            let (problem, challenge) = tokens.current.problem(with: head)
        {
            let route = (try? Route.find(head.path))?.name ?? Route.name(ofUnknown: head.path)
            return .respond(problem.response(route: route, fields: [.wwwAuthenticate: challenge]))
        }
        if options.echoes, let reception = Echo.receive(head) { return reception }
        return route(head)
    }

    private func route(_ head: RequestHead) -> Reception {
        guard !head.isAsterisk else {
            let fields: ResponseFields = [.allow: Route.allMethods]
            return .respond(Response(status: .noContent, fields: fields))
        }
        let route: Route
        do throws(Problem) {
            route = try Route.find(head.path)
        } catch {
            return .respond(error.response(route: Route.name(ofUnknown: head.path)))
        }
        do throws(Problem) {
            if case .inference(let resource) = route, head.method != .options {
                return try receive(inference: head, resource, on: route)
            }
            if head.method == .post, route.acceptsPost {
                return try receive(post: head, on: route)
            }
            return .respond(try response(to: head, on: route))
        } catch {
            return .respond(error.response(route: route.name))
        }
    }

    /// Whether a request needs no token: a health probe, a preflight request, or one for the page, which
    /// holds no secret and asks for a token.
    private func isOpen(_ head: RequestHead) -> Bool {
        Self.isOfHealth(head.path) || head.method == .options || isForPage(head)
    }

    /// Whether the response is the page or one of its files.
    private func isForPage(_ head: RequestHead) -> Bool {
        guard options.hasPage, head.method == .get || head.method == .head,
            let route = try? Route.find(head.path)
        else { return false }
        return route.pageFile(for: head) != nil
    }

    private static func isOfHealth(_ path: String) -> Bool {
        path == "/livez" || path == "/readyz" || path == "/healthz" || path == "/v2/health/live"
            || path == "/v2/health/ready"
    }

    package func isProbe(_ head: RequestHead) -> Bool {
        Self.isOfHealth(head.path) && (head.method == .get || head.method == .head)
    }

    private func receive(post head: RequestHead, on route: Route) throws(Problem) -> Reception {
        let formats: ContentFormats
        do throws(Problem) {
            if case .operation = route { try ContentFormats.checkAcceptsJSON(head) }
            formats = try ContentFormats.negotiate(head)
            try MediaType.checkCoding(of: head)
        } catch {
            let fields = Self.mediaFields(of: error)
            return .respond(error.response(route: route.name, fields: fields))
        }
        if case .operation(let operation) = route {
            let intake = try service.intake(for: operation, query: head.query, formats: formats)
            return try receive(
                intake,
                head,
                on: route,
                formats.request,
                formats.names(result: .json),
                isText: true
            )
        }
        guard let intake = try service.intake(for: route, query: head.query, formats: formats)
        else {
            return .respond(try response(to: head, on: route))
        }
        return try receive(
            consume intake,
            head,
            on: route,
            formats.request,
            formats.names(result: formats.result.format),
            isText: formats.result.isText
        )
    }

    /// Accepts a request whose body, or result, may be coded; without a format, one of the Open Inference
    /// Protocol.
    private func receive(
        _ intake: consuming any Intake,
        _ head: RequestHead,
        on route: Route,
        _ request: BodyFormat?,
        _ names: RouteName.Formats,
        isText: Bool
    ) throws(Problem) -> Reception {
        let coding = MediaType.coding(of: head)
        var intakeOptions = IntakeOptions(route: route.name.with(names))
        if request != .json {
            intakeOptions.leastNumberBytes = 1
            intakeOptions.numberFootprint = TensorMemory.bytesEach
        }
        // What coded content may decode to stays limited.
        if request?.isTable == true, coding == nil { intakeOptions.isStream = intake.isBounded }
        // A few bytes may inflate to a million, so a worker inflates them.
        if request == .npz { intakeOptions.inlineBytes = 0 }
        // How long they take is known only once they are done.
        if case .operation = route { intakeOptions.inlineBytes = 0 }
        if intake.respondsConcurrently {
            intakeOptions.respondsConcurrently = true
            intakeOptions.inlineBytes = 0
            // Neither the request nor the response is coded.
            return .accept(consume intake, intakeOptions)
        }
        if request == .json, coding == nil, case .entry = route {
            intakeOptions.isRepeatable = !hasAccessRules
        }
        // The common case: neither the request nor the response is coded.
        guard coding != nil || !head.fields.isEmpty(.acceptEncoding) else {
            return .accept(consume intake, intakeOptions)
        }
        let responseCoding = try ResponseCoding(
            for: head,
            options.compression,
            isText: isText
        )
        guard let coding else {
            return .accept(responseCoding.apply(to: intake, &intakeOptions), intakeOptions)
        }
        // A few bytes may decode to a million, so a worker decodes them.
        intakeOptions.inlineBytes = 0
        let decoding = DecodingIntake(intake, coding, limit: limits.bodyBytes) { [limits] fault in
            Problem(fault, coding, limits: limits).response(route: route.name)
        }
        return .accept(responseCoding.apply(to: decoding, &intakeOptions), intakeOptions)
    }

    /// Handles a request of the Open Inference Protocol.
    private func receive(
        inference head: RequestHead,
        _ resource: InferenceRoute,
        on route: Route
    ) throws(Problem) -> Reception {
        switch resource {
        case .unsupported(let name):
            throw Problem(
                .extensionNotImplemented,
                "The extension for \(name) is not supported. Send tensors in the request, in JSON or "
                    + "binary."
            )
        case .infer(let found) where head.method == .post:
            try MediaType.checkCoding(of: head)
            let length = try Self.jsonLength(of: head)
            let intake = try service.intake(for: found, on: route, query: head.query, length)
            return try receive(intake, head, on: route, nil, .inference, isText: false)
        default:
            let isRead = head.method == .get || head.method == .head
            guard head.method == .post ? route.acceptsPost : isRead && !route.acceptsPost,
                let response = InferenceDocuments.response(
                    to: resource,
                    isDraining: readiness.isDraining,
                    metrics
                )
            else { return .respond(try self.response(to: head, on: route)) }
            return .respond(response)
        }
    }

    /// The length of the JSON before binary tensors; `nil` if there are none.
    private static func jsonLength(of head: RequestHead) throws(Problem) -> Int? {
        guard let text = head.fields[.inferenceHeaderLength] else { return nil }
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let length = Int(text),
            length > 0
        else {
            throw Problem(
                .malformedTensors,
                "Inference-Header-Content-Length is \(text.quoted), but must be the length in bytes of "
                    + "the JSON before binary tensors: requests without JSON are not supported."
            )
        }
        return length
    }

    /// The response to anything but a POST to a loss or penalty.
    private func response(to head: RequestHead, on route: Route) throws(Problem) -> Response {
        switch head.method {
        case .get where route.hasDocument, .head where route.hasDocument:
            return try document(head, on: route)
        case .options:
            return Response(
                status: .noContent,
                fields: [.allow: route.allow],
                route: route.name
            )
        case .get, .head, .post, .put, .patch, .delete, .trace:
            return Problem(
                .methodNotAllowed,
                "\(head.method.rawValue) is not allowed here: use \(route.allow)."
                    + (route.acceptsPost ? "" : " POST requests go to \(route.computation)."),
                allowed: route.allow.split(separator: ", ").map(String.init)
            ).response(route: route.name, fields: [.allow: route.allow])
        default:
            return Problem(
                .methodNotImplemented,
                "The method \(head.method.rawValue.quoted) is not supported: use GET, HEAD, OPTIONS or "
                    + "POST.",
                allowed: ["GET", "HEAD", "OPTIONS", "POST"]
            ).response(route: route.name)
        }
    }

    /// The fields that list the accepted types or codings (RFC 9110 sections 12.5.3 and 15.5.16, RFC 5789 3.1).
    private static func mediaFields(of problem: Problem) -> HTTPFields {
        switch problem.kind {
        case .service(.unsupportedContentCoding): [.acceptEncoding: Coding.accepted]
        case .service(.unsupportedMediaType): [.acceptPost: MediaType.accepted]
        default: [:]
        }
    }

    private func document(_ head: RequestHead, on route: Route) throws(Problem) -> Response {
        if options.hasPage, let file = route.pageFile(for: head) {
            let coding = try ResponseCoding(for: head, options.compression)
            let document = documents.document(for: file)
            return route.pageProblem.map { document.response(explaining: $0, coding) }
                ?? document.response(to: head, coding, route: route.name)
        }
        switch route {
        case .page(.unknown(let problem)): throw problem
        case .page: throw Route.notFound
        case .alive:
            return HealthDocument.response(to: head, isDraining: false, route: route.name)
        case .ready:
            return HealthDocument.response(
                to: head,
                isDraining: readiness.isDraining,
                route: route.name
            )
        case .metrics:
            let response = Response(
                status: .ok,
                fields: [
                    .contentType: "text/plain; version=0.0.4; charset=utf-8",
                    .cacheControl: "no-store", .vary: "Accept-Encoding",
                ],
                body: metrics.text(isDraining: readiness.isDraining),
                route: route.name
            )
            return try ResponseCoding(for: head, options.compression).encode(response)
        default:
            let coding = try ResponseCoding(for: head, options.compression)
            return try documents.document(for: route, query: head.query)
                .response(to: head, coding, route: route.name)
        }
    }

    package func response(
        to refusal: Refusal,
        route: RouteName,
        length: Int?,
        limits: Limits
    ) -> Response {
        var fields: HTTPFields = [:]
        if let seconds = refusal.retryAfter { fields[.retryAfter] = "\(seconds)" }
        var problem = Problem(refusal, length: length, limits: limits)
        if refusal == .bodyTooLarge { problem.detail += Self.advice(on: route) }
        return problem.response(route: route, fields: fields)
    }

    /// The way to send a longer body to a loss or penalty; empty if its format offers none.
    private static func advice(on route: RouteName) -> String {
        guard !route.entry.isEmpty else { return "" }
        return switch BodyFormat(rawValue: route.formats.request) {
        case .json:
            " A number in \(BodyFormat.safetensors.mediaType) takes 8 bytes, or 4 as float32."
        case .csv, .ndjson:
            " Rows may be of any length without Content-Encoding if only loss and statistics are "
                + "requested, or if reduction is sum or none with Prefer: \(ResultRows.preference)."
        case .safetensors, .npy, .npz, nil: ""
        }
    }

    package func observe(_ event: ServerEvent) {
        metrics.note(event)
        notice?(event)
    }
}

extension ResponseFields {
    /// The fields of the response with the result of a loss or penalty in a format.
    ///
    /// If the request has rows, their results may be preferred before it has ended (RFC 7240, section 2).
    static func ofResults(in format: BodyFormat, ofRows hasRows: Bool = false) -> ResponseFields {
        guard !hasRows else { return ofRows[format] ?? json }
        return format == .json ? json : others[format] ?? json
    }

    private static let json = ofResults(.json)
    private static let others = [BodyFormat: ResponseFields](
        uniqueKeysWithValues: BodyFormat.others.map { ($0, ofResults($0)) }
    )
    private static let ofRows = [BodyFormat: ResponseFields](
        uniqueKeysWithValues: ([.json] + BodyFormat.others).map {
            ($0, ofResults($0, vary: "Accept, Accept-Encoding, Prefer"))
        }
    )

    private static func ofResults(
        _ format: BodyFormat,
        vary: String = "Accept, Accept-Encoding"
    ) -> ResponseFields {
        [.contentType: format.mediaType, .cacheControl: "no-store", .vary: vary]
    }
}

extension RouteName.Formats {
    /// Those of the Open Inference Protocol, in JSON or binary.
    fileprivate static let inference = RouteName.Formats(request: "oip", result: "oip")
}

extension ContentFormats {
    /// The names in metrics, which are those in queries.
    fileprivate func names(result: BodyFormat) -> RouteName.Formats {
        RouteName.Formats(request: request.rawValue, result: result.rawValue)
    }
}

extension HTTPField.Name {
    /// RFC 5789's Accept-Patch, for POST (W3C Linked Data Platform 1.0, section 7.1).
    static let acceptPost = HTTPField.Name.parse("Accept-Post")

    /// RFC 7240, section 3.
    static let preferenceApplied = HTTPField.Name.parse("Preference-Applied")

    /// The name of a field that swift-http-types does not list.
    static func parse(_ name: String) -> HTTPField.Name {
        HTTPField.Name(name) ?? .accept
    }
}
