// SPDX-License-Identifier: Apache-2.0

/// A response that begins before its request has ended.
struct ConcurrentResponse: Sendable {
    /// The step after it.
    var nextStep: Phase.NextStep
    /// The bytes around a problem that ends it; `nil` if its content has no place for one.
    let frame: Response.ProblemFrame?
    /// The time at which it began, moved by the times in which nothing of it waited to be sent.
    private(set) var startTime: Instant
    /// The time since when nothing waits to be sent.
    private var idleSince: Instant?

    init(from now: Instant, frame: Response.ProblemFrame?, then nextStep: Phase.NextStep) {
        self.nextStep = nextStep
        self.frame = frame
        startTime = now
    }

    /// Records that everything so far has been sent.
    mutating func pause(at now: Instant) { idleSince = now }

    /// Records that more waits to be sent.
    mutating func resume(at now: Instant) {
        guard let since = idleSince else { return }
        startTime = startTime.advanced(by: now.duration(since: since))
        idleSince = nil
    }

    /// Moves its times by a pause of the process.
    mutating func extend(by pause: Duration) {
        startTime = startTime.advanced(by: pause)
        idleSince = idleSince?.advanced(by: pause)
    }
}

/// Responses that are sent while the rest of their requests arrives.
///
/// The two directions take turns: while anything waits to be sent, nothing is read. So a client that does
/// not read its response is soon unable to send, and what is held for it stays bounded. Each direction is
/// timed only while it is its turn.
extension Connection {
    /// Whether a part of a response waits to be sent while the request arrives.
    var isSendingConcurrently: Bool { concurrent != nil && output.unsentBytes > 0 }

    /// Whether a response has begun, although its request has not ended.
    package var hasBegunResponse: Bool { concurrent != nil }

    /// Takes back the intake of a finished job, and sends the part of the response that it has made.
    ///
    /// - Parameters:
    ///   - job: The job.
    ///   - date: The Date field, if the response begins.
    ///   - now: The current time.
    package mutating func complete(
        _ job: consuming IntakeJob,
        date: DateField,
        now: Instant
    ) {
        self.now = now
        if !isSendingConcurrently { lastProgressTime = now }
        endWait()
        let part = job.part
        content.complete(job)
        switch (phase, part) {
        case (.body, let part?), (.complete, let part?): proceed(with: part, date: date)
        default: break
        }
        pauseBody()
    }

    /// Begins a response, or continues or ends one that has begun.
    mutating func proceed(with response: Response, date: DateField) {
        guard let concurrent else { return begin(response, date: date) }
        switch response.extent {
        case .part:
            self.concurrent?.resume(at: now)
            output.append(response.body)
        case .end(let trailers):
            times = response.times
            end(concurrent) { $0.end(with: response.body, trailers: trailers) }
        case .whole:
            // It explains a problem.
            problem = response.problem
            content.clear()
            var failed = concurrent
            failed.nextStep = .close
            end(failed) { $0.cutOff(after: concurrent.frame?.around(response.body) ?? []) }
        }
    }

    private mutating func begin(_ response: Response, date: DateField) {
        guard response.extent.hasMore else {
            content.clear()
            let nextStep = isRequestRead ? Phase.NextStep.nextRequest : .close
            return begin(response, date: date, nextStep: nextStep)
        }
        let bodyStartTime = stageStartTime
        let receiving = phase
        begin(response, date: date, nextStep: .nextRequest)
        guard case .sending(let nextStep) = phase, case .part(let frame) = response.extent else {
            return
        }
        concurrent = ConcurrentResponse(from: now, frame: frame, then: nextStep)
        stageStartTime = bodyStartTime
        phase = receiving
    }

    /// Ends a response that has begun; the rest of it is timed from its beginning.
    private mutating func end(
        _ response: ConcurrentResponse,
        _ append: (inout ResponseOutput) -> Void
    ) {
        var response = response
        response.resume(at: now)
        append(&output)
        concurrent = nil
        stageStartTime = response.startTime
        waitingSince = nil
        phase = .sending(response.nextStep)
    }

    /// Records that everything that is ready has been sent, so that the client waits for more, or sends more.
    mutating func endPart() {
        guard concurrent != nil else {
            waitingSince = now
            return
        }
        concurrent?.pause(at: now)
        endWait()
    }

    /// Stops timing the body while a part of the response waits to be sent.
    private mutating func pauseBody() {
        if isSendingConcurrently { waitingSince = now }
    }
}

extension Response.ProblemFrame {
    /// A problem document in the frame; empty if there is none.
    fileprivate func around(_ problem: [UInt8]) -> [UInt8] {
        problem.isEmpty ? [] : before + problem + after
    }
}
