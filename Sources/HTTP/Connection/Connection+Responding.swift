// SPDX-License-Identifier: Apache-2.0

import HTTPTypes

extension Connection {
    /// Continues with the result of ``Action/receive(_:)``.
    ///
    /// - Parameters:
    ///   - reception: The response, or the intake for the content.
    ///   - date: The Date field for a response.
    ///   - now: The current time.
    package mutating func received(_ reception: consuming Reception, date: DateField, now: Instant)
    {
        guard case .deciding = phase, let head else { return }
        self.now = now
        isRequestRead = head.framing == .none
        announcedBytes = head.contentLength ?? 0
        switch consume reception {
        case .respond(let response):
            isStream = false
            begin(response, date: date, nextStep: stepAfterEarlyResponse(to: head))
        case .accept(let intake, let options):
            isStream = options.isStream
            commonFields = options.fields
            route = options.route
            content.begin(
                consume intake,
                inlineBytes: min(limits.inlineBodyBytes, options.inlineBytes),
                length: head.contentLength,
                isRepeatable: options.isRepeatable && latestHead != nil,
                options
            )
            beginContent(of: head)
        }
    }

    /// Accepts the content of a request whose head repeats that of the previous one; not inlined, as
    /// ``processPipelined()``.
    @inline(never)
    mutating func acceptAgain(_ head: RequestHead) {
        isRequestRead = head.framing == .none
        announcedBytes = head.contentLength ?? 0
        route = latestRoute
        content.beginAgain(length: head.contentLength)
        beginContent(of: head)
    }

    /// Continues with the content, unless its announced length exceeds a limit.
    private mutating func beginContent(of head: RequestHead) {
        let length = announcedBytes
        if isStream, length > limits.longestStream {
            phase = .refusing(.streamTooLong)
        } else if !isStream, length > limits.bodyBytes {
            phase = .refusing(.bodyTooLarge)
        } else if isDraining, length > limits.inlineBodyBytes {
            phase = .refusing(.draining)
        } else if isRequestRead {
            content.end()
            phase = .complete
        } else if length > TrafficClass.bulkBytes {
            claimMemory(for: length)
        } else {
            beginBody(of: head)
        }
    }

    /// Claims the memory for a large body, which is read once the claim is granted.
    private mutating func claimMemory(for length: Int) {
        guard content.budget.waitingClaims < limits.waitingJobs else {
            phase = .refusing(.tooManyWaiting)
            return
        }
        let bytes = isStream ? MemoryClaim.streamBytes : MemoryClaim.forecast(length: length)
        claim = content.budget.claim(bytes)
        isClaimPrompt = true
        stageStartTime = now
        phase = .queued
        admit(now: now)
    }

    /// Begins to read a large body if its claim to memory has been granted.
    package mutating func admit(now: Instant) {
        guard case .queued = phase, claim?.isGranted == true, let head else { return }
        self.now = now
        beginBody(of: head)
    }

    /// Makes the response to a request with small content; `nil` if none is expected.
    package mutating func makeResponse() -> Response? {
        guard case .responding = phase else { return nil }
        latestRoute = route
        return content.makeResponse()
    }

    /// Takes the worker job for a request with large content; `nil` if one is already running.
    package mutating func takeIntakeJob() -> IntakeJob? { content.takeJob(under: claim) }

    /// Resizes the claim to the memory that the request is now expected to need; ends it with the request.
    ///
    /// Called after memory has been released in the budget, so that others can claim it.
    package mutating func updateClaim() {
        guard let claim else { return }
        switch phase {
        case .queued, .refusing, .responding: break
        case .continuing, .body, .complete:
            guard isClaimPrompt, !content.isOnWorker else { return }
            let bytes =
                isStream
                ? MemoryClaim.streamBytes
                : MemoryClaim.forecast(
                    length: announcedBytes,
                    processed: content.processedBytes,
                    footprint: content.intakeFootprint
                )
            claim.resize(to: max(bytes, footprint))
        case .sending: if isClaimPrompt { claim.resize(to: footprint) }
        default: self.claim = nil
        }
    }

    /// Takes a worker job that produces the next part of the response; `nil` if enough parts are
    /// pending.
    package mutating func takeSourceJob() -> SourceJob? { output.takeJob() }

    /// Takes back a part that was produced.
    package mutating func complete(_ part: consuming ProducedPart, now: Instant) {
        guard case .sending = phase else { return }
        self.now = now
        lastProgressTime = now
        output.complete(part)
        if output.unsentBytes > 0 { endWait() }
    }

    /// Excludes the time for which the client waited for the server from the time of the transfer.
    mutating func endWait() {
        guard let since = waitingSince else { return }
        stageStartTime = stageStartTime.advanced(by: now.duration(since: since))
        waitingSince = nil
    }

