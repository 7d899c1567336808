// SPDX-License-Identifier: Apache-2.0

/// What a connection is in the middle of.
enum Phase: Sendable {
    /// At rest, or with a part of a head.
    case head
    /// A head is complete and wants to be decided on.
    case undecided
    /// Somebody decides on the head.
    case deciding
    /// `100 Continue` is on its way.
    case continuing
    /// The body is coming.
    case body
    /// A request is complete and wants to be answered.
    case complete
    /// Something is wrong and wants to be explained.
    case refusing(Refusal)
    /// Somebody makes the answer.
    case answering
    /// The answer is on its way.
    case sending(Afterwards)
    /// The answer is out, but the body it did not wait for is still coming.
    case discarding
    /// The last answer is out.
    case halfClosing
    /// The client has been told that nothing more will come, and is heard to its end, so that a
    /// reset does not overtake the answer (RFC 9112 section 9.6).
    case lingering
    case closing(Closing)
    case closed

    /// What follows an answer.
    enum Afterwards: Sendable {
        case nextRequest
        case restOfBody
        case end
    }
}
