// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes
import LossFunctions
import TensorJSON

/// Parses the body of a request to a loss or penalty, and responds with the result.
protocol RequestIntake: Intake {
    associatedtype Builder: RequestBuilder

    var members: MemberReader { get set }
    var builder: Builder { get }
    var context: IntakeContext { get set }

    /// Reads the available members into the builder.
    ///
    /// Each conforming type implements the following requirements itself: only there can members
    /// and builder be mutated together, and read without a copy.
    ///
    /// - Parameter stopsAtLongValues: Whether to pause before a value that would occupy an event
    ///   loop for long.
    /// - Throws: A `JSONError` or a `Problem` with the request.
    mutating func readMembers(stopsAtLongValues: Bool) throws

    /// Computes the result, once every member has been read.
    func computeResult() throws -> ResultText

    /// Whether every member has been read, or reading was abandoned.
    var isRead: Bool { get }

    /// Whether the remaining work is too long for an event loop.
    var needsWorker: Bool { get }
}

/// The state of a request intake besides its members.
struct IntakeContext: Sendable {
    /// See ``Response/route``.
    let route: RouteName
    let clock: MonotonicClock
    /// The first problem with the request.
    var problem: Problem?
    var times = WorkTimes()
    /// The maximum estimated time of a result that is computed on an event loop, in nanoseconds.
    ///
    /// The handoffs to a worker and back take about half as long.
    static let inlineNanoseconds = 100_000

    /// The time at which short content was last parsed, which is when computing begins.
    ///
    /// Nothing happens between the two, and this saves reading the clock.
    var latest: Instant?

    init(route: RouteName, clock: @escaping MonotonicClock) {
        self.route = route
        self.clock = clock
    }
}

extension RequestIntake {
    var footprint: Int { members.footprint + builder.footprint }

    var responseFootprint: Int { context.problem == nil ? builder.resultFootprint : 0 }

    mutating func receive(_ bytes: Span<UInt8>, isLast: Bool) -> Bool {
        guard case .none = context.problem else { return false }
        let start = context.clock()
        members.append(bytes)
        if isLast { members.end() }
        read(stopsAtLongValues: true)
        let end = context.clock()
        context.times.parse += end.nanoseconds(since: start)
        context.latest = end
        return needsWorker
    }

    mutating func receive(_ segment: consuming BodySegment, isLast: Bool, _ memory: MemoryAccount) {
        guard case .none = context.problem else { return }
        let start = context.clock()
        members.setMeter(memory)
        defer { members.setMeter(nil) }
        if !segment.isEmpty {
            guard members.append(segment, memory) else { return members.skip() }
        }
        if isLast { members.end() }
        read()
        context.times.parse += context.clock().nanoseconds(since: start)
    }

    mutating func makeResponse() -> Response {
        readRest()
        if let problem = context.problem { return problem.response(route: context.route) }
        do {
            let read = context.latest ?? context.clock()
            var text = try computeResult()
            let computed = context.clock()
            let body = text.next()
            var times = context.times
            times.compute = computed.nanoseconds(since: read)
            if text.isAtEnd { times.serialize = context.clock().nanoseconds(since: computed) }
            return Response(
                status: .ok,
                fields: .ofResults,
                body: body,
                source: text.isAtEnd ? nil : text,
                route: context.route,
                times: times
            )
        } catch {
            return Problem(explaining: error, known: builder.known).response(route: context.route)
        }
    }

    /// Reads the remaining members after the end of the body.
    private mutating func readRest() {
        guard !isRead else { return }
        let start = context.clock()
        members.end()
        read()
        let end = context.clock()
        context.times.parse += end.nanoseconds(since: start)
        context.latest = end
    }

    private mutating func read(stopsAtLongValues: Bool = false) {
        guard case .none = context.problem else { return members.skip() }
        do {
            try readMembers(stopsAtLongValues: stopsAtLongValues)
        } catch {
            context.problem = Problem(explaining: error)
            members.skip()
        }
    }
}

/// The intake of a request to a loss.
struct LossIntake: RequestIntake {
    var members: MemberReader
    var builder: LossRequestBuilder
    var context: IntakeContext

    mutating func readMembers(stopsAtLongValues: Bool) throws {
        try members.read(into: &builder, stopsAtLongValues: stopsAtLongValues)
    }

    func computeResult() throws -> ResultText { try builder.evaluate() }

    var isRead: Bool { members.isAtEnd }
    var needsWorker: Bool {
        members.isPaused || builder.resultNanoseconds > IntakeContext.inlineNanoseconds
    }
}

/// The intake of a request to a penalty.
struct PenaltyIntake: RequestIntake {
    var members: MemberReader
    var builder: PenaltyRequestBuilder
    var context: IntakeContext

    mutating func readMembers(stopsAtLongValues: Bool) throws {
        try members.read(into: &builder, stopsAtLongValues: stopsAtLongValues)
    }

    func computeResult() throws -> ResultText { try builder.evaluate() }

    var isRead: Bool { members.isAtEnd }
    var needsWorker: Bool {
        members.isPaused || builder.resultNanoseconds > IntakeContext.inlineNanoseconds
    }
}
