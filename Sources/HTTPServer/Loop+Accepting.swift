// SPDX-License-Identifier: Apache-2.0

import HTTP
import Logging

extension Loop {
    /// The most connections that are taken in before others have their turn.
    static let acceptancesInTurn = 16

    /// Takes in connections that wait at a listener, not more than `most`.
    mutating func accept(at listener: Listener, most: Int = acceptancesInTurn) {
        listener.isPostponed = false
        for _ in 0..<most {
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

    /// Lets connections wait: nobody is served by trying again at once, so the next sweep does.
    private mutating func pause(_ listener: Listener, _ error: SystemError) {
        if !listener.isPaused {
            services.logger.warning("no connection accepted", metadata: ["error": "\(error)"])
        }
        listener.isPaused = true
        setTimer()
    }

    private mutating func admit(
        _ socket: consuming Descriptor,
        from client: ClientAddress?
    ) {
        let isGuest = !services.connections.add()
        // The odd step makes the numbers of a loop differ for 2^64 connections.
        identity &+= 0x9E37_79B9_7F4A_7C15
        let connection = Connection(
            limits: services.limits,
            budget: services.budget,
            isGuest: isGuest,
            client: client,
            identity: identity,
            now: now
        )
        let link = links.add(socket, connection)
        services.responder.observe(.connectionOpened)
        noteRest(of: link, link.connection)
        if isDraining { link.connection.drain() }
        if isGuest { guests.append(link.key) }
        // Most requests come with their connection, and a probe must not wait behind others.
        if watch(link), isGuest {
            link.isReadable = true
            drive(link)
        }
        while guests.count > services.guestLimit { makeWay(guests.removeFirst()) }
    }

    /// Tells the guest that has been here longest that there is no room, and closes its connection.
    ///
    /// So a newcomer is always heard, however many others say nothing: one that asks how the server
    /// is, as an orchestrator does, has its answer.
    private mutating func makeWay(_ key: ConnectionKey) {
        guard let link = links[key] else { return }
        link.connection.turnAway()
        drive(link)
        if links[key] != nil { close(link, .afterAnswer) }
    }

    /// Has changes of a connection reported; closes it, and says false, where that cannot be.
    mutating func watch(_ link: Link) -> Bool {
        do throws(SystemError) {
            try SystemCall.watch(link.socket, on: poll, key: link.key.rawValue)
        } catch {
            services.logger.warning("no connection watched", metadata: ["error": "\(error)"])
            close(link, .broken)
            return false
        }
        setTimer()
        return true
    }
}
