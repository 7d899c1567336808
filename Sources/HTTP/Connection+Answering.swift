// SPDX-License-Identifier: Apache-2.0

import HTTPTypes

extension Connection {
    /// Takes in what ``Action/decide(_:)`` led to.
    ///
    /// - Parameters:
    ///   - response: The final answer, or nil to read the body and answer then.
    ///   - date: The Date field of an answer; see ``HTTPDate``.
    ///   - now: The time.
    package mutating func decided(_ response: Response?, date: String, now: Instant) {
        guard case .deciding = phase, let head else { return }
        self.now = now
        isRequestRead = head.framing == .none
        if let response {
            begin(response, date: date, afterwards: afterEarlyAnswer(to: head))
            return
        }
        let length = head.contentLength ?? 0
        if length > limits.bodyBytes {
            phase = .refusing(.bodyTooLarge)
        } else if isDraining, length > limits.inlineBodyBytes {
            phase = .refusing(.draining)
        } else if isRequestRead {
            phase = .complete
        } else {
            beginBody(of: head)
        }
    }

    /// Takes in the answer to ``Action/respond(_:)`` or ``Action/refuse(_:)``.
    package mutating func answered(_ response: Response, date: String, now: Instant) {
        guard case .answering = phase else { return }
        self.now = now
        begin(response, date: date, afterwards: isRequestRead ? .nextRequest : .end)
    }

    /// Takes note that the network has taken bytes of ``output``.
    ///
    /// - Returns: What was done, if these were the last bytes of an answer.
    package mutating func sent(_ count: Int, now: Instant) -> Exchange? {
        self.now = now
        if count > 0 { progressed = now }
        output.advance(by: count)
        guard output.left == 0 else { return nil }
        switch phase {
        case .continuing:
            phase = .body
            return nil
        case .sending(let afterwards):
            let exchange = exchange
            hasAnswered = true
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
        body = []
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
        date: String,
        afterwards wanted: Phase.Afterwards
    ) {
        let keepsAlive = !isDraining && head?.keepsAlive ?? false
        let afterwards = keepsAlive ? wanted : .end
        let persistence: ResponseWriter.Persistence
        switch afterwards {
        case .end: persistence = .close
        case .nextRequest, .restOfBody:
            persistence = head?.version == .http10 ? .keepAlive : .unsaid
        }
        let hasContent = method != .head && ResponseWriter.allowsContent(response.status)
        let content = hasContent ? response.body : []
        output.fill(body: content) { bytes in
            ResponseWriter.write(response, date: date, persistence: persistence, to: &bytes)
        }
        status = response.status
        route = response.route
        responseBytes = content.count
        progressed = now
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
            phase = .halfClosing
        }
    }

    private var method: HTTPRequest.Method? { head?.method ?? parser.method }

    private var exchange: Exchange {
        Exchange(
            method: method,
            route: route,
            status: status,
            seconds: now.seconds(since: started),
            requestBytes: requestBytes,
            responseBytes: responseBytes
        )
    }
}
