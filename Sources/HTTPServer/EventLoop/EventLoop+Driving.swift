// SPDX-License-Identifier: Apache-2.0

import HTTP
import Synchronization

extension EventLoop {
    /// The bytes and time that a connection may use before others are served.
    private struct Turn {
        /// The number of bytes that the connection may still transfer.
        var bytes = 256 * 1_024
        /// The time at which the turn ends.
        let end: Instant

        /// The duration of a turn in nanoseconds, after which the current request is still
        /// completed.
        ///
        /// That may take as long again; longer work runs on a worker. A longer turn doubles the
        /// latency of small requests beside clients that pipeline.
        private static let nanoseconds: Int64 = 100_000

        init(from start: Instant) {
            end = start.advanced(byNanoseconds: Self.nanoseconds)
        }
    }

    /// Performs the actions of a connection until it must wait or its turn ends.
    ///
    /// - Parameters:
    ///   - entry: The connection.
    ///   - slot: The slot of ``readBatch`` that it may have been read into.
    mutating func drive(_ entry: ConnectionEntry, slot: Int? = nil) {
        switch drive(entry, &entry.connection, slot) {
        case nil: break
        case .close(let reason): close(entry, reason)
        case .migrate: migrate(entry)
        }
    }

    /// A reason for which a connection leaves the loop.
    private enum Departure {
        case close(CloseReason)
        case migrate
    }

    /// Performs the actions of a connection; returns the reason to leave the loop, or `nil` if it
    /// stays.
    private mutating func drive(
        _ entry: ConnectionEntry,
        _ connection: inout Connection,
        _ slot: Int?
    ) -> Departure? {
        var turn = Turn(from: now)
        var bytes: ArraySlice<UInt8> = []
        while true {
            switch connection.next() {
            case .receive(let head)
            where connection.isOverLimit && !services.responder.isProbe(head):
                connection.refuseOverLimit()
                continue
            case .receive(let head):
                // A metrics request may ask for the number of idle connections.
                updateIdleCount(of: entry, connection)
                let reception = services.responder.receive(head)
                connection.received(consume reception, date: date.field(at: now), now: now)
                continue
            case .respond:
                respond(entry, &connection)
                continue
            case .read where bytes.isEmpty && shouldMigrate(connection),
                .runIntake where shouldMigrate(connection):
                if !bytes.isEmpty { connection.buffer(bytes) }
                return .migrate
            case .runIntake:
                runIntake(entry, &connection)
                continue
            case .produce:
                produce(entry.key, &connection)
                continue
            case .refuse(let refusal):
                freeBuffers(entry, &connection)
                if !connection.wasHeldBack {
                    services.responder.observe(.refused(refusal))
                    if !refusalPace.allows(refusal, at: now),
                        connection.holdBack(refusal, now: now)
                    {
                        continue
                    }
                }
                let response = services.responder.response(
                    to: refusal,
                    route: connection.route,
                    length: connection.announcedLength,
                    limits: services.limits
                )
                connection.responded(response, date: date.field(at: now), now: now)
                continue
            case .send where isBatching && entry.isWritable:
                pendingSends.append(entry)
            case .send:
                if canTransfer(entry, turn, ready: entry.isWritable),
                    send(entry, &connection, &turn)
                {
                    continue
                }
            case .read where !bytes.isEmpty:
                bytes = bytes.dropFirst(connection.receive(bytes, now: now))
                // The slice must not outlive its use, or the next read would copy the buffer.
                if bytes.isEmpty { bytes = [] }
                continue
            case .read:
                if canTransfer(entry, turn, ready: entry.isReadable) {
                    bytes = read(entry, &connection, &turn, slot)
                    continue
                }
            case .shutdownWrite:
                SystemCall.shutdownWrite(entry.socket)
                continue
            case .await where entry.isBroken, .wait where entry.isBroken:
                connection.markBroken()
                continue
            case .await(let claim):
                claim.whenGranted { [mailbox, key = entry.key] in mailbox.post(.admit(key)) }
            case .close(let reason):
                return .close(reason)
            case .wait:
                if entry.isEnding, connection.inputEndsDuringWork() { continue }
            }
            if !bytes.isEmpty { connection.buffer(bytes) }
            bytes = []
            if isWithinBudget(entry, &connection) {
                updateIdleCount(of: entry, connection)
                return nil
            }
        }
    }

