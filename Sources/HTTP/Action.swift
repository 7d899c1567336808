// SPDX-License-Identifier: Apache-2.0

/// What a connection asks of whoever drives it.
package enum Action: Sendable {
    /// Ask the routes what becomes of a request; report by ``Connection/received(_:date:now:)``.
    case receive(RequestHead)
    /// Have a part of long content taken in elsewhere, ``Connection/handOver()`` says what by whom;
    /// report by ``Connection/takeBack(_:now:)``.
    case takeIn
    /// Have a request answered whose content is complete: here by ``Connection/answer()`` if it is
    /// short, elsewhere by what ``Connection/handOver()`` gives if it is long; report by
    /// ``Connection/answered(_:date:now:)``.
    case answer
    /// Have the next part of an answer made elsewhere, by what ``Connection/handOverPart()`` gives;
    /// report by ``Connection/takeBack(_:now:)``.
    case makeMore
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
