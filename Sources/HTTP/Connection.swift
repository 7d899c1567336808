// SPDX-License-Identifier: Apache-2.0

import HTTPTypes

/// The life of one connection: events in, actions out.
///
/// Knows no socket and no clock. Whoever drives it asks ``next()`` what to do, does it, reports what
/// came of it with the time, and asks again until the answer is ``Action/read`` or
/// ``Action/wait``, or until ``Action/send`` finds the network full. Requests are taken one
/// at a time, so that answers leave in the order of their questions (RFC 9112 section 9.3.2).
package struct Connection: ~Copyable, Sendable {
    let limits: Limits
    /// Who is at the other end; nil where the network does not tell.
    let client: ClientAddress?
    /// A number that no other connection has, as far as chance allows.
    let identity: UInt64
    var phase = Phase.head
    /// The time of the latest event.
    var now: Instant
    /// Whether the client has said that nothing more will come.
    var inputEnded = false
    /// Whether it is one too many: it may ask one thing, soon and shortly.
    package let isGuest: Bool
    /// Whether the server is shutting down.
    package private(set) var isDraining = false
    /// Whether the server takes no more connections.
    private(set) var isFinishing = false

    // The request at hand.
    var parser = HeadParser()
    /// The beginning of a head that is not complete.
    var partialHead: [UInt8] = []
    /// Bytes that came before their time: requests behind the one at hand.
    var ahead: ArraySlice<UInt8> = []
    var head: RequestHead?
    /// The head of the request before, where the next one may be compared with it.
    var latestHead: RequestHead?
    /// The content, where it is wanted.
    var incoming: Incoming
    var chunks = ChunkedDecoder()
    /// Whether the request was read to its end, so that the next one can be found.
    var isRequestRead = false
    /// How long the content is, as far as the head tells.
    var announcedBytes = 0
    /// Bytes of the content that have come.
    var contentBytes = 0
    /// Bytes of a body that have been thrown away, because the answer did not wait for it.
    var discarded = 0

    // The answer at hand.
    package internal(set) var output = Output()
    var status = HTTPResponse.Status.ok
    var route = RouteName.none
    var problem = ""
    var times: WorkTimes?
    var requestID = RequestID.made(connection: 0, ordinal: 0)
    /// Fields that any answer to the request at hand has.
    var commonFields: ResponseFields?
    /// How many requests have been answered here.
    var answers = 0

    // Times that deadlines are counted from.
    /// When the request began, or the rest before it.
    var started: Instant
    /// When the body, or the linger, began.
    var stageStarted: Instant
    /// When bytes last came or went.
    var progressed: Instant
    /// Bytes of the answer that the network has taken.
    var answerBytes = 0
    /// Since when there has been nothing to send of an answer that is being made.
    var starvedSince: Instant?

    /// A connection that has just been accepted.
    ///
    /// - Parameters:
    ///   - limits: The bounds its requests have to keep.
    ///   - budget: Where the memory for long content is taken from.
    ///   - isGuest: Whether it is one too many, so that only a probe is answered.
    ///   - client: Who is at the other end.
    ///   - identity: A number for it; the names of its requests begin with it.
    ///   - now: The time.
    package init(
        limits: Limits,
        budget: MemoryBudget,
        isGuest: Bool = false,
        client: ClientAddress? = nil,
        identity: UInt64 = 0,
        now: Instant
    ) {
        self.limits = limits
        incoming = Incoming(budget)
        self.client = client
        self.identity = identity
        self.now = now
        started = now
        stageStarted = now
        progressed = now
        self.isGuest = isGuest
    }

    /// What to do now.
    package mutating func next() -> Action {
        while true {
            switch phase {
            case .undecided:
                guard let head else { return incomplete() }
                phase = .deciding
                return .receive(head)
            case .body where incoming.wantsHandOver:
                return .takeIn
            case .body where incoming.isFull:
                return .wait
            case .complete:
                guard incoming.isReady else { return .wait }
                guard !incoming.isAbsent else { return incomplete() }
                phase = .answering
                return .answer
            case .refusing(let refusal):
                phase = .answering
                return .refuse(refusal)
            case .continuing:
                return .send
            case .sending:
                return output.wantsMore ? .makeMore : output.left == 0 ? .wait : .send
            case .deciding, .answering, .closed:
                return .wait
            case .halfClosing:
                stageStarted = now
                progressed = now
                guard !inputEnded, mustLinger else {
                    phase = .closing(.afterAnswer)
                    continue
                }
                phase = .lingering
                return .shutdownWrite
            case .closing(let reason):
                phase = .closed
                return .close(reason)
            case .head, .body, .discarding, .lingering:
                if !ahead.isEmpty {
                    takeAhead()
                } else if inputEnded {
                    endOfInput()
                } else {
                    return .read
                }
            }
        }
    }

    /// Whether there is nothing of a request here, and nothing of an answer.
    package var isIdle: Bool {
        guard case .head = phase else { return false }
        return partialHead.isEmpty && ahead.isEmpty
    }

    /// Whether the content of the request at hand is long, so that it is answered elsewhere.
    package var isLong: Bool { incoming.isLong }

    /// More than the answer to short content takes, by the length of the content.
    package var answerFootprint: Int { incoming.answerFootprint }

    /// How long the content of the request at hand is by its head; nil where that does not tell.
    package var announcedLength: Int? { announcedBytes > 0 ? announcedBytes : nil }

    /// Whether a part of a request is coming.
    package var isReceiving: Bool {
        switch phase {
        case .body: true
        case .head: !partialHead.isEmpty
        default: false
        }
    }

    /// The bytes of bodies and answers that are kept in memory for this connection.
    package var footprint: Int {
        incoming.footprint + partialHead.count + (head?.wireBytes ?? 0) + ahead.count
            + output.footprint
    }

    /// Gives away the content of the request at hand and of its answer, which may be much to free.
    package mutating func takeRemains() -> Remains {
        let remains = Remains(incoming: incoming, output: output)
        incoming = incoming.emptied()
        output = Output()
        return remains
    }

    /// Answers what has begun and takes no more requests after it.
    ///
    /// A connection that has been answered and is at rest is closed at once. One that is still to
    /// bring its first request may do so: it was accepted before its client could know.
    package mutating func drain() {
        isDraining = true
        if case .lingering = phase, !mustLinger { phase = .closing(.afterAnswer) }
        if answers > 0 { closeIfIdle() }
    }

    /// Whether the client is to be heard to its end after the last answer.
    ///
    /// A drain does not wait for a client that has sent all of its request and has its answer.
    private var mustLinger: Bool { !(isDraining && isRequestRead) }

    /// Refuses a guest that has asked for what guests do not get, or that has to make way.
    package mutating func turnAway() {
        switch phase {
        case .head, .undecided, .deciding:
            partialHead = []
            phase = .refusing(.tooManyConnections)
        default: break
        }
    }

    /// How long a guest may take with its request: a probe is sent with its connection.
    static let guestTime = Duration.seconds(1)

    /// The longest head of a guest: that of a probe is some hundred bytes long.
    static let guestHeadBytes = 2 * 1_024

    /// How long a connection that has just been accepted may wait with its first request when the
    /// server takes no more: long enough for what is on its way.
    static let firstRequestTime = Duration.milliseconds(250)

    /// Takes note that the process did not run for a while: nothing is held against the client that
    /// it could not have been heard with.
    package mutating func forgive(_ pause: Duration) {
        started = started.advanced(by: pause)
        stageStarted = stageStarted.advanced(by: pause)
        progressed = progressed.advanced(by: pause)
        starvedSince = starvedSince?.advanced(by: pause)
    }

    /// Closes a connection that is at rest, but for one that has hardly had the time to ask.
    package mutating func finish(now: Instant) {
        isFinishing = true
        if answers > 0 || started.advanced(by: Self.firstRequestTime) <= now { closeIfIdle() }
    }

    /// Closes a connection that is at rest.
    private mutating func closeIfIdle() {
        if isIdle { phase = .closing(.drained) }
    }

    /// Takes note that the connection is broken: nothing can be sent or received any more.
    package mutating func broke() {
        phase = .closing(.broken)
    }

    /// Refuses the request at hand for lack of room.
    ///
    /// Has an effect while a part of the request is coming or an answer is awaited.
    package mutating func refuse(_ refusal: Refusal) {
        switch phase {
        case .head where partialHead.isEmpty: break
        case .head:
            partialHead = []
            phase = .refusing(refusal)
        case .body, .complete, .answering: phase = .refusing(refusal)
        default: break
        }
    }

    /// Makes ready for the next request.
    mutating func beginNextRequest() {
        // It has read nothing where the head was that of the request before.
        if parser.length > 0 { parser = HeadParser(after: parser.requestLine) }
        head = nil
        isRequestRead = false
        announcedBytes = 0
        contentBytes = 0
        commonFields = nil
        incoming.clear()
        started = now
        phase = .head
        if isDraining { closeIfIdle() }
    }

    /// What is asked where a head or an intake is missing, which cannot be: they are there before
    /// the phases that need them.
    private mutating func incomplete() -> Action {
        phase = .answering
        return .refuse(.incompleteRequest)
    }
}

/// What is left of a request and of its answer.
package struct Remains: Sendable {
    fileprivate let incoming: Incoming
    fileprivate let output: Output

    /// The bytes of memory that it takes.
    package var footprint: Int { incoming.footprint + output.footprint }
}
