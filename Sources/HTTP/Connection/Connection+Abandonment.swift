// SPDX-License-Identifier: Apache-2.0

/// Clients that leave while a worker processes their request.
///
/// A reset tells that a client has gone. The end of its input does not, because a client may
/// half-close and still await its responses. The two are told apart by bytes that both may receive:
/// an interim response, which a client discards unless it needs it (RFC 9110 sections 15.2 and
/// 15.2.1). If the socket of the client has been closed, its kernel answers with a reset.
extension Connection {
    /// Whether a worker processes the current request, so that nothing of its response was sent.
    var isWorkedOn: Bool {
        switch phase {
        case .body, .complete, .responding: content.isOnWorker
        default: false
        }
    }

    /// Records that the client will send nothing more, while ``next()`` returns ``Action/wait``.
    ///
    /// If a worker processes a request, an interim response is sent, once for each connection: the
    /// response to this request will do the same for the next one. HTTP/1.0 has no interim responses, and
    /// none is sent within a response.
    /// A refusal that is held back is sent: the client cannot try again on this connection, and if it
    /// has gone, the connection is free.
    ///
    /// - Returns: Whether there is now something to send.
    package mutating func inputEndsDuringWork() -> Bool {
        if case .holding(let refusal) = phase {
            phase = .refusing(refusal)
            return true
        }
        guard !hasProbedClient, isWorkedOn, concurrent == nil, let head, head.version != .http10
        else {
            return false
        }
        hasProbedClient = true
        output.fill(body: []) { $0.append(contentsOf: ResponseWriter.continuation) }
        return true
    }

    /// Cancels the job of a worker, whose result is no longer needed.
    package mutating func cancelWork() { content.cancelJob() }
}
