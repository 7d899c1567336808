// SPDX-License-Identifier: Apache-2.0

import HTTP
import LossAPI

/// Drives a connection like an event loop, with a network, a clock and workers controlled by steps.
struct Player: ~Copyable {
    private(set) var transcript = Transcript()
    /// Whether a step has changed the responses, and not only their timing.
    private(set) var isDisturbed = false

    private var connection: Connection
    private let setting: Setting
    private var now = Instant(nanoseconds: 1_000_000_000)
    private let today = DateField("today")
    /// The bytes that the client has not sent yet.
    private var unsent: ArraySlice<UInt8>
    /// The bytes that have arrived but have not been read.
    private var network: ArraySlice<UInt8> = []
    private var hasEnded = false
    private var isEndRead = false
    /// The number of bytes that the network accepts; `nil` means any number.
    private var networkCapacity: Int?
    private var holdsResults = false
    private var refusesNextJob = false
    private var work: [Work] = []
    private var received = 0
    /// The number of actions performed, and its maximum.
    private var actionCount = 0
    private let maximumActionCount: Int

    private enum Work {
        case intake(IntakeJob)
        case response(IntakeJob)
        case part(SourceJob)
    }

    /// Plays a text step by step, and then to its end like a well-behaved client.
    init(
        _ text: [UInt8],
        _ steps: some Sequence<Step>,
        setting: Setting
    ) throws(InvariantViolation) {
        self.setting = setting
        unsent = text[...]
        connection = Connection(
            limits: setting.limits,
            budget: MemoryBudget(limit: setting.limits.memoryBytes),
            isOverLimit: setting.isOverLimit,
            now: now
        )
        // A request has more than ten bytes and needs about ten actions.
        maximumActionCount = 100 + 4 * text.count + 8 * steps.underestimatedCount
        try perform()
        for step in steps where transcript.record.closing == nil { try play(step) }
        for step in [Step.accept(nil), .deliver, .arrive(.max)] { try play(step) }
        if !hasEnded { try end() }
        try expect(transcript.record.closing != nil, "the connection does not end")
    }

    private mutating func play(_ step: Step) throws(InvariantViolation) {
        guard transcript.record.closing == nil else { return }
        isDisturbed = isDisturbed || step.isDisturbance
        switch step {
        case .arrive(let count):
            network += unsent.prefix(count)
            unsent = unsent.dropFirst(count)
        case .accept(let count): networkCapacity = count
        case .wait(let milliseconds): try wait(.milliseconds(milliseconds))
        case .hold: holdsResults = true
        case .deliver:
            holdsResults = false
            deliverResults()
        case .refuseJob: refusesNextJob = true
        case .exhaustMemory: if connection.isReceiving { connection.refuse(.memoryExhausted) }
        case .halfClose:
            unsent = []
            hasEnded = true
        case .disconnect: connection.markBroken()
        case .drain: connection.drain()
        }
        try perform()
    }

    private mutating func end() throws(InvariantViolation) {
        hasEnded = true
        try perform()
    }

    /// Lets time pass; an expired deadline must be cleared, or its timer would fire forever.
    private mutating func wait(_ duration: Duration) throws(InvariantViolation) {
        now = now.advanced(by: duration)
        for _ in 0..<4 {
            guard let deadline = connection.deadline, deadline <= now else { return }
            isDisturbed = true
            connection.expired(now: now)
            try perform()
            guard transcript.record.closing == nil else { return }
        }
        throw InvariantViolation("an expired deadline is not cleared")
    }

    /// Performs the actions of the connection until it has to wait.
    private mutating func perform() throws(InvariantViolation) {
        guard transcript.record.closing == nil else { return }
        var buffer: ArraySlice<UInt8> = []
        while try performNext(&buffer) {}
        if !buffer.isEmpty { connection.buffer(buffer) }
        try checkFootprint()
    }

