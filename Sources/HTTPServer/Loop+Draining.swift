// SPDX-License-Identifier: Apache-2.0

import HTTP

extension Loop {
    /// Does what another thread asks for.
    mutating func handle(_ message: Message) {
        switch message {
        case .answer(let key, let response, let memory):
            // The client may have gone in the meantime.
            guard let link = links[key] else { return }
            link.charged += memory.handOver()
            link.connection.answered(response, date: date.field(at: now), now: now)
            drive(link)
        case .tookIn(let key, let parcel):
            guard let link = links[key], let errand = parcel.take() else { return }
            link.charged += errand.memory.handOver()
            link.connection.takeBack(consume errand, now: now)
            drive(link)
        case .madeMore(let key, let parcel):
            guard let link = links[key], let made = parcel.take() else { return }
            link.connection.takeBack(consume made, now: now)
            drive(link)
        case .refuse(let key, let refusal):
            guard let link = links[key] else { return }
            link.connection.refuse(refusal)
            drive(link)
        case .adopt(let parcel): adopt(parcel)
        case .drain: drain()
        case .finish: finish()
        case .cut: cut()
        }
    }

    /// Lets every connection end with the answer it owes.
    ///
    /// New connections are still taken in, so that whoever asks whether the server is ready learns
    /// that it is not.
    private mutating func drain() {
        guard !isDraining else { return }
        isDraining = true
        // Not drained before all have been looked at.
        awaited += 1
        for link in links.all { drain(link) }
        awaited -= 1
        noteProgress()
    }

    /// Lets a connection end with the answer it owes.
    mutating func drain(_ link: Link) {
        // A request may have arrived that nobody has looked at yet.
        link.isReadable = true
        drive(link)
        guard links[link.key] != nil else { return }
        link.connection.drain()
        if !link.connection.isIdle {
            link.isAwaited = true
            awaited += 1
        }
        drive(link)
    }

    /// Takes no more connections and closes those at rest.
    private mutating func finish() {
        guard !isFinishing else { return }
        // Who waits at a listener would be reset if it were simply closed; who comes while those
        // are taken in, too, so the kernel lets nobody else come. They try again, and learn that
        // there is no listener.
        for listener in listeners {
            SystemCall.dropNewcomers(at: listener.socket)
            accept(at: listener, most: .max)
        }
        listeners = []
        isFinishing = true
        for link in links.all {
            // Read once more: a request may have arrived with the connection.
            link.isReadable = true
            drive(link)
            link.connection.finish(now: now)
            if links[link.key] != nil { drive(link) }
        }
        noteProgress()
    }

    /// Closes everything.
    private mutating func cut() {
        listeners = []
        isDraining = true
        isFinishing = true
        for link in links.all { close(link, .cut) }
        noteProgress()
    }

    /// Says so when a milestone is reached, once each.
    mutating func noteProgress() {
        if isDraining, awaited == 0, !hasDrained {
            hasDrained = true
            milestones.append(.drained)
        }
        if isFinishing, links.isEmpty, !hasEnded {
            hasEnded = true
            milestones.append(.ended)
            for case .adopt(let parcel) in mailbox.close() { turnAway(parcel) }
        }
    }
}
