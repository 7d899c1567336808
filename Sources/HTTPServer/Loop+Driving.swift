// SPDX-License-Identifier: Apache-2.0

import HTTP
import Synchronization

extension Loop {
    /// What one connection may do before the others have their turn.
    private struct Turn {
        /// The bytes that it may still read and write.
        var bytes = 256 * 1_024
        /// When its time is over.
        let end: Instant

        /// The time after which a turn ends with the request that has been begun.
        ///
        /// That may take as long again; what takes longer is for a worker. With twice this time, the
        /// median of small requests beside 64 connections that pipeline long fields was 19 ms, not 9.
        private static let nanoseconds: Int64 = 100_000

        init(from start: Instant) {
            end = start.advanced(byNanoseconds: Self.nanoseconds)
        }
    }

    /// Does what a connection asks for, until it has to wait or others have to have their turn.
    ///
    /// - Parameters:
    ///   - link: The connection.
    ///   - lane: The one of ``lanes`` that it may have been read into.
    mutating func drive(_ link: Link, lane: Int? = nil) {
        switch drive(link, &link.connection, lane) {
        case nil: noteRest(of: link, link.connection)
        case .end(let reason): close(link, reason)
        case .move: move(link)
        }
    }

    /// Why a connection leaves the loop.
    private enum Departure {
        case end(Closing)
        case move
    }

    /// Does the same; whether the connection has to leave, nil if it stays.
    private mutating func drive(
        _ link: Link,
        _ connection: inout Connection,
        _ lane: Int?
    ) -> Departure? {
        var turn = Turn(from: now)
        var bytes: ArraySlice<UInt8> = []
        while true {
            switch connection.next() {
            case .receive(let head) where connection.isGuest && !services.responder.isProbe(head):
                connection.turnAway()
                continue
            case .receive(let head):
                // What is asked may be how many there are.
                noteRest(of: link, connection)
                let reception = services.responder.receive(head)
                connection.received(consume reception, date: date.field(at: now), now: now)
                continue
            case .answer:
                answer(link, &connection)
                continue
            case .read where bytes.isEmpty && mustMove(connection),
                .takeIn where mustMove(connection):
                if !bytes.isEmpty { connection.keep(bytes) }
                return .move
            case .takeIn:
                takeIn(link, &connection)
                continue
            case .makeMore:
                makeMore(link.key, &connection)
                continue
            case .refuse(let refusal):
                discardRemains(link, &connection)
                services.responder.observe(.refused(refusal))
                let response = services.responder.response(
                    to: refusal,
                    length: connection.announcedLength,
                    limits: services.limits
                )
                connection.answered(response, date: date.field(at: now), now: now)
                continue
            case .send where isGathering && link.isWritable:
                outgoing.append(link)
            case .send:
                if mayGoOn(link, turn, ready: link.isWritable),
                    send(link, &connection, &turn)
                {
                    continue
                }
            case .read where !bytes.isEmpty:
                bytes = bytes.dropFirst(connection.receive(bytes, now: now))
                // The slice must not outlive its use, or the next read would copy the buffer.
                if bytes.isEmpty { bytes = [] }
                continue
            case .read:
                if mayGoOn(link, turn, ready: link.isReadable) {
                    bytes = read(link, &connection, &turn, lane)
                    continue
                }
            case .shutdownWrite:
                SystemCall.shutdownWrite(link.socket)
                continue
            case .close(let reason):
                return .end(reason)
            case .wait:
                break
            }
            if !bytes.isEmpty { connection.keep(bytes) }
            bytes = []
            if isWithinBudget(link, &connection) { return nil }
        }
    }

    /// Whether there is something to transfer and the connection may do so in this turn.
    private mutating func mayGoOn(_ link: Link, _ turn: Turn, ready: Bool) -> Bool {
        guard ready else { return false }
        if turn.bytes > 0, now < turn.end { return true }
        if !link.isPostponed {
            link.isPostponed = true
            postponed.append(link.key)
        }
        return false
    }

    /// Has a request answered, here or beside the loop.
    private mutating func answer(_ link: Link, _ connection: inout Connection) {
        guard connection.isLong else {
            guard services.budget.hasRoom(for: connection.answerFootprint, holding: 0) else {
                return connection.refuse(.memoryExhausted)
            }
            guard let response = connection.answer() else { return }
            connection.answered(response, date: date.field(at: now), now: now)
            return
        }
        guard let errand = handOver(link, &connection) else { return }
        let key = link.key
        let parcel = Parcel(consume errand)
        submit(&connection) { [mailbox] in
            guard var errand = parcel.take() else { return }
            let memory = errand.memory
            let result = errand.answer()
            // What the request held is free before its answer is on its way.
            _ = consume errand
            switch result {
            case .success(let response): mailbox.post(.answer(key, response, memory))
            case .failure(let refusal): mailbox.post(.refuse(key, refusal))
            }
        }
    }

    /// Has a piece of long content taken in beside the loop.
    private func takeIn(_ link: Link, _ connection: inout Connection) {
        guard let errand = handOver(link, &connection) else { return }
        let key = link.key
        let parcel = Parcel(consume errand)
        submit(&connection) { [mailbox] in
            guard var errand = parcel.take() else { return }
            if let refusal = errand.run() {
                mailbox.post(.refuse(key, refusal))
                return
            }
            parcel.put(consume errand)
            mailbox.post(.tookIn(key, parcel))
        }
    }

