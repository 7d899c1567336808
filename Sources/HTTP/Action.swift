// SPDX-License-Identifier: Apache-2.0

/// What a connection asks of whoever drives it.
package enum Action: Sendable {
    /// Ask the routes whether the head alone decides the answer; report by
    /// ``Connection/decided(_:date:now:)``.
    case decide(RequestHead)
    /// Answer a complete request; report by ``Connection/answered(_:date:now:)``.
    case respond(Request)
    /// Explain a refusal; report by ``Connection/answered(_:date:now:)``.
    case refuse(Refusal)
    /// Send what ``Connection/output`` holds; report by ``Connection/sent(_:now:)``.
    case send
    /// Read from the network; report by ``Connection/receive(_:now:)``,
    /// ``Connection/receiveBody(upTo:now:_:)`` or ``Connection/peerClosed(now:)``.
    case read
    /// Tell the client that nothing more will come (half-close).
    case shutdownWrite
    /// Close the connection; it is of no more use.
    case close(Closing)
    /// Do nothing until an answer that was asked for is there.
    case wait
}
