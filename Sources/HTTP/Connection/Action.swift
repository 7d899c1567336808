// SPDX-License-Identifier: Apache-2.0

/// The next step that a ``Connection`` asks its driver to take.
package enum Action: Sendable {
    /// Ask the responder how to handle a request; report with ``Connection/received(_:date:now:)``.
    case receive(RequestHead)
    /// Run the job from ``Connection/takeIntakeJob()`` on a worker, which processes buffered
    /// content; report with ``Connection/complete(_:now:)``.
    case runIntake
    /// Make the response to a complete request.
    ///
    /// Small content: here, with ``Connection/makeResponse()``. Large content: on a worker, with
    /// the job from ``Connection/takeIntakeJob()``. Report with
    /// ``Connection/responded(_:date:now:)``.
    case respond
    /// Run the job from ``Connection/takeSourceJob()`` on a worker, which produces the next part of
    /// a streamed response; report with ``Connection/complete(_:now:)``.
    case produce
    /// Make the response that explains a refusal; report with
    /// ``Connection/responded(_:date:now:)``.
    case refuse(Refusal)
    /// Send the contents of ``Connection/output``; report with ``Connection/sent(_:now:)``.
    case send
    /// Read from the network; report with ``Connection/receive(_:now:)``,
    /// ``Connection/receiveBody(upTo:now:_:)`` or ``Connection/peerClosed(now:)``.
    case read
    /// Shut down the sending side of the socket (half-close).
    case shutdownWrite
    /// Close the connection; it must not be used afterwards.
    case close(CloseReason)
    /// Wait for the claim to be granted, without reading; report with ``Connection/admit(now:)``.
    case await(MemoryClaim)
    /// Do nothing until the result of an earlier action is reported.
    case wait
}