    /// Returns whether the connection can transfer data in this turn; otherwise postpones it.
    private mutating func canTransfer(_ entry: ConnectionEntry, _ turn: Turn, ready: Bool) -> Bool {
        guard ready else { return false }
        if turn.bytes > 0, now < turn.end { return true }
        if !entry.isPostponed {
            entry.isPostponed = true
            postponed.append(entry.key)
        }
        return false
    }

    /// Makes the response to a complete request, here or on a worker.
    private mutating func respond(_ entry: ConnectionEntry, _ connection: inout Connection) {
        guard connection.needsWorker else {
            let footprint = connection.responseFootprint
            if let refusal = services.budget.refusal(for: footprint, holding: 0) {
                return connection.refuse(refusal)
            }
            guard let response = connection.makeResponse() else { return }
            connection.responded(response, date: date.field(at: now), now: now)
            return
        }
        guard let job = takeIntakeJob(entry, &connection) else { return }
        let key = entry.key
        let handoff = Handoff(consume job)
        submit(&connection) { [mailbox] in
            guard var job = handoff.take(), !job.isCancelled else { return }
            let memory = job.memory
            let result = job.respond()
            // Frees the request before its response is sent.
            _ = consume job
            switch result {
            case nil: break
            case .success(let response): mailbox.post(.response(key, response, memory))
            case .failure(let refusal):
                memory.releaseAll()
                mailbox.post(.refuse(key, refusal))
            }
        }
    }

    /// Runs the intake on a worker for a segment of large content.
    private func runIntake(_ entry: ConnectionEntry, _ connection: inout Connection) {
        guard let job = takeIntakeJob(entry, &connection) else { return }
        let key = entry.key
        let handoff = Handoff(consume job)
        submit(&connection) { [mailbox] in
            guard var job = handoff.take(), !job.isCancelled else { return }
            let refusal = job.run()
            guard !job.isCancelled else { return }
            if let refusal {
                // Frees the request before another is admitted in its place.
                _ = consume job
                mailbox.post(.refuse(key, refusal))
                return
            }
            handoff.put(consume job)
            mailbox.post(.intakeFinished(key, handoff))
        }
    }

    /// Takes an intake job, together with the memory charged for the request.
    private func takeIntakeJob(
        _ entry: ConnectionEntry,
        _ connection: inout Connection
    ) -> IntakeJob? {
        guard let job = connection.takeIntakeJob() else { return nil }
        entry.charged -= job.memory.bytes
        entry.worked = job.memory
        return job
    }

    /// Produces the next part of a response on a worker.
    private func produce(_ key: ConnectionKey, _ connection: inout Connection) {
        guard let job = connection.takeSourceJob() else { return }
        let handoff = Handoff(consume job)
        // Accepted regardless of the queue length: a response that has begun must be completed.
        services.workers.submit { [mailbox] in
            guard let job = handoff.take() else { return }
            mailbox.post(.partProduced(key, Handoff(ProducedPart(of: consume job))))
        }
    }

    /// Submits a job for a request, which is refused if too many jobs are waiting, unless its response has
    /// begun and must be completed.
    private func submit(_ connection: inout Connection, _ job: @escaping Workers.Job) {
        guard !connection.hasBegunResponse else { return services.workers.submit(job) }
        if !services.workers.submitUnlessFull(job) { connection.refuse(.tooManyWaiting) }
    }

    /// Sends pending output; returns `false` if the socket would block.
    private mutating func send(
        _ entry: ConnectionEntry,
        _ connection: inout Connection,
        _ turn: inout Turn
    ) -> Bool {
        switch SystemCall.send(entry.socket, connection.output, upTo: turn.bytes) {
        case .bytes(let count):
            turn.bytes -= count
            now = SystemCall.now()
            if let exchange = connection.sent(count, now: now) {
                services.responder.observe(.responseSent(exchange))
            }
            return true
        case .wouldBlock, .end:
            entry.isWritable = false
            return false
        case .failed:
            connection.markBroken()
            return true
        }
    }

