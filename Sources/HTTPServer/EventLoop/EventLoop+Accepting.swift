// SPDX-License-Identifier: Apache-2.0

import HTTP
import Logging

extension EventLoop {
    /// The maximum number of connections accepted in one turn.
    static let acceptsPerTurn = 16

    /// Accepts up to `most` connections waiting at a listener.
    mutating func accept(at listener: Listener, limit: Int = acceptsPerTurn) {
        listener.isPostponed = false
        for _ in 0..<limit {
            switch SystemCall.accept(listener.socket) {
            case .connection(let socket, let client): admit(socket, from: client)
            case .aborted: continue
            case .wouldBlock:
                listener.isPaused = false
                return
            case .exhausted(let error): return pause(listener, error)
            }
        }
        listener.isPostponed = true
    }

    /// Leaves connections waiting until the next sweep, because an immediate retry would fail
    /// again.
    private mutating func pause(_ listener: Listener, _ error: SystemError) {
        if !listener.isPaused {
            services.logger.warning("cannot accept connections", metadata: ["error": "\(error)"])
        }
        listener.isPaused = true
        setTimer()
    }

    private mutating func admit(
        _ socket: consuming Descriptor,
        from client: ClientAddress?
    ) {
        let isOverLimit = !services.connections.add()
        // With an odd step the IDs of a loop repeat only after 2^64 connections.
        connectionID &+= 0x9E37_79B9_7F4A_7C15
        let connection = Connection(
            limits: services.limits,
            budget: services.budget,
            isOverLimit: isOverLimit,
            client: client,
            connectionID: connectionID,
            now: now
        )
        let entry = entries.add(socket, connection)
        services.responder.observe(.connectionOpened)
        updateIdleCount(of: entry, entry.connection)
        if isDraining { entry.connection.drain() }
        if isOverLimit { overLimitKeys.append(entry.key) }
        // Most requests arrive together with their connection, and a probe must not wait for other
        // connections.
        if watch(entry), isOverLimit {
            entry.isReadable = true
            drive(entry)
        }
        while overLimitKeys.count > services.overLimitMaximum { evict(overLimitKeys.removeFirst()) }
    }

    /// Responds with 503 to the oldest connection beyond the limit and closes it.
    ///
    /// Thus a new connection is always read, however many others are silent, and a probe from an
    /// orchestrator gets its response.
    private mutating func evict(_ key: ConnectionKey) {
        guard let entry = entries[key] else { return }
        entry.connection.refuseOverLimit()
        drive(entry)
        if entries[key] != nil { close(entry, .afterResponse) }
    }

    /// Registers a connection with epoll; on failure closes it and returns `false`.
    mutating func watch(_ entry: ConnectionEntry) -> Bool {
        do throws(SystemError) {
            try SystemCall.watch(entry.socket, on: poll, key: entry.key.rawValue)
        } catch {
            services.logger.warning("cannot watch a connection", metadata: ["error": "\(error)"])
            close(entry, .broken)
            return false
        }
        setTimer()
        return true
    }
}
