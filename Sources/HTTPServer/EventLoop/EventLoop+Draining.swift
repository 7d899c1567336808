// SPDX-License-Identifier: Apache-2.0

import HTTP

extension EventLoop {
    /// Processes a message from another thread.
    mutating func handle(_ message: Message) {
        switch message {
        case .response(let key, let response, let memory):
            // The connection may have ended in the meantime.
            guard let entry = entries[key] else { return }
            entry.charged += memory.transfer()
            entry.worked = nil
            entry.connection.responded(response, date: date.field(at: now), now: now)
            drive(entry)
        case .intakeFinished(let key, let handoff):
            guard let entry = entries[key], let job = handoff.take() else { return }
            entry.charged += job.memory.transfer()
            entry.worked = nil
            let date = date.field(at: now)
            entry.connection.complete(consume job, date: date, now: now)
            drive(entry)
        case .partProduced(let key, let handoff):
            guard let entry = entries[key], let part = handoff.take() else { return }
            entry.connection.complete(consume part, now: now)
            drive(entry)
        case .refuse(let key, let refusal):
            guard let entry = entries[key] else { return }
            entry.worked = nil
            entry.connection.refuse(refusal)
            drive(entry)
        case .admit(let key):
            guard let entry = entries[key] else { return }
            entry.connection.admit(now: now)
            drive(entry)
        case .adopt(let handoff): adopt(handoff)
        case .drain: drain()
        case .finish: finish()
        case .stop: stop()
        }
    }

    /// Lets every connection complete its current exchange.
    ///
    /// New connections are still accepted, so that readiness probes learn of the drain.
    private mutating func drain() {
        guard !isDraining else { return }
        isDraining = true
        // Prevents the milestone until all connections have been visited.
        undrained += 1
        for entry in entries.all { drain(entry) }
        undrained -= 1
        checkMilestones()
    }

    /// Lets a connection complete its current exchange.
    mutating func drain(_ entry: ConnectionEntry) {
        // A request may have arrived and not been read yet.
        entry.isReadable = true
        drive(entry)
        guard entries[entry.key] != nil else { return }
        entry.connection.drain()
        if !entry.connection.isIdle {
            entry.isUndrained = true
            undrained += 1
        }
        drive(entry)
    }

    /// Accepts no more connections and closes idle ones.
    private mutating func finish() {
        guard !isFinishing else { return }
        closeListeners()
        isFinishing = true
        for entry in entries.all {
            // Read once more: a request may have arrived together with the connection.
            entry.isReadable = true
            drive(entry)
            entry.connection.finish(now: now)
            if entries[entry.key] != nil { drive(entry) }
        }
        checkMilestones()
    }

    /// Closes the listeners without losing a connection.
    ///
    /// Closing a listener resets the connections in its queue and those whose handshake is in
    /// progress. Therefore the kernel first drops the SYN of new connections, whose clients retry and find
    /// no listener; then the handshakes get time for a round trip, and the queue is accepted.
    private mutating func closeListeners() {
        guard !listeners.isEmpty else { return }
        for listener in listeners { SystemCall.dropNewConnections(at: listener.socket) }
        SystemCall.sleep(microseconds: Self.handshakeTime)
        for listener in listeners { accept(at: listener, limit: .max) }
        listeners = []
    }

    /// The time for handshakes in progress, in microseconds: a round trip within a data centre.
    ///
    /// A client whose SYN is dropped meanwhile repeats it only after a second (RFC 6298), so a
    /// longer time would delay more clients than it saves.
    private static let handshakeTime = 200

    /// Closes all connections immediately.
    private mutating func stop() {
        listeners = []
        isDraining = true
        isFinishing = true
        for entry in entries.all { close(entry, .cut) }
        checkMilestones()
    }

    /// Reports each milestone once.
    mutating func checkMilestones() {
        if isDraining, undrained == 0, !hasDrained {
            hasDrained = true
            milestones.append(.drained)
        }
        if isFinishing, entries.isEmpty, !hasEnded {
            hasEnded = true
            milestones.append(.ended)
            for case .adopt(let handoff) in mailbox.close() { discard(handoff) }
        }
    }
}
