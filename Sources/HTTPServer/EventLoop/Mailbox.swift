// SPDX-License-Identifier: Apache-2.0

import HTTP

/// A message from another thread to an event loop.
enum Message: Sendable {
    /// A worker made the response for a connection, with the memory reserved for it.
    case response(ConnectionKey, Response, MemoryAccount)
    /// A worker finished an intake job.
    case intakeFinished(ConnectionKey, Handoff<IntakeJob>)
    /// A worker produced a part of a response.
    case partProduced(ConnectionKey, Handoff<ProducedPart>)
    /// A worker could not reserve the memory for a request.
    case refuse(ConnectionKey, Refusal)
    /// The claim of a connection to memory was granted.
    case admit(ConnectionKey)
    /// Take over a connection.
    case adopt(Handoff<MigratingConnection>)
    /// Begin to drain.
    case drain
    /// Accept no more connections, and end with the last one.
    case finish
    /// Close everything immediately.
    case stop
}

/// The message queue of an event loop, with an eventfd that wakes it.
final class Mailbox: Sendable {
    let wakeup: Descriptor
    /// The messages not yet taken; `nil` once the loop has ended.
    private let messages = Guarded<[Message]?>([])

    init() throws(SystemError) {
        wakeup = try SystemCall.makeWakeup()
    }

    /// Posts a message; returns `false` if the loop has ended.
    @discardableResult func post(_ message: Message) -> Bool {
        let count = messages.withLock { messages in
            messages?.append(message)
            return messages?.count
        }
        if count == 1 { SystemCall.signalWakeup(wakeup) }
        return count != nil
    }

    /// Takes all messages, oldest first.
    func take() -> [Message] {
        messages.withLock { messages in
            guard let taken = messages else { return [] }
            messages = []
            return taken
        }
    }

    /// Takes all messages and accepts no more.
    func close() -> [Message] {
        messages.withLock { messages in messages.take() ?? [] }
    }
}