    /// Performs the next action; returns `false` if the connection has to wait.
    private mutating func performNext(
        _ buffer: inout ArraySlice<UInt8>
    ) throws(InvariantViolation) -> Bool {
        actionCount += 1
        try expect(actionCount <= maximumActionCount, "the connection does not stop acting")
        switch connection.next() {
        case .receive(let head)
        where connection.isOverLimit && !setting.responder.isProbe(head):
            connection.refuseOverLimit()
        case .receive(let head):
            try transcript.begin(head)
            connection.received(setting.responder.receive(head), date: today, now: now)
        case .runIntake:
            guard let job = connection.takeIntakeJob() else { throw InvariantViolation("no job") }
            submit(.intake(job))
        case .respond: try respond()
        case .produce:
            guard let job = connection.takeSourceJob() else { throw InvariantViolation("no part") }
            work.append(.part(job))
            if !holdsResults { deliverResults() }
        case .refuse(let refusal):
            try transcript.refuse(refusal)
            setting.eventResponder.observe(.refused(refusal))
            let response = setting.responder.response(
                to: refusal,
                route: connection.route,
                length: nil,
                limits: setting.limits
            )
            connection.responded(response, date: today, now: now)
        case .send: return try send()
        case .read: return try read(&buffer)
        case .shutdownWrite: try transcript.shutDown()
        case .close(let reason):
            transcript.close(reason)
            buffer = []
            return false
        case .wait where hasEnded && connection.inputEndsDuringWork(): try transcript.probe()
        case .await, .wait: return false
        }
        return true
    }

    private mutating func respond() throws(InvariantViolation) {
        if connection.needsWorker {
            guard let job = connection.takeIntakeJob() else { throw InvariantViolation("no job") }
            submit(.response(job))
        } else {
            guard let response = connection.makeResponse() else {
                throw InvariantViolation("no response")
            }
            connection.responded(response, date: today, now: now)
        }
    }

    private mutating func submit(_ job: Work) {
        guard !refusesNextJob else {
            refusesNextJob = false
            return connection.refuse(.tooManyWaiting)
        }
        work.append(job)
        if !holdsResults { deliverResults() }
    }

    /// Delivers the results of the workers.
    private mutating func deliverResults() {
        for item in work {
            switch item {
            case .intake(let job) where job.isCancelled, .response(let job) where job.isCancelled:
                break
            case .intake(var job):
                if let refusal = job.run() {
                    connection.refuse(refusal)
                } else {
                    connection.complete(job, date: today, now: now)
                }
            case .response(var job):
                switch job.respond() {
                case nil: break
                case .success(let response): connection.responded(response, date: today, now: now)
                case .failure(let refusal): connection.refuse(refusal)
                }
            case .part(let job):
                connection.complete(ProducedPart(of: job), now: now)
            }
        }
        work = []
    }

    private mutating func send() throws(InvariantViolation) -> Bool {
        let left = connection.output.unsentBytes
        try expect(left > 0, "there is nothing to send")
        let count = min(left, networkCapacity ?? left)
        guard count > 0 else { return false }
        networkCapacity = networkCapacity.map { $0 - count }
        try transcript.send(connection.output, count)
        if let exchange = connection.sent(count, now: now) {
            try transcript.end(exchange)
            setting.eventResponder.observe(.responseSent(exchange))
        }
        return true
    }

    /// Reads the available bytes, directly into a long body if the connection requests that.
    private mutating func read(_ buffer: inout ArraySlice<UInt8>) throws(InvariantViolation) -> Bool
    {
        try expect(!isEndRead, "bytes are requested after the end")
        if !buffer.isEmpty {
            let consumed = connection.receive(buffer, now: now)
            try expect(0...buffer.count ~= consumed, "more bytes are consumed than available")
            buffer = buffer.dropFirst(consumed)
            return true
        }
        guard !network.isEmpty else {
            guard hasEnded else { return false }
            isEndRead = true
            connection.peerClosed(now: now)
            return true
        }
        let direct = min(connection.directBodyBytes, network.count)
        received += network.count
        if direct > 0 {
            let part = network.prefix(direct)
            network = network.dropFirst(direct)
            connection.receiveBody(upTo: direct, now: now) { body in
                for byte in part { body.append(byte) }
            }
        } else {
            swap(&buffer, &network)
        }
        return true
    }

    /// Checks that memory is proportional to the bytes received, and zero when idle or ended.
    private func checkFootprint() throws(InvariantViolation) {
        let footprint = connection.footprint
        let output = connection.output.head.count + connection.output.body.count
        let maximum = 128 * 1_024 + 40 * received + output
        try expect(footprint <= maximum, "\(footprint) bytes held for \(received) received")
        guard transcript.record.closing == nil else { return }
        if connection.isIdle || transcript.isOver {
            try expect(footprint == 0, "\(footprint) bytes held while idle")
        }
    }
}