    /// Reads from the socket; returns the bytes that were not read straight into a body.
    private mutating func read(
        _ entry: ConnectionEntry,
        _ connection: inout Connection,
        _ turn: inout Turn,
        _ slot: Int?
    ) -> ArraySlice<UInt8> {
        if let slot, let result = readBatch.takeResult(of: slot) {
            let count = recordRead(result, of: ReadBatch.length, entry, &connection, &turn)
            return readBatch.bytes(of: slot, first: count)
        }
        let direct = min(connection.directBodyBytes, turn.bytes)
        var result = SystemCall.Transfer.wouldBlock
        if direct > 0 {
            connection.receiveBody(upTo: direct, now: now) { body in
                result = SystemCall.receive(entry.socket, appendingTo: &body)
            }
        } else {
            result = SystemCall.receive(entry.socket, into: &buffer, buffer.indices)
        }
        let requested = direct > 0 ? direct : buffer.count
        let count = recordRead(result, of: requested, entry, &connection, &turn)
        return direct > 0 ? [] : buffer[..<count]
    }

    /// Records the result of a read; returns the number of bytes read.
    private mutating func recordRead(
        _ result: SystemCall.Transfer,
        of requested: Int,
        _ entry: ConnectionEntry,
        _ connection: inout Connection,
        _ turn: inout Turn
    ) -> Int {
        switch result {
        case .bytes(let count):
            turn.bytes -= count
            // A short read means that no data is left, unless the end of input is pending.
            if count < requested, !entry.isEnding { entry.isReadable = false }
            return count
        case .wouldBlock: entry.isReadable = false
        case .end: connection.peerClosed(now: now)
        case .failed: connection.markBroken()
        }
        return 0
    }

    /// Updates the memory budget; returns `false` if that led to refusing a partly received
    /// request.
    private func isWithinBudget(_ entry: ConnectionEntry, _ connection: inout Connection) -> Bool {
        let footprint = connection.footprint
        let growth = footprint - entry.charged
        defer { connection.updateClaim() }
        guard growth != 0 else { return true }
        let held = entry.charged + (entry.worked?.bytes ?? 0)
        let refusal = services.budget.refusal(for: growth, holding: held)
        services.budget.charge(growth)
        entry.charged = footprint
        guard growth > 0, let refusal, connection.isReceiving else { return true }
        connection.refuse(refusal)
        return false
    }

    /// Frees the buffers of a finished exchange on a worker if they are large, and only then
    /// releases their memory in the budget.
    private func freeBuffers(_ entry: ConnectionEntry, _ connection: inout Connection) {
        guard connection.footprint > Self.largeFootprint else { return }
        let buffers = connection.releaseBuffers()
        let bytes = buffers.footprint
        entry.charged -= bytes
        let handoff = Handoff(consume buffers)
        services.workers.submit { [budget = services.budget] in
            // Frees the buffers.
            let claim = handoff.take()?.claim
            withExtendedLifetime(claim) { budget.charge(-bytes) }
        }
    }

    /// The size in bytes from which freeing buffers takes some hundred microseconds.
    private static let largeFootprint = 1_024 * 1_024

    /// Updates the count of idle connections.
    func updateIdleCount(of entry: ConnectionEntry, _ connection: borrowing Connection) {
        let isCountedIdle = connection.isIdle
        guard isCountedIdle != entry.isCountedIdle else { return }
        entry.isCountedIdle = isCountedIdle
        services.gauges.idleConnections.add(isCountedIdle ? 1 : -1, ordering: .relaxed)
    }

    /// Removes a connection from the loop.
    mutating func remove(_ entry: ConnectionEntry) {
        if entry.isCountedIdle { services.gauges.idleConnections.subtract(1, ordering: .relaxed) }
        entries.remove(entry)
    }

    /// Closes a connection.
    mutating func close(_ entry: ConnectionEntry, _ reason: CloseReason) {
        entry.connection.cancelWork()
        freeBuffers(entry, &entry.connection)
        remove(entry)
        let route = reason == .abandoned ? entry.connection.route : .none
        services.connectionClosed(charged: entry.charged, reason, route: route)
        if entry.isUndrained {
            entry.isUndrained = false
            undrained -= 1
        }
        checkMilestones()
    }
}
