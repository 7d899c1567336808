// SPDX-License-Identifier: Apache-2.0

/// What a server needs to know to answer.
///
/// All functions are called from several threads at once, and on event loops, where every other
/// connection of the loop waits for them: they must be quick.
package protocol Responder: Sendable {
    /// What becomes of a request, now that its head is there.
    ///
    /// Asked before `100 Continue` is sent and before a byte of the body is kept: 404, 405, 415 and
    /// OPTIONS are answered here.
    func receive(_ head: RequestHead) -> Reception

    /// Whether a request asks how the server is, so that it is answered even where all connections
    /// are in use.
    func isProbe(_ head: RequestHead) -> Bool

    /// The document that explains a refusal; its status must be that of the refusal.
    ///
    /// - Parameters:
    ///   - refusal: What is wrong with the request.
    ///   - length: How many bytes its body has by its head; nil where that does not tell.
    ///   - limits: The bounds that it had to keep.
    /// - Returns: The answer.
    func response(to refusal: Refusal, length: Int?, limits: Limits) -> Response

    /// Takes note of something that has happened, for metrics and logs.
    func observe(_ event: ServerEvent)
}

/// What becomes of a request whose head is there.
package enum Reception: Sendable {
    /// The head alone decides the answer.
    ///
    /// HEAD is answered like GET; the connection leaves out the body.
    case answer(Response)
    /// The content is wanted.
    case take(any Intake, Terms = Terms())
}

/// On what terms content is taken in.
package struct Terms: Sendable {
    /// Content up to this length is taken in and answered on the event loop, as long as it keeps
    /// ``Limits/inlineBodyBytes`` too.
    package var shortBytes = Int.max
    /// Fields that any answer has from now on, a refusal too; nil: none.
    package var fields: ResponseFields?

    package init() {}
}
