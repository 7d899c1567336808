// SPDX-License-Identifier: Apache-2.0

import Formats
import HTTP
import HTTPTypes
import LossFunctions
import Requests
import TensorJSON

/// Parses the body of a request to a loss or penalty, and responds with the result.
///
/// The formats of the body and of the result are independent of each other.
struct RequestIntake<Body: BodyReader<RequestBuilder>>: Intake {
    var members: Body
    var builder: RequestBuilder
    /// The builder before any content; `nil` unless the intake can be restarted.
    let initial: RestartPoint?
    /// The format of the result.
    let format: ResultFormat
    /// See ``Response/route``.
    let route: RouteName
    let clock: MonotonicClock
    /// The first problem with the request.
    var problem: Problem?
    var times = WorkTimes()

    /// The number of bytes received on the event loop.
    var received = 0

    /// The maximum length of a body, in bytes, whose result is always computed on an event loop, unless
    /// the loss takes longer than in proportion to its numbers.
    private static var shortLength: Int { 512 }

    /// The time at which short content was last parsed, which is when computing begins.
    ///
    /// Nothing happens between the two, and this saves reading the clock.
    var latest: Instant?

    /// The maximum estimated time of a result that is computed on an event loop, in nanoseconds.
    ///
    /// The handoffs to a worker and back take about half as long.
    private static var inlineNanoseconds: Int { 100_000 }

    var footprint: Int { members.footprint + builder.footprint }

    var textFootprint: Int { members.textFootprint }

    var isBounded: Bool { members.isBounded }

    var respondsConcurrently: Bool { members.streamsRows }

    var responseFootprint: Int {
        guard problem == nil else { return 0 }
        let count = builder.resultCount
        let own = builder.resultFootprint
        if let request = members.inference {
            return own + request.textLength + ResultBytes.footprint(of: request, count)
        }
        guard !format.isText else { return own + ResultText.textFootprint(of: count) }
        return own + ResultBytes.footprint(of: count)
            + ResultBytes.footprint(ofPenalties: builder.penaltyCount)
    }

    /// An upper estimate of the time to compute and serialize the result, in nanoseconds.
    private var resultNanoseconds: Int {
        let each = format.isText ? ResultText.nanosecondsEach : ResultBytes.nanosecondsEach
        return builder.computingNanoseconds + builder.resultCount * each
    }

    mutating func expect(length: Int) { members.expect(length: length) }

    mutating func receive(_ bytes: Span<UInt8>, isLast: Bool) -> Bool {
        guard case .none = problem else { return false }
        let start = clock()
        members.append(bytes)
        received += bytes.count
        if isLast { members.end() }
        read(stopsAtLongValues: true)
        let end = clock()
        times.parse += end.nanoseconds(since: start)
        latest = end
        // Whether the remaining work is too long for an event loop.
        return members.isPaused
            || (received > Self.shortLength || !builder.isLinear)
                && resultNanoseconds > Self.inlineNanoseconds
    }

    mutating func receive(_ segment: consuming BodySegment, isLast: Bool, _ memory: MemoryAccount) {
        guard case .none = problem else { return }
        let start = clock()
        members.setMeter(memory)
        defer { members.setMeter(nil) }
        if !segment.isEmpty {
            guard members.append(segment, memory) else { return members.skip() }
        }
        if isLast { members.end() }
        read()
        // The result may need the memory of the text.
        if members.isAtEnd { members.discardText() }
        times.parse += clock().nanoseconds(since: start)
    }

    mutating func takePart() -> Response? {
        guard let rows = members.takeRows() else { return nil }
        if let problem { return problem.response(route: route) }
        return rows.part(on: route)
    }

    mutating func makeResponse(unless cancellation: Cancellation?) -> Response {
        readRest()
        if let problem { return problem.response(route: route) }
        let rows = members.takeRows()
        do {
            let read = latest ?? clock()
            if roundsResult { builder.roundsDerivatives = true }
            let evaluation = try builder.evaluate(unless: cancellation)
            let computed = clock()
            if let rows, rows.hasRows {
                var times = times
                times.compute = computed.nanoseconds(since: read)
                return rows.end(with: evaluation, times, on: route)
            }
            let (start, rest, fields) = try serialize(evaluation)
            var times = times
            times.compute = computed.nanoseconds(since: read)
            if rest == nil { times.serialize = clock().nanoseconds(since: computed) }
            return Response(
                status: .ok,
                fields: fields,
                body: start,
                source: consume rest,
                route: route,
                times: times
            )
        } catch {
            return members.problem(explaining: error).response(route: route)
        }
    }

    private func serialize(
        _ evaluation: Evaluation
    ) throws(Problem) -> (start: [UInt8], rest: (any ContentSource)?, fields: ResponseFields) {
        if let request = members.inference {
            let (content, fields) = try request.serialize(evaluation)
            let (start, rest) = ResultBytes.begin(content)
            return (start, rest, fields)
        }
        let fields = ResponseFields.ofResults(in: format.format, ofRows: Body.hasRows)
        switch format.format {
        case .json:
            let (start, rest) = ResultText.serialize(evaluation)
            return (start, rest, fields)
        case .csv, .ndjson:
            let (start, rest) = try ResultTable.serialize(evaluation, as: format.format)
            return (start, rest, fields.adding(evaluation))
        case .safetensors, .npy, .npz:
            let (start, rest) = try ResultBytes.serialize(evaluation, as: format)
            return (start, rest, fields)
        }
    }

    /// Whether all arrays of the result are sent in single precision.
    private var roundsResult: Bool {
        guard let request = members.inference else {
            return !format.isText && format.precision == .single
        }
        return request.isWhollyBinary && request.precision == .single
    }

    /// Reads the remaining members after the end of the body.
    private mutating func readRest() {
        guard !members.isAtEnd else { return }
        let start = clock()
        members.end()
        read()
        let end = clock()
        times.parse += end.nanoseconds(since: start)
        latest = end
    }

    mutating func restart() -> Bool {
        guard let initial, case .none = problem, members.restart() else { return false }
        if !builder.isAsBefore { builder = initial.builder }
        times = WorkTimes()
        received = 0
        latest = nil
        return true
    }

    private mutating func read(stopsAtLongValues: Bool = false) {
        guard case .none = problem else { return members.skip() }
        do {
            try members.read(into: &builder, stopsAtLongValues: stopsAtLongValues)
        } catch {
            problem = members.problem(explaining: error)
            members.skip()
        }
    }
}

/// The builder of a request before any content.
///
/// A class, so that intakes are short.
final class RestartPoint: Sendable {
    let builder: RequestBuilder

    init(_ builder: RequestBuilder) { self.builder = builder }
}

extension Cancellation: CancellationFlag {}
