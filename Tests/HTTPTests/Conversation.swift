// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes

/// Drives a connection without a network, with simulated time.
final class Conversation {
    /// The effects of the connection, as seen by its client and its routes.
    struct Record: Equatable {
        var requests: [Received] = []
        var refusals: [Refusal] = []
        var sent: [UInt8] = []
        var exchanges: [Exchange] = []
        var hasShutDown = false
        var closing: CloseReason?

        /// The bytes sent, as text.
        var text: String { String(decoding: sent, as: UTF8.self) }
        /// The text sent, without the X-Request-Id lines.
        var unnamed: String {
            text.split(separator: "\r\n", omittingEmptySubsequences: false)
                .filter { !$0.hasPrefix("X-Request-Id: ") }.joined(separator: "\r\n")
        }
        /// The status of each response, including 100.
        var statuses: [Int] {
            text.split(separator: "HTTP/1.1 ").dropFirst(text.hasPrefix("HTTP/1.1 ") ? 0 : 1)
                .compactMap { Int($0.prefix(3)) }
        }
        /// The bodies of the requests, as text.
        var bodies: [String] { requests.map { String(decoding: $0.body, as: UTF8.self) } }
    }

    /// A request as seen by a route.
    struct Received: Equatable {
        let method: String
        let path: String
        let query: String?
        let fields: RequestFields
        let body: [UInt8]

        static func == (one: Self, other: Self) -> Bool {
            one.method == other.method && one.path == other.path && one.query == other.query
                && one.body == other.body
                && one.fields.all.elementsEqual(other.fields.all) { $0 == $1 }
        }
    }

    private(set) var record = Record()
    private(set) var now = Instant(nanoseconds: 1_000_000_000)
    private let today = DateField("today")
    private var connection: Connection
    private let decide: (RequestHead) -> Response?
    private let makeResponse: (Request) -> Response?
    /// Makes an intake that makes its own responses; `nil` stores the content.
    var makeIntake: (() -> any Intake)?
    /// Whether the network accepts output.
    var isNetworkOpen = true
    /// The options of processing the content of requests.
    var intakeOptions = IntakeOptions()
    /// Whether worker jobs are held back until the test completes them.
    var areJobsHeld = false
    private(set) var jobs: [IntakeJob] = []
    private(set) var parts: [SourceJob] = []
    /// The cancellation of each intake job so far, in order.
    private(set) var cancellations: [Cancellation] = []
    /// Whether the client ends its input while the connection waits for a worker.
    private var inputEndsDuringWork = false

    /// Creates a connection.
    ///
    /// - Parameters:
    ///   - limits: The limits.
    ///   - budget: The memory budget, if it is shared with other connections.
    ///   - isOverLimit: Whether the connection exceeds the connection limit.
    ///   - decide: Returns the response that depends on the head alone; `nil` accepts the content.
    ///   - respond: Returns the response to a request; `nil` defers it to ``respond(with:)``.
    init(
        limits: Limits = Limits(),
        budget: MemoryBudget? = nil,
        isOverLimit: Bool = false,
        decide: @escaping (RequestHead) -> Response? = { _ in nil },
        respond: @escaping (Request) -> Response? = { .make(String($0.head.path)) }
    ) {
        connection = Connection(
            limits: limits,
            budget: budget ?? MemoryBudget(limit: limits.memoryBytes),
            isOverLimit: isOverLimit,
            now: now
        )
        self.decide = decide
        makeResponse = respond
    }

