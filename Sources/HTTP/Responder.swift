// SPDX-License-Identifier: Apache-2.0

/// What a server needs to know to answer.
///
/// All functions are called from several threads at once. All but ``respond(to:)`` are called on an
/// event loop, where every other connection of that loop waits for them: they must be quick.
package protocol Responder: Sendable {
    /// The final answer where the head alone decides it, nil to have the body read.
    ///
    /// Asked before `100 Continue` is sent and before a byte of the body is kept: 404, 405, 413,
    /// 415 and OPTIONS belong here.
    func decide(_ head: RequestHead) -> Response?

    /// The answer to a complete request.
    ///
    /// Called on an event loop for bodies up to ``Limits/inlineBodyBytes``, and by a worker, where
    /// it may take its time, for larger ones. HEAD is answered like GET; the connection leaves out
    /// the body.
    func respond(to request: Request) -> Response

    /// The document that explains a refusal; its status must be that of the refusal.
    func response(to refusal: Refusal, limits: Limits) -> Response

    /// Takes note of something that has happened, for metrics and logs.
    func observe(_ event: ServerEvent)
}
