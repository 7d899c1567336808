// SPDX-License-Identifier: Apache-2.0

import HTTP

/// What other threads have to say to a loop.
enum Message: Sendable {
    /// A worker has the answer for a connection, and the memory that was taken for it.
    case answer(ConnectionKey, Response, MemoryAccount)
    /// A worker has had a piece of content taken in.
    case tookIn(ConnectionKey, Parcel<Errand>)
    /// A worker has made another part of an answer.
    case madeMore(ConnectionKey, Parcel<MadePart>)
    /// A worker has found that there is no room for an answer.
    case refuse(ConnectionKey, Refusal)
    /// Take over a connection.
    case adopt(Parcel<Guest>)
    /// Begin to drain.
    case drain
    /// Take no more connections and end with the last one there is.
    case finish
    /// End at once.
    case cut
}

/// Messages for one loop, and the bell that says there are some.
final class Mailbox: Sendable {
    let bell: Descriptor
    /// Messages that have not been taken; nil: there is nobody any more to take them.
    private let messages = Guarded<[Message]?>([])

    init() throws(SystemError) {
        bell = try SystemCall.makeBell()
    }

    /// Leaves a message; false if there is nobody any more to take it.
    @discardableResult func post(_ message: Message) -> Bool {
        let count = messages.withLock { messages in
            messages?.append(message)
            return messages?.count
        }
        if count == 1 { SystemCall.ring(bell) }
        return count != nil
    }

    /// All messages that have not been taken yet, the oldest first.
    func take() -> [Message] {
        messages.withLock { messages in
            guard let taken = messages else { return [] }
            messages = []
            return taken
        }
    }

    /// The same, and takes no more from now on.
    func close() -> [Message] {
        messages.withLock { messages in messages.take() ?? [] }
    }
}
