// SPDX-License-Identifier: Apache-2.0

/// Decides how requests are handled and makes the responses.
///
/// All methods are called concurrently from event loops and must return quickly, because every
/// other connection of the loop waits for them.
package protocol Responder: Sendable {
    /// Decides how to handle a request whose head is complete.
    ///
    /// Not called for a request whose head repeats that of the previous one, if the intake of that has been
    /// restarted. Called before `100 Continue` is sent and before any of the body is stored, so that 404, 405,
    /// 415 and OPTIONS need no content.
    func receive(_ head: RequestHead) -> Reception

    /// Returns whether a request is a health probe, which is served even when all connections are
    /// in use.
    func isProbe(_ head: RequestHead) -> Bool

    /// Makes the response that explains a refusal and has its status.
    ///
    /// - Parameters:
    ///   - refusal: The reason for the refusal.
    ///   - route: The route of the request; `none` if it is not known yet.
    ///   - length: The Content-Length of the request; `nil` if it is unknown.
    ///   - limits: The limits that apply to the request.
    /// - Returns: The response.
    func response(
        to refusal: Refusal,
        route: RouteName,
        length: Int?,
        limits: Limits
    ) -> Response

    /// Records an event for metrics and logs.
    func observe(_ event: ServerEvent)
}

/// The decision on a request whose head is complete.
package enum Reception: Sendable {
    /// Send a response that does not depend on the content.
    ///
    /// HEAD is handled like GET; the connection omits the content.
    case respond(Response)
    /// Accept the content and pass it to an intake.
    case accept(any Intake, IntakeOptions = IntakeOptions())
}

/// The options of processing the content of a request.
package struct IntakeOptions: Sendable {
    /// The maximum length in bytes of content that is processed on the event loop, in addition to
    /// ``Limits/inlineBodyBytes``.
    package var inlineBytes = Int.max
    /// The fewest bytes of content that hold a number, from which the memory for small content is
    /// estimated: in JSON a digit and a comma.
    package var leastNumberBytes = 2
    /// The memory held for each number of small content, in bytes: eight, and some for its text.
    package var numberFootprint = 10
    /// Whether the intake keeps a bounded part of the content, however long it is, so that
    /// ``Limits/streamBytes`` applies rather than ``Limits/bodyBytes``.
    package var isStream = false
    /// Whether the response may begin before the content has ended, so that content is passed on in small
    /// segments as it arrives.
    package var respondsConcurrently = false
    /// Whether the intake may be restarted for the next request, if the head of that differs in nothing but
    /// the length of the content; not for a stream, nor with fields of every response.
    package var isRepeatable = false
    /// Fields of every subsequent response to this request, including refusals; `nil` means none.
    package var fields: ResponseFields?
    /// The route of refusals of this request, for logs and metrics.
    package var route: RouteName

    package init(route: RouteName = .none) {
        self.route = route
    }
}
