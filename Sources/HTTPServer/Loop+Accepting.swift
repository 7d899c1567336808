// SPDX-License-Identifier: Apache-2.0

import HTTP
import Logging

extension Loop {
    /// Takes in the connections that wait at a listener.
    mutating func accept(at index: Int) {
        guard index < listeners.count else { return }
        let listener = listeners[index]
        listener.isPaused = false
        while true {
            switch SystemCall.accept(listener.socket) {
            case .connection(let socket): admit(socket)
            case .aborted: continue
            case .wouldBlock: return
            case .exhausted(let error):
                // Nobody is served by trying at once: the next sweep tries again.
                services.logger.warning("no connection accepted", metadata: ["error": "\(error)"])
                listener.isPaused = true
                setTimer()
                return
            }
        }
    }

    private mutating func admit(_ socket: consuming Descriptor) {
        let admission = services.connections.add()
        guard admission != .drop else { return services.connections.remove() }
        let refusal: Refusal? = admission == .refuse ? .tooManyConnections : nil
        let connection = Connection(limits: services.limits, refusing: refusal, now: now)
        let link = links.add(socket, connection)
        services.responder.observe(.connectionOpened)
        if isDraining { link.connection.drain() }
        do throws(SystemError) {
            try SystemCall.watch(link.socket, on: poll, key: link.key.rawValue)
        } catch {
            services.logger.warning("no connection watched", metadata: ["error": "\(error)"])
            return close(link, .broken)
        }
        setTimer()
        if refusal != nil { drive(link) }
    }
}