    /// Begins to send the response to ``Action/respond`` or ``Action/refuse(_:)``.
    package mutating func responded(_ response: Response, date: DateField, now: Instant) {
        guard case .responding = phase else { return }
        self.now = now
        content.clear()
        proceed(with: response, date: date)
    }

    /// Records that the network accepted bytes of ``output``.
    ///
    /// - Returns: A record of the exchange if these were the last bytes of a response.
    package mutating func sent(_ count: Int, now: Instant) -> Exchange? {
        self.now = now
        if count > 0 { lastProgressTime = now }
        responseBytesSent += count
        output.advance(by: count)
        guard output.isDone else {
            if output.unsentBytes == 0 { endPart() }
            return nil
        }
        switch phase {
        case .continuing:
            phase = .body
            return nil
        case .sending(let nextStep):
            let exchange = exchange
            responseCount += 1
            end(nextStep)
            return exchange
        default:
            return nil
        }
    }

    /// Prepares to read the body, and sends `100 Continue` first if the client expects it.
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
        chunks = ChunkedDecoder(streamBytes: isStream ? limits.longestStream : nil)
        discardedBytes = 0
        stageStartTime = now
        waitingSince = nil
        lastProgressTime = now
    }

    /// Returns the step after a response that was sent before the body arrived (RFC 9112 section
    /// 9.3).
    private func stepAfterEarlyResponse(to head: RequestHead) -> Phase.NextStep {
        switch head.framing {
        case .none: .nextRequest
        // The client may or may not send the body now, so the next request cannot be found
        // reliably.
        case _ where head.expectsContinue: .close
        case .length(let length): length <= Self.discardLimit ? .discardBody : .close
        case .chunked: .discardBody
        }
    }

    mutating func begin(
        _ response: Response,
        date: DateField,
        nextStep wanted: Phase.NextStep
    ) {
        // In HTTP/1.0 only closing the connection can mark the end of content of unknown length.
        let isFramed = response.hasKnownLength || head?.version != .http10
        let keepsAlive = !isDraining && !isOverLimit && isFramed && head?.keepsAlive ?? false
        let nextStep = keepsAlive ? wanted : .close
        let persistence: ResponseWriter.Persistence
        switch nextStep {
        case .close: persistence = .close
        case .nextRequest, .discardBody:
            persistence = head?.version == .http10 ? .keepAlive : .implied
        }
        let hasContent = ResponseWriter.allowsContent(response.status)
        let isSent = hasContent && !isHead
        let isChunked = isSent && !response.hasKnownLength && head?.version != .http10
        let framing: ResponseWriter.Framing =
            !hasContent || !response.hasKnownLength && !isChunked
            ? .implied : isChunked ? .chunked : .length(response.body.count)
        requestID =
            head.flatMap { RequestID.provided(in: $0.fields) }
            ?? .generated(connection: connectionID, ordinal: responseCount + 1)
        // An interim response that was sent in part must be completed.
        let interim = output.sent > 0 ? Array(output.restOfHead) : []
        output.fill(
            body: isSent ? response.body : [],
            isBodyShared: response.isBodyShared,
            isStreamed: isSent && response.isStreamed,
            source: response.source,
            isChunked: isChunked,
            isOpen: isSent && response.extent.hasMore,
            trailers: response.extent.trailers
        ) { bytes in
            if !interim.isEmpty { bytes.append(contentsOf: interim) }
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
        // Formats are known when the content is accepted, routes also before.
        if response.route.isKnown, !response.route.isRoute(of: route) {
            route = response.route.with(route.formats)
        }
        problem = response.problem
        times = response.times
        lastProgressTime = now
        stageStartTime = now
        responseBytesSent = 0
        waitingSince = nil
        phase = .sending(nextStep)
    }

    private mutating func end(_ nextStep: Phase.NextStep) {
        switch nextStep {
        case .nextRequest:
            beginNextRequest()
        case .discardBody:
            prepareBody()
            phase = .discarding
        case .close:
            // Further input is discarded, whatever its length.
            head = nil
            phase = .halfClosing
        }
    }

    private var isHead: Bool { head?.isHead ?? (parser.method == .head) }

    private var method: HTTPRequest.Method? { head?.method ?? parser.method }

    private var exchange: Exchange {
        Exchange(
            client: client,
            method: method,
            route: route,
            status: status,
            seconds: now.seconds(since: startTime),
            times: times,
            requestBytes: contentBytes,
            responseBytes: output.contentBytes,
            requestID: requestID,
            trace: head?.fields.trace,
            problem: problem
        )
    }
}
