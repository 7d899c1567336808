// SPDX-License-Identifier: Apache-2.0

/// What a connection asks of whoever drives it.
package enum Action: Sendable {
    /// Ask the routes what becomes of a request; report by ``Connection/received(_:date:now:)``.
    case receive(RequestHead)
    /// Have a request answered whose content is complete: here by ``Connection/answer()``, or
    /// elsewhere by what ``Connection/handOver()`` gives; report by
    /// ``Connection/answered(_:date:now:)``.
    case answer
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
