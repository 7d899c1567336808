// SPDX-License-Identifier: Apache-2.0

import HTTP
import LossAPI

/// Drives a connection as an event loop does, with a network, a clock and workers that do what
/// steps tell them.
struct Player: ~Copyable {
    private(set) var transcript = Transcript()
    /// Whether something happened that changes what the client is told.
    private(set) var isDisturbed = false

    private var connection: Connection
    private let setting: Setting
    private var now = Instant(nanoseconds: 1_000_000_000)
    private let today = DateField("today")
    /// What the client is still to send.
    private var unsent: ArraySlice<UInt8>
    /// What has arrived and has not been read.
    private var network: ArraySlice<UInt8> = []
    private var hasEnded = false
    private var isEndRead = false
    /// How many bytes the network takes; nil: any.
    private var room: Int?
    private var holdsWork = false
    private var isCrowded = false
    private var work: [Work] = []
    private var received = 0
    /// How often the connection has been asked what to do, and how often that may be.
    private var questions = 0
    private let mostQuestions: Int

    private enum Work {
        case intake(IntakeJob)
        case response(IntakeJob)
        case part(SourceJob)
    }

    /// Plays a text step by step, and then to its end as a client would that has nothing to hide.
    init(
        _ text: [UInt8],
        _ steps: some Sequence<Step>,
        setting: Setting
    ) throws(BrokenPromise) {
        self.setting = setting
        unsent = text[...]
        connection = Connection(
            limits: setting.limits,
            budget: MemoryBudget(limit: setting.limits.memoryBytes),
            isOverLimit: setting.isOverLimit,
            now: now
        )
        // A request takes more than ten bytes, and some ten questions.
        mostQuestions = 100 + 4 * text.count + 8 * steps.underestimatedCount
        try perform()
        for step in steps where transcript.record.closing == nil { try play(step) }
        for step in [Step.take(nil), .giveBack, .arrive(.max)] { try play(step) }
        if !hasEnded { try end() }
        try expect(transcript.record.closing != nil, "the connection does not end")
    }

    private mutating func play(_ step: Step) throws(BrokenPromise) {
        guard transcript.record.closing == nil else { return }
        isDisturbed = isDisturbed || step.isDisturbance
        switch step {
        case .arrive(let count):
            network += unsent.prefix(count)
            unsent = unsent.dropFirst(count)
        case .take(let count): room = count
        case .wait(let milliseconds): try wait(.milliseconds(milliseconds))
        case .hold: holdsWork = true
        case .giveBack:
            holdsWork = false
            giveBack()
        case .crowd: isCrowded = true
        case .exhaust: if connection.isReceiving { connection.refuse(.memoryExhausted) }
        case .end:
            unsent = []
            hasEnded = true
        case .breakOff: connection.markBroken()
        case .drain: connection.drain()
        }
        try perform()
    }

    private mutating func end() throws(BrokenPromise) {
        hasEnded = true
        try perform()
    }

    /// Lets time pass; what is due must be dealt with, or a timer would ring for ever.
    private mutating func wait(_ duration: Duration) throws(BrokenPromise) {
        now = now.advanced(by: duration)
        for _ in 0..<4 {
            guard let deadline = connection.deadline, deadline <= now else { return }
            isDisturbed = true
            connection.expired(now: now)
            try perform()
            guard transcript.record.closing == nil else { return }
        }
        throw BrokenPromise("a deadline that does not go away")
    }

    /// Does what the connection asks for until it has to wait.
    private mutating func perform() throws(BrokenPromise) {
        guard transcript.record.closing == nil else { return }
        var buffer: ArraySlice<UInt8> = []
        while try goOn(&buffer) {}
        if !buffer.isEmpty { connection.buffer(buffer) }
        try checkFootprint()
    }

    /// Does the next thing; false if that is to wait.
    private mutating func goOn(_ buffer: inout ArraySlice<UInt8>) throws(BrokenPromise) -> Bool {
        questions += 1
        try expect(questions <= mostQuestions, "the connection goes on and on")
        switch connection.next() {
        case .receive(let head)
        where connection.isOverLimit && !setting.responder.isProbe(head):
            connection.refuseOverLimit()
        case .receive(let head):
            try transcript.begin(head)
            connection.received(setting.responder.receive(head), date: today, now: now)
        case .runIntake:
            guard let job = connection.takeIntakeJob() else { throw BrokenPromise("no job") }
            submit(.intake(job))
        case .respond: try answer()
        case .produce:
            guard let job = connection.takeSourceJob() else { throw BrokenPromise("no part") }
            work.append(.part(job))
            if !holdsWork { giveBack() }
        case .refuse(let refusal):
            try transcript.refuse(refusal)
            setting.witness.observe(.refused(refusal))
            let response = setting.responder.response(
                to: refusal,
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
        case .wait: return false
        }
        return true
    }

    private mutating func answer() throws(BrokenPromise) {
        if connection.needsWorker {
            guard let job = connection.takeIntakeJob() else { throw BrokenPromise("no job") }
            submit(.response(job))
        } else {
            guard let response = connection.makeResponse() else { throw BrokenPromise("no answer") }
            connection.responded(response, date: today, now: now)
        }
    }

    private mutating func submit(_ job: Work) {
        guard !isCrowded else {
            isCrowded = false
            return connection.refuse(.tooManyWaiting)
        }
        work.append(job)
        if !holdsWork { giveBack() }
    }

    /// Has done what the workers were given.
    private mutating func giveBack() {
        for item in work {
            switch item {
            case .intake(var job):
                if let refusal = job.run() {
                    connection.refuse(refusal)
                } else {
                    connection.complete(job, now: now)
                }
            case .response(var job):
                switch job.respond() {
                case .success(let response): connection.responded(response, date: today, now: now)
                case .failure(let refusal): connection.refuse(refusal)
                }
            case .part(let job):
                connection.complete(ProducedPart(of: job), now: now)
            }
        }
        work = []
    }

    private mutating func send() throws(BrokenPromise) -> Bool {
        let left = connection.output.unsentBytes
        try expect(left > 0, "nothing is to be sent")
        let count = min(left, room ?? left)
        guard count > 0 else { return false }
        room = room.map { $0 - count }
        try transcript.send(connection.output, count)
        if let exchange = connection.sent(count, now: now) {
            try transcript.end(exchange)
            setting.witness.observe(.responseSent(exchange))
        }
        return true
    }

    /// Reads what there is, straight into a long body where the connection wants that.
    private mutating func read(_ buffer: inout ArraySlice<UInt8>) throws(BrokenPromise) -> Bool {
        try expect(!isEndRead, "bytes are wanted after the end")
        if !buffer.isEmpty {
            let taken = connection.receive(buffer, now: now)
            try expect(0...buffer.count ~= taken, "more is taken than there is")
            buffer = buffer.dropFirst(taken)
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

    /// What is kept is in proportion to what has come, and nothing is at rest or in the end.
    private func checkFootprint() throws(BrokenPromise) {
        let footprint = connection.footprint
        let output = connection.output.head.count + connection.output.body.count
        let most = 128 * 1_024 + 40 * received + output
        try expect(footprint <= most, "\(footprint) bytes kept for \(received)")
        guard transcript.record.closing == nil else { return }
        if connection.isIdle || transcript.isOver {
            try expect(footprint == 0, "\(footprint) bytes kept at rest")
        }
    }
}
