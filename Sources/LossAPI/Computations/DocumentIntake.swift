// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes
import TensorJSON

/// A document from which a result is computed.
protocol ComputableDocument: Sendable {
    /// The memory in use for what has been read, in bytes.
    var footprint: Int { get }

    /// Computes the result.
    ///
    /// - Parameter cancellation: Polled during the computation; `nil` means never.
    /// - Returns: The result as a JSON document.
    /// - Throws: A `Problem`, or an error that a `Problem` explains.
    mutating func result(unless cancellation: Cancellation?) throws -> JSONValue

    /// An upper bound on the memory in bytes to compute and serialize the result.
    var resultFootprint: Int { get }
}

/// Parses the body of a request whose result is a JSON document, and computes it.
struct DocumentIntake<Document: ComputableDocument, Body: BodyReader<Document>>: Intake {
    private var document: Document
    private var body: Body
    /// See ``Response/route``.
    let route: RouteName
    let clock: MonotonicClock
    /// The first problem with the request.
    private var problem: Problem?
    private var times = WorkTimes()

    init(
        _ document: Document,
        _ body: Body,
        route: RouteName,
        clock: @escaping MonotonicClock
    ) {
        self.document = document
        self.body = body
        self.route = route
        self.clock = clock
    }

    var footprint: Int { document.footprint + body.footprint }

    var textFootprint: Int { body.textFootprint }

    var isBounded: Bool { body.isBounded }

    var responseFootprint: Int { problem == nil ? document.resultFootprint : 0 }

    mutating func expect(length: Int) { body.expect(length: length) }

    /// Always returns `true`: how long the computation takes is known only once it is done.
    mutating func receive(_ bytes: Span<UInt8>, isLast: Bool) -> Bool {
        body.append(bytes)
        if isLast { body.end() }
        return true
    }

    mutating func receive(_ segment: consuming BodySegment, isLast: Bool, _ memory: MemoryAccount) {
        guard problem == nil else { return }
        body.setMeter(memory)
        defer { body.setMeter(nil) }
        if !segment.isEmpty {
            guard body.append(segment, memory) else { return body.skip() }
        }
        if isLast { body.end() }
        read()
        if body.isAtEnd { body.discardText() }
    }

    mutating func makeResponse(unless cancellation: Cancellation?) -> Response {
        if !body.isAtEnd {
            body.end()
            read()
        }
        if let problem { return problem.response(route: route) }
        let start = clock()
        do {
            let result = try document.result(unless: cancellation)
            let computed = clock()
            times.compute = computed.nanoseconds(since: start)
            let bytes = result.bytes
            times.serialize = clock().nanoseconds(since: computed)
            return Response(
                status: .ok,
                fields: .ofResults(in: .json),
                body: bytes,
                route: route,
                times: times
            )
        } catch {
            return body.problem(explaining: error).response(route: route)
        }
    }

    private mutating func read() {
        let start = clock()
        do {
            try body.read(into: &document, stopsAtLongValues: false)
        } catch {
            problem = body.problem(explaining: error)
            body.skip()
        }
        times.parse += clock().nanoseconds(since: start)
    }
}
