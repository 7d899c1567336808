// SPDX-License-Identifier: Apache-2.0

/// The phase of a connection.
enum Phase: Sendable {
    /// Idle, or a head is partly received.
    case head
    /// A head is complete and has not been passed to the responder.
    case undecided
    /// The responder is deciding how to handle the head.
    case deciding
    /// A large body is not read yet, because its claim to memory has not been granted.
    case queued
    /// `100 Continue` is being sent.
    case continuing
    /// The body is being received.
    case body
    /// A request is complete and awaits its response.
    case complete
    /// A request is refused and awaits the response that explains why.
    case refusing(Refusal)
    /// A refusal for lack of capacity is held back for a while.
    case holding(Refusal)
    /// The response is being made.
    case responding
    /// The response is being sent.
    case sending(NextStep)
    /// An early response was sent, and the rest of the body is being discarded.
    case discarding
    /// The last response was sent.
    case halfClosing
    /// The sending side is shut down and input is discarded until the client closes, so that a
    /// reset cannot overtake the response (RFC 9112 section 9.6).
    case lingering
    case closing(CloseReason)
    case closed

    /// The step after a response.
    enum NextStep: Sendable {
        case nextRequest
        case discardBody
        case close
    }
}