    /// Delivers bytes, at most `size` at a time, and performs the resulting actions.
    func receive(_ bytes: [UInt8], size: Int = .max) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = rest.prefix(size)
            rest = rest.dropFirst(part.count)
            arrive(part)
        }
    }

    func receive(_ text: String, size: Int = .max) { receive(Array(text.utf8), size: size) }

    /// Half-closes the client's side.
    func end() {
        connection.peerClosed(now: now)
        perform()
    }

    /// Ends the client's input while a worker processes a request: the network reports it, though the
    /// connection does not read.
    func endDuringWork() {
        inputEndsDuringWork = true
        perform()
    }

    /// Breaks the connection.
    func reset() {
        connection.markBroken()
        perform()
    }

    /// Whether buffers are released before a request is refused, as large ones are.
    var releasesBuffers = false

    /// Whether refusals are held back, as those for lack of capacity are when there are many.
    var holdsBackRefusals = false

    /// Cancels the job of a worker.
    func cancelWork() { connection.cancelWork() }

    /// Advances the time and checks deadlines.
    func wait(_ duration: Duration) {
        now = now.advanced(by: duration)
        connection.expired(now: now)
        perform()
    }

    /// Continues with a large body if its claim to memory has been granted.
    func admit() {
        connection.admit(now: now)
        perform()
    }

    /// Advances the time as if the process were suspended.
    func freeze(_ duration: Duration) {
        now = now.advanced(by: duration)
        connection.extendDeadlines(by: duration)
    }

    /// Makes a deferred response.
    func respond(with response: Response) {
        connection.responded(response, date: today, now: now)
        perform()
    }

    /// Lets the network accept `count` bytes.
    func send(_ count: Int) {
        advance(count)
        perform()
    }

    func drain() {
        connection.drain()
        perform()
    }

    func finish() {
        connection.finish(now: now)
        perform()
    }

    /// Not inlined, because the optimizer of Swift 6.3.1 then crashes in CopyPropagation.
    @inline(never)
    func refuse(_ refusal: Refusal) {
        connection.refuse(refusal)
        perform()
    }

    var isIdle: Bool { connection.isIdle }
    var traffic: TrafficClass? { connection.traffic }
    var footprint: Int { connection.footprint }
    var bytesToSend: Int { connection.output.unsentBytes }
    var directBodyBytes: Int { connection.directBodyBytes }

    /// Delivers bytes of a body straight into the segment.
    func receiveBody(_ bytes: [UInt8]) {
        connection.receiveBody(upTo: bytes.count, now: now) { body in
            for byte in bytes { body.append(byte) }
        }
        perform()
    }

    /// Runs the latest intake job and returns it.
    func completeJob() {
        guard var job = jobs.popLast() else { return }
        if let refusal = job.run() {
            connection.refuse(refusal)
        } else {
            connection.complete(job, date: today, now: now)
        }
    }

    /// Produces a part of a response: by default the latest requested one.
    func completePart(_ place: Int? = nil) {
        guard !parts.isEmpty else { return }
        let job = parts.remove(at: place ?? parts.count - 1)
        connection.complete(ProducedPart(of: job), now: now)
    }

    /// Performs pending actions without any new event.
    func perform() { arrive([]) }

    private func arrive(_ part: ArraySlice<UInt8>) {
        var rest = part
        loop: while true {
            switch connection.next() {
            case .receive(let head) where connection.isOverLimit && head.path != "/livez":
                connection.refuseOverLimit()
            case .receive(let head):
                let reception = decide(head).map { Reception.respond($0) }
                connection.received(
                    reception ?? .accept(makeIntake?() ?? BodyIntake(head: head), intakeOptions),
                    date: today,
                    now: now
                )
            case .runIntake:
                jobs += connection.takeIntakeJob().map { [$0] } ?? []
                cancellations += jobs.last.map { [$0.memory.cancellation] } ?? []
                if !areJobsHeld { completeJob() }
            case .produce:
                parts += connection.takeSourceJob().map { [$0] } ?? []
                if !areJobsHeld { completePart() }
            case .respond:
                guard var job = connection.takeIntakeJob() else { break loop }
                cancellations.append(job.memory.cancellation)
                if makeIntake != nil {
                    guard case .success(let response)? = job.respond() else { break loop }
                    connection.responded(response, date: today, now: now)
                    continue
                }
                guard job.run() == nil, let intake = job.intake as? BodyIntake else {
                    break loop
                }
                let request = Request(head: intake.head, body: intake.body)
                record.requests.append(Received(request))
                guard let response = makeResponse(request) else { break loop }
                connection.responded(response, date: today, now: now)
            case .refuse(let refusal):
                if holdsBackRefusals, !connection.wasHeldBack,
                    connection.holdBack(refusal, now: now)
                {
                    continue
                }
                record.refusals.append(refusal)
                if releasesBuffers { _ = connection.releaseBuffers() }
                let response = Response(status: refusal.status, route: RouteName(refusal.code))
                connection.responded(response, date: today, now: now)
            case .send:
                guard isNetworkOpen else { break loop }
                advance(connection.output.unsentBytes)
            case .read:
                guard !rest.isEmpty else { break loop }
                rest = rest.dropFirst(connection.receive(rest, now: now))
            case .shutdownWrite:
                record.hasShutDown = true
            case .close(let reason):
                record.closing = reason
                return
            case .wait where inputEndsDuringWork && connection.inputEndsDuringWork():
                continue
            case .await, .wait:
                break loop
            }
        }
        if !rest.isEmpty { connection.buffer(rest) }
        connection.updateClaim()
    }

    private func advance(_ count: Int) {
        let output = connection.output
        record.sent += (output.head + output.body)[output.sent...].prefix(count)
        if let exchange = connection.sent(count, now: now) { record.exchanges.append(exchange) }
    }
}

/// A complete request, with its content in memory.
struct Request {
    let head: RequestHead
    let body: [UInt8]
}

/// Stores the content of a request unchanged.
struct BodyIntake: Intake {
    let head: RequestHead
    private(set) var body: [UInt8] = []

    init(head: RequestHead) {
        self.head = head
    }

    var footprint: Int { body.count }

    mutating func receive(_ bytes: Span<UInt8>, isLast _: Bool) -> Bool {
        for index in bytes.indices { body.append(bytes[index]) }
        return false
    }

    mutating func receive(_ segment: consuming BodySegment, isLast _: Bool, _: MemoryAccount) {
        body += segment.bytes.dropFirst(BodySegment.headroom)
    }

    mutating func makeResponse(unless _: Cancellation?) -> Response { .make(head.path) }
}

extension Conversation.Received {
    init(_ request: Request) {
        method = request.head.method.rawValue
        path = request.head.path
        query = request.head.query
        fields = request.head.fields
        body = request.body
    }
}

extension Response {
    /// Makes a response with status 200 by default.
    static func make(
        _ body: String = "",
        status: HTTPResponse.Status = .ok,
        fields: ResponseFields = [:]
    ) -> Response {
        Response(status: status, fields: fields, body: Array(body.utf8), route: RouteName("/route"))
    }
}

/// A request as text, with usual values by default.
func request(
    _ method: String = "GET",
    _ target: String = "/",
    version: String = "HTTP/1.1",
    host: String? = "example.org",
    fields: [String] = [],
    body: String = ""
) -> String {
    let lines = (host.map { ["Host: \($0)"] } ?? []) + fields
    return (["\(method) \(target) \(version)"] + lines + ["", body]).joined(separator: "\r\n")
}

/// Returns the effects of a text, followed by the end of input if `ends`.
func outcome(
    _ text: String,
    limits: Limits = Limits(),
    size: Int = .max,
    ends: Bool = false
) -> Conversation.Record {
    let conversation = Conversation(limits: limits)
    conversation.receive(text, size: size)
    if ends { conversation.end() }
    return conversation.record
}
