// SPDX-License-Identifier: Apache-2.0

import HTTPTypes

/// The state machine of one HTTP/1 connection: events in, actions out.
///
/// It uses no socket and no clock. Its driver calls ``next()``, performs the action, reports the
/// result together with the current time, and repeats until the action is ``Action/read`` or
/// ``Action/wait``, or until ``Action/send`` would block. Requests are processed one at a time, so
/// responses leave in the order of their requests (RFC 9112 section 9.3.2).
package struct Connection: ~Copyable, Sendable {
    let limits: Limits
    /// The address of the client; `nil` if the network does not provide it.
    let client: ClientAddress?
    /// The connection ID, unique with overwhelming probability.
    let connectionID: UInt64
    var phase = Phase.head
    /// The time of the latest event.
    var now: Instant
    /// Whether the client has half-closed.
    var inputEnded = false
    /// Whether an interim response was sent to a client that had closed its side of the connection.
    var hasProbedClient = false
    /// Whether the connection exceeds the connection limit: only a probe is served, within strict
    /// bounds.
    package let isOverLimit: Bool
    /// Whether the server is draining.
    package private(set) var isDraining = false
    /// Whether the server accepts no more connections.
    private(set) var isFinishing = false

    // The current request.
    var parser = HeadParser()
    /// The bytes of an incomplete head.
    var partialHead: [UInt8] = []
    /// Bytes that follow the current request.
    var pipelinedBytes: ArraySlice<UInt8> = []
    var head: RequestHead?
    /// The head of the previous request, kept for comparison with the next one.
    var latestHead: RequestHead?
    /// The route of the request with that head, if its intake has been restarted.
    var latestRoute = RouteName.none
    /// The content of the current request, if the responder accepted it.
    var content: RequestContent
    /// The claim to memory of the current request; `nil` unless its body is large.
    var claim: MemoryClaim?
    /// Whether the client has been fast enough to keep the claim.
    var isClaimPrompt = false
    var chunks = ChunkedDecoder()
    /// Whether the intake keeps a bounded part of the body, however long it is.
    var isStream = false
    /// Whether the whole request has been read, so that the next one can be found.
    var isRequestRead = false
    /// The Content-Length of the request; 0 if it is unknown.
    var announcedBytes = 0
    /// The number of content bytes received.
    var contentBytes = 0
    /// The number of body bytes discarded after an early response.
    var discardedBytes = 0

    // The current response.
    package internal(set) var output = ResponseOutput()
    var status = HTTPResponse.Status.ok
    /// The route of the current request, once it is known; see ``Response/route``.
    package internal(set) var route = RouteName.none
    var problem = ""
    var times: WorkTimes?
    var requestID = RequestID.generated(connection: 0, ordinal: 0)
    /// Fields common to all responses to the current request.
    var commonFields: ResponseFields?
    /// Whether the refusal of the current request has been held back.
    package internal(set) var wasHeldBack = false
    /// The response that has begun, although the request has not ended; `nil` if there is none.
    var concurrent: ConcurrentResponse?
    /// The number of responses sent on this connection.
    var responseCount = 0

    // Times that deadlines depend on.
    /// The time at which the request, or the idle period before it, began.
    var startTime: Instant
    /// The time at which the current body, response or linger began.
    var stageStartTime: Instant
    /// The time of the last transfer in either direction.
    var lastProgressTime: Instant
    /// The number of response bytes that the network has accepted.
    var responseBytesSent = 0
    /// The time since when the client has waited for the server within a body or a response.
    var waitingSince: Instant?

    /// Creates the state of a connection that has just been accepted.
    ///
    /// - Parameters:
    ///   - limits: The limits that apply to its requests.
    ///   - budget: The memory budget for large content.
    ///   - isOverLimit: Whether it exceeds the connection limit, so that only a probe is served.
    ///   - client: The address of the client.
    ///   - connectionID: Its number, with which the IDs of its requests begin.
    ///   - now: The current time.
    package init(
        limits: Limits,
        budget: MemoryBudget,
        isOverLimit: Bool = false,
        client: ClientAddress? = nil,
        connectionID: UInt64 = 0,
        now: Instant
    ) {
        self.limits = limits
        content = RequestContent(budget)
        self.client = client
        self.connectionID = connectionID
        self.now = now
        startTime = now
        stageStartTime = now
        lastProgressTime = now
        self.isOverLimit = isOverLimit
    }

    /// Returns the next action.
    package mutating func next() -> Action {
        while true {
            switch phase {
            case .undecided:
                guard let head else { return incomplete() }
                phase = .deciding
                guard content.isRestarted else { return .receive(head) }
                acceptAgain(head)
            case .body where content.isReadyForWorker:
                return .runIntake
            case .body where isSendingConcurrently:
                return .send
            case .body where content.isFull:
                waitingSince = waitingSince ?? now
                return sendOrWait
            case .complete:
                guard content.isReady else { return sendOrWait }
                guard content.hasIntake else { return incomplete() }
                phase = .responding
                return .respond
            case .refusing(let refusal):
                phase = .responding
                return .refuse(refusal)
            case .holding:
                return .wait
            case .queued:
                guard let claim else { return incomplete() }
                return .await(claim)
            case .continuing:
                return .send
            case .sending:
                return output.canProduceMore ? .produce : sendOrWait
            case .responding:
                return sendOrWait
            case .deciding, .closed:
                return .wait
            case .halfClosing:
                stageStartTime = now
                lastProgressTime = now
                guard !inputEnded, mustLinger else {
                    phase = .closing(.afterResponse)
                    continue
                }
                phase = .lingering
                return .shutdownWrite
            case .closing(let reason):
                phase = .closed
                return .close(reason)
            case .head, .body, .discarding, .lingering:
                if !pipelinedBytes.isEmpty {
                    processPipelined()
                } else if inputEnded {
                    endOfInput()
                } else {
                    return .read
                }
            }
        }
    }

    private var sendOrWait: Action { output.unsentBytes > 0 ? .send : .wait }

    /// Whether the connection is between requests, with nothing received or left to send.
    package var isIdle: Bool {
        guard case .head = phase else { return false }
        return partialHead.isEmpty && pipelinedBytes.isEmpty
    }

    /// Whether a worker must make the response to the current request.
    package var needsWorker: Bool { content.needsWorker }

    /// The estimated memory, in bytes, needed to make the response to small content.
    package var responseFootprint: Int { content.responseFootprint }

    /// The Content-Length of the current request; `nil` if it is unknown.
    package var announcedLength: Int? { announcedBytes > 0 ? announcedBytes : nil }

    /// Whether a request is partly received.
    package var isReceiving: Bool {
        switch phase {
        case .body: true
        case .head: !partialHead.isEmpty
        default: false
        }
    }

    /// The memory, in bytes, held for the bodies and responses of this connection.
    package var footprint: Int {
        content.footprint + partialHead.count + (head?.wireBytes ?? 0) + pipelinedBytes.count
            + output.footprint
    }

    /// Detaches the buffers of the current request and response, which may be large, so that they
    /// can be freed elsewhere, and cancels the job of a worker.
    package mutating func releaseBuffers() -> ReleasedBuffers {
        cancelWork()
        // The rest of a response that has begun is sent, with the reason for which it ends.
        let isSent = concurrent != nil
        let buffers = ReleasedBuffers(
            content: content,
            output: isSent ? ResponseOutput() : output,
            claim: claim.take()
        )
        content = content.makeEmpty()
        if !isSent { output = ResponseOutput() }
        return buffers
    }

    /// Completes the current exchange and accepts no further requests.
    ///
    /// An idle connection is closed at once if it has sent a response. One without a request so far
    /// may still send its first: it was accepted before its client could know of the drain.
    package mutating func drain() {
        isDraining = true
        if case .holding(let refusal) = phase { phase = .refusing(refusal) }
        if case .lingering = phase, !mustLinger { phase = .closing(.afterResponse) }
        if responseCount > 0 { closeIfIdle() }
    }

    /// Whether to read until the client closes, after the last response.
    ///
    /// A drain does not wait for a client whose request was read completely and which has its
    /// response.
    private var mustLinger: Bool { !(isDraining && isRequestRead) }

    /// Rejects a connection beyond the limit that does not send a probe, or that is evicted.
    package mutating func refuseOverLimit() {
        switch phase {
        case .head, .undecided, .deciding:
            partialHead = []
            phase = .refusing(.tooManyConnections)
        default: break
        }
    }

    /// The time within which a connection beyond the limit must send its head.
    static let overLimitTime = Duration.seconds(1)

    /// The maximum length in bytes of the head on a connection beyond the limit; probes have a few
    /// hundred bytes.
    static let overLimitHeadBytes = 2 * 1_024

    /// The time that a newly accepted connection has to send its first request once the server
    /// accepts no more: enough for data already in transit.
    static let firstRequestTime = Duration.milliseconds(250)

    /// Shifts all deadlines by a pause of the process, during which the client could not be served.
    package mutating func extendDeadlines(by pause: Duration) {
        startTime = startTime.advanced(by: pause)
        stageStartTime = stageStartTime.advanced(by: pause)
        lastProgressTime = lastProgressTime.advanced(by: pause)
        waitingSince = waitingSince?.advanced(by: pause)
        concurrent?.extend(by: pause)
    }

    /// Closes an idle connection, unless it was accepted too recently to have sent a request.
    package mutating func finish(now: Instant) {
        isFinishing = true
        if responseCount > 0 || startTime.advanced(by: Self.firstRequestTime) <= now {
            closeIfIdle()
        }
    }

    /// Closes an idle connection.
    private mutating func closeIfIdle() {
        if isIdle { phase = .closing(.drained) }
    }

    /// Records that the connection is broken: nothing can be sent or received any more.
    package mutating func markBroken() {
        phase = .closing(isWorkedOn ? .abandoned : .broken)
    }

    /// Refuses the current request for lack of memory or workers.
    ///
    /// Has no effect unless a request is partly received or its response is pending.
    package mutating func refuse(_ refusal: Refusal) {
        switch phase {
        case .head where partialHead.isEmpty: break
        case .head:
            partialHead = []
            phase = .refusing(refusal)
        case .body, .complete, .responding: phase = .refusing(refusal)
        default: break
        }
    }

    /// Holds back the refusal of ``Action/refuse(_:)``, and frees what the request holds.
    ///
    /// No refusal is held back during a drain, nor once the response has begun.
    ///
    /// - Returns: Whether it is held back; otherwise the response must be made now.
    package mutating func holdBack(_ refusal: Refusal, now: Instant) -> Bool {
        guard case .responding = phase, !isDraining, concurrent == nil else { return false }
        self.now = now
        stageStartTime = now
        wasHeldBack = true
        content.clear()
        phase = .holding(refusal)
        return true
    }

    /// Resets the state for the next request.
    mutating func beginNextRequest() {
        // The parser is unused if the head equalled the previous one.
        if parser.length > 0 { parser = HeadParser(after: parser.requestLine) }
        head = nil
        isRequestRead = false
        announcedBytes = 0
        contentBytes = 0
        commonFields = nil
        route = .none
        wasHeldBack = false
        content.clear()
        startTime = now
        phase = .head
        if isDraining { closeIfIdle() }
    }

    /// Refuses a request whose head or intake is missing, which the order of the phases rules out.
    private mutating func incomplete() -> Action {
        phase = .responding
        return .refuse(.incompleteRequest)
    }
}

/// Buffers of a finished request and its response, ready to be freed.
package struct ReleasedBuffers: Sendable {
    fileprivate let content: RequestContent
    fileprivate let output: ResponseOutput
    /// The claim to their memory, to be kept until that has been released.
    package let claim: MemoryClaim?

    /// The memory, in bytes, that they occupy.
    package var footprint: Int { content.footprint + output.footprint }
}
