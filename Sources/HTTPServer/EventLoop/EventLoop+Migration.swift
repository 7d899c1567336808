// SPDX-License-Identifier: Apache-2.0

import HTTP

/// A connection that migrates from one loop to another.
struct MigratingConnection: ~Copyable, Sendable {
    let socket: Descriptor
    let connection: Connection
    /// The bytes charged for it in the memory budget.
    let charged: Int
}

/// Migration of connections between the loops for interactive and bulk traffic.
///
/// Threads of bulk loops yield to those of interactive loops, so that transferring megabytes does
/// not delay small requests.
extension EventLoop {
    /// Returns whether a connection belongs on the other loop now.
    ///
    /// During a drain all connections stay. One that was already migrating when the drain began
    /// arrives before the message to finish, because that is sent after both loops have drained.
    func shouldMigrate(_ connection: borrowing Connection) -> Bool {
        switch (connection.traffic, traffic) {
        case (.interactive, .bulk), (.bulk, .interactive): !isDraining
        default: false
        }
    }

    /// Sends a connection to the other loop.
    mutating func migrate(_ entry: ConnectionEntry) {
        SystemCall.unwatch(entry.socket, on: poll)
        remove(entry)
        var connection = Connection(
            limits: services.limits,
            budget: services.budget,
            now: now
        )
        swap(&connection, &entry.connection)
        let migrating = MigratingConnection(
            socket: entry.socket.take(),
            connection: connection,
            charged: entry.charged
        )
        let handoff = Handoff(migrating)
        if !counterpart.post(.adopt(handoff)) { discard(handoff) }
    }

    /// Takes over a connection from the other loop.
    mutating func adopt(_ handoff: Handoff<MigratingConnection>) {
        guard !hasEnded else { return discard(handoff) }
        guard let migrating = handoff.take() else { return }
        let charged = migrating.charged
        let entry = entries.add(migrating.socket, migrating.connection)
        entry.charged = charged
        // Registering reports readiness only later, but data is likely to be there already.
        entry.isReadable = true
        guard watch(entry) else { return }
        if isDraining { drain(entry) } else { drive(entry) }
    }

    /// Closes a migrating connection whose destination has ended.
    func discard(_ handoff: Handoff<MigratingConnection>) {
        guard let migrating = handoff.take() else { return }
        services.connectionClosed(charged: migrating.charged, .cut)
    }
}
