// SPDX-License-Identifier: Apache-2.0

import HTTPTypes

extension Connection {
    /// Takes in what ``Action/receive(_:)`` led to.
    ///
    /// - Parameters:
    ///   - reception: The answer, or who takes in the content.
    ///   - date: The Date field of an answer.
    ///   - now: The time.
    package mutating func received(_ reception: consuming Reception, date: DateField, now: Instant)
    {
        guard case .deciding = phase, let head else { return }
        self.now = now
        isRequestRead = head.framing == .none
        announcedBytes = head.contentLength ?? 0
        switch reception {
        case .answer(let response):
            begin(response, date: date, afterwards: afterEarlyAnswer(to: head))
        case .take(let intake, let terms):
            commonFields = terms.fields
            incoming.begin(intake, shortBytes: min(limits.inlineBodyBytes, terms.shortBytes))
            take(head)
        }
    }

    /// Goes on to the content, if there may be as much.
    private mutating func take(_ head: RequestHead) {
        let length = announcedBytes
        if length > limits.bodyBytes {
            phase = .refusing(.bodyTooLarge)
        } else if isDraining, length > limits.inlineBodyBytes {
            phase = .refusing(.draining)
        } else if isRequestRead {
            incoming.end()
            phase = .complete
        } else {
            beginBody(of: head)
        }
    }

    /// The answer to a request whose content is short; nil where none is awaited.
    package mutating func answer() -> Response? {
        guard case .answering = phase else { return nil }
        return incoming.answer()
    }

    /// What is to be done elsewhere for a request whose content is long; nil where it is being
    /// done.
    package mutating func handOver() -> Errand? { incoming.handOver() }

    /// Takes back what ``handOver()`` gave, its piece taken in.
    package mutating func takeBack(_ errand: consuming Errand, now: Instant) {
        self.now = now
        // Nobody has kept the client from going on but this server.
        progressed = now
        incoming.takeBack(errand)
    }

    /// The next part of the answer to be made elsewhere; nil where enough are being made.
    package mutating func handOverPart() -> PartErrand? { output.handOver() }

    /// Takes back what ``handOverPart()`` gave, made.
    package mutating func takeBack(_ made: consuming MadePart, now: Instant) {
        guard case .sending = phase else { return }
        self.now = now
        progressed = now
        output.takeBack(made)
        // The client is not to blame for what this server has taken to make more.
        if let since = starvedSince, output.left > 0 {
            stageStarted = stageStarted.advanced(by: now.duration(since: since))
            starvedSince = nil
        }
    }

    /// Takes in the answer to ``Action/answer`` or ``Action/refuse(_:)``.
    package mutating func answered(_ response: Response, date: DateField, now: Instant) {
        guard case .answering = phase else { return }
        self.now = now
        incoming.clear()
        begin(response, date: date, afterwards: isRequestRead ? .nextRequest : .end)
    }

    /// Takes note that the network has taken bytes of ``output``.
    ///
    /// - Returns: What was done, if these were the last bytes of an answer.
    package mutating func sent(_ count: Int, now: Instant) -> Exchange? {
        self.now = now
        if count > 0 { progressed = now }
        answerBytes += count
        output.advance(by: count)
        guard output.isDone else {
            if output.left == 0 { starvedSince = now }
            return nil
        }
        switch phase {
        case .continuing:
            phase = .body
            return nil
        case .sending(let afterwards):
            let exchange = exchange
            answers += 1
            end(afterwards)
            return exchange
        default:
            return nil
        }
    }

    /// Makes ready to read a body, after asking for it if the client waits for that.
    private mutating func beginBody(of head: RequestHead) {
        prepareBody()
        if head.expectsContinue {
            output.fill(body: []) { $0.append(contentsOf: ResponseWriter.continuation) }
            phase = .continuing
        } else {
            phase = .body
        }
    }

    private mutating func prepareBody() {
        contentBytes = 0
        chunks = ChunkedDecoder()
        discarded = 0
        stageStarted = now
        progressed = now
    }

    /// What can follow an answer that did not wait for the body (RFC 9112 section 9.3).
    private func afterEarlyAnswer(to head: RequestHead) -> Phase.Afterwards {
        switch head.framing {
        case .none: .nextRequest
        // Whether the client will send the body now is anybody's guess.
        case _ where head.expectsContinue: .end
        case .length(let length): length <= Self.discardLimit ? .restOfBody : .end
        case .chunked: .restOfBody
        }
    }

    private mutating func begin(
        _ response: Response,
        date: DateField,
        afterwards wanted: Phase.Afterwards
    ) {
        // Only the end of the connection can say where content of unknown length ends in HTTP/1.0.
        let isFramed = !response.hasRest || head?.version != .http10
        let keepsAlive = !isDraining && !isGuest && isFramed && head?.keepsAlive ?? false
        let afterwards = keepsAlive ? wanted : .end
        let persistence: ResponseWriter.Persistence
        switch afterwards {
        case .end: persistence = .close
        case .nextRequest, .restOfBody:
            persistence = head?.version == .http10 ? .keepAlive : .unsaid
        }
        let hasContent = ResponseWriter.allowsContent(response.status)
        let isSent = hasContent && method != .head
        let isChunked = isSent && response.hasRest && head?.version != .http10
        let framing: ResponseWriter.Framing =
            !hasContent || response.hasRest && !isChunked
            ? .unsaid : isChunked ? .chunked : .length(response.body.count)
        requestID =
            head.flatMap { RequestID.given(in: $0.fields) }
            ?? .made(connection: identity, ordinal: answers + 1)
        output.fill(
            body: isSent ? response.body : [],
            isKept: response.keepsBody,
            rest: isSent && response.hasRest ? response.rest : nil,
            isChunked: isChunked
        ) { bytes in
            ResponseWriter.write(
                response,
                common: commonFields,
                id: requestID,
                date: date,
                framing: framing,
                persistence: persistence,
                to: &bytes
            )
        }
        status = response.status
        route = response.route
        problem = response.problem
        times = response.times
        progressed = now
        stageStarted = now
        answerBytes = 0
        starvedSince = nil
        phase = .sending(afterwards)
    }

    private mutating func end(_ afterwards: Phase.Afterwards) {
        switch afterwards {
        case .nextRequest:
            beginNextRequest()
        case .restOfBody:
            prepareBody()
            phase = .discarding
        case .end:
            // What still comes is thrown away, however long it is.
            head = nil
            phase = .halfClosing
        }
    }

    private var method: HTTPRequest.Method? { head?.method ?? parser.method }

    private var exchange: Exchange {
        Exchange(
            client: client,
            method: method,
            route: route,
            status: status,
            seconds: now.seconds(since: started),
            times: times,
            requestBytes: contentBytes,
            responseBytes: output.contentBytes,
            requestID: requestID,
            trace: head?.fields.trace,
            problem: problem
        )
    }
}