    /// Takes what is to be done elsewhere for a request, with the memory that it has been charged for.
    private func handOver(_ link: Link, _ connection: inout Connection) -> Errand? {
        guard let errand = connection.handOver() else { return nil }
        link.charged -= errand.memory.bytes
        return errand
    }

    /// Has the next part of an answer made beside the loop.
    private func makeMore(_ key: ConnectionKey, _ connection: inout Connection) {
        guard let errand = connection.handOverPart() else { return }
        let parcel = Parcel(consume errand)
        // However many wait: who has begun to answer has to go on.
        services.workers.submit { [mailbox] in
            guard let errand = parcel.take() else { return }
            mailbox.post(.madeMore(key, Parcel(MadePart(of: consume errand))))
        }
    }

    /// Has a job done for a request, which is refused where too many are waiting.
    private func submit(_ connection: inout Connection, _ job: @escaping Workers.Job) {
        if !services.workers.submitUnlessFull(job) { connection.refuse(.tooManyWaiting) }
    }

    /// Sends; false if the network is full.
    private mutating func send(
        _ link: Link,
        _ connection: inout Connection,
        _ turn: inout Turn
    ) -> Bool {
        switch SystemCall.send(link.socket, connection.output, upTo: turn.bytes) {
        case .bytes(let count):
            turn.bytes -= count
            now = SystemCall.now()
            if let exchange = connection.sent(count, now: now) {
                services.responder.observe(.answered(exchange))
            }
            return true
        case .wouldBlock, .end:
            link.isWritable = false
            return false
        case .failed:
            connection.broke()
            return true
        }
    }

    /// Reads; what was not read straight into a body is returned.
    private mutating func read(
        _ link: Link,
        _ connection: inout Connection,
        _ turn: inout Turn,
        _ lane: Int?
    ) -> ArraySlice<UInt8> {
        if let lane, let result = lanes.takeResult(of: lane) {
            let count = took(result, of: Lanes.length, link, &connection, &turn)
            return lanes.bytes(of: lane, first: count)
        }
        let direct = min(connection.directBodyBytes, turn.bytes)
        var result = SystemCall.Transfer.wouldBlock
        if direct > 0 {
            connection.receiveBody(upTo: direct, now: now) { body in
                result = SystemCall.receive(link.socket, appendingTo: &body)
            }
        } else {
            result = SystemCall.receive(link.socket, into: &buffer, buffer.indices)
        }
        let asked = direct > 0 ? direct : buffer.count
        let count = took(result, of: asked, link, &connection, &turn)
        return direct > 0 ? [] : buffer[..<count]
    }

    /// Takes note of what came of a read; how many bytes it brought.
    private mutating func took(
        _ result: SystemCall.Transfer,
        of asked: Int,
        _ link: Link,
        _ connection: inout Connection,
        _ turn: inout Turn
    ) -> Int {
        switch result {
        case .bytes(let count):
            turn.bytes -= count
            // Less than was asked for means that there is no more, unless the end is there too.
            if count < asked, !link.isEnding { link.isReadable = false }
            return count
        case .wouldBlock: link.isReadable = false
        case .end: connection.peerClosed(now: now)
        case .failed: connection.broke()
        }
        return 0
    }

    /// Brings the memory budget up to date; false if a request that is coming had to be refused.
    private func isWithinBudget(_ link: Link, _ connection: inout Connection) -> Bool {
        let footprint = connection.footprint
        let growth = footprint - link.charged
        guard growth != 0 else { return true }
        let hasRoom = services.budget.hasRoom(for: growth, holding: link.charged)
        services.budget.charge(growth)
        link.charged = footprint
        guard growth > 0, !hasRoom, connection.isReceiving else { return true }
        connection.refuse(.memoryExhausted)
        return false
    }

    /// Has what is left of a request and its answer freed beside the loop, where it is much; only
    /// then others may have the memory.
    private func discardRemains(_ link: Link, _ connection: inout Connection) {
        guard connection.footprint > Self.muchToFree else { return }
        let remains = connection.takeRemains()
        let bytes = remains.footprint
        link.charged -= bytes
        let parcel = Parcel(consume remains)
        services.workers.submit { [budget = services.budget] in
            _ = parcel.take()
            budget.charge(-bytes)
        }
    }

    /// To free as much takes some hundred microseconds.
    private static let muchToFree = 1_024 * 1_024

    /// Keeps count of the connections at rest.
    func noteRest(of link: Link, _ connection: borrowing Connection) {
        let isResting = connection.isIdle
        guard isResting != link.isResting else { return }
        link.isResting = isResting
        services.gauges.idleConnections.add(isResting ? 1 : -1, ordering: .relaxed)
    }

    /// Takes a connection out of the loop.
    mutating func forget(_ link: Link) {
        if link.isResting { services.gauges.idleConnections.subtract(1, ordering: .relaxed) }
        links.remove(link)
    }

    /// Ends a connection.
    mutating func close(_ link: Link, _ reason: Closing) {
        discardRemains(link, &link.connection)
        forget(link)
        services.forget(charged: link.charged, reason)
        if link.isAwaited {
            link.isAwaited = false
            awaited -= 1
        }
        noteProgress()
    }
}
