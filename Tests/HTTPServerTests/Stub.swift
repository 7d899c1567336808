// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Glibc
import HTTP
import HTTPServer
import HTTPTypes
import Logging

/// Routes for the tests.
final class Stub: Responder {
    /// Signaled by the test to let requests for `/held` continue.
    let gate = DispatchSemaphore(value: 0)
    /// Signaled for each request that waits at the gate.
    let arrivals = DispatchSemaphore(value: 0)
    /// Signaled for each request for `/endless` whose work was cancelled.
    let cancellations = DispatchSemaphore(value: 0)
    /// Signaled for each closed connection.
    let endings = DispatchSemaphore(value: 0)
    private let seen = Guarded<[ServerEvent]>([])
    private let readiness: Readiness

    init(readiness: Readiness) {
        self.readiness = readiness
    }

    var events: [ServerEvent] { seen.withLock { $0 } }

    func receive(_ head: RequestHead) -> Reception {
        switch head.path {
        case "/missing":
            .respond(Response(status: .notFound))
        case "/ready":
            .respond(Response(status: readiness.isDraining ? .serviceUnavailable : .ok))
        case "/endless":
            .accept(EndlessIntake(stub: self), IntakeOptions(route: RouteName("/endless")))
        default:
            .accept(BodyIntake { body in self.respond(to: head, body) })
        }
    }

    func isProbe(_ head: RequestHead) -> Bool { head.path == "/ready" }

    private func respond(to head: RequestHead, _ body: [UInt8]) -> Response {
        switch head.path {
        case "/echo":
            return Response(status: .ok, body: body, route: RouteName("/echo"))
        case "/echo-and-hold":
            // Its loop is blocked after the response was sent.
            return Response(status: .ok, body: body, route: RouteName("/echo-and-hold"))
        case "/held":
            arrivals.signal()
            gate.wait()
            return Response(status: .ok, body: Array("held".utf8), route: RouteName("/held"))
        case "/long":
            return Response(status: .ok, body: Array(repeating: 7, count: 2_000_000))
        case "/large":
            return Response(status: .ok, body: Array(repeating: 7, count: 50_000_000))
        default:
            return Response(status: .ok, body: Array(head.path.utf8), route: RouteName("/"))
        }
    }

    func response(
        to refusal: Refusal,
        route _: RouteName,
        length _: Int?,
        limits: Limits
    ) -> Response {
        Response(
            status: refusal.status,
            body: Array(refusal.code.utf8),
            route: RouteName(refusal.code)
        )
    }

    func observe(_ event: ServerEvent) {
        seen.withLock { $0.append(event) }
        if case .responseSent(let exchange) = event, exchange.route.template == "/echo-and-hold" {
            arrivals.signal()
            gate.wait()
        }
        if case .connectionClosed = event { endings.signal() }
    }
}

/// Stores the content of a request and passes it to a closure.
struct BodyIntake: Intake {
    private var body: [UInt8] = []
    private let respond: @Sendable ([UInt8]) -> Response

    init(_ respond: @escaping @Sendable ([UInt8]) -> Response) {
        self.respond = respond
    }

    var footprint: Int { body.count }

    mutating func receive(_ bytes: Span<UInt8>, isLast _: Bool) -> Bool {
        for index in bytes.indices { body.append(bytes[index]) }
        return false
    }

    mutating func receive(_ segment: consuming BodySegment, isLast _: Bool, _: MemoryAccount) {
        body += segment.bytes.dropFirst(BodySegment.headroom)
    }

    mutating func makeResponse(unless _: Cancellation?) -> Response { respond(body) }
}

/// Works until it is cancelled.
private struct EndlessIntake: Intake {
    let stub: Stub

    var footprint: Int { 0 }

    mutating func receive(_: Span<UInt8>, isLast _: Bool) -> Bool { true }

    mutating func receive(_: consuming BodySegment, isLast _: Bool, _: MemoryAccount) {}

    mutating func makeResponse(unless cancellation: Cancellation?) -> Response {
        stub.arrivals.signal()
        while cancellation?.isCancelled == false { sched_yield() }
        stub.cancellations.signal()
        return Response(status: .ok)
    }
}

/// A server on a free port of 127.0.0.1, stopped on deinitialization.
final class Site {
    let stub: Stub
    let server: Server

    init(loops: Int = 2, _ change: (inout Limits) -> Void = { _ in }) throws {
        var limits = Limits()
        limits.loops = loops
        change(&limits)
        let readiness = Readiness()
        stub = Stub(readiness: readiness)
        server = try Server(
            host: "127.0.0.1",
            port: 0,
            limits: limits,
            responder: stub,
            readiness: readiness,
            logger: .quiet
        )
        try server.start()
    }

    deinit {
        server.stop()
        server.waitUntilStopped()
    }

    func client(receiveBuffer: Int32? = nil) throws -> Client {
        try Client(port: server.port, receiveBuffer: receiveBuffer)
    }
}

extension Logger {
    /// A logger that discards everything.
    static var quiet: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}

/// A request as text.
func request(_ method: String = "GET", _ path: String = "/", fields: [String] = []) -> String {
    ([["\(method) \(path) HTTP/1.1", "Host: localhost"], fields, ["", ""]].flatMap { $0 })
        .joined(separator: "\r\n")
}

/// A POST with a body, as bytes.
func post(_ path: String, _ body: [UInt8], fields: [String] = []) -> [UInt8] {
    Array(request("POST", path, fields: ["Content-Length: \(body.count)"] + fields).utf8) + body
}

/// Bytes in which any misplaced one is detected.
func pattern(_ count: Int) -> [UInt8] {
    // The period is prime, so it does not align with any buffer.
    let block = (0..<65_521).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    var bytes: [UInt8] = []
    while bytes.count < count { bytes += block.prefix(count - bytes.count) }
    return bytes
}
