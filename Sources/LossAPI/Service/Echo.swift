// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes

/// Echoes the body of a request, for HTTP conformance tests.
struct EchoIntake: Intake {
    private var bytes: [UInt8] = []

    var footprint: Int { bytes.count }

    mutating func receive(_ part: Span<UInt8>, isLast _: Bool) -> Bool {
        bytes.append(addingCapacity: part.count) { output in
            for index in part.indices { output.append(part[index]) }
        }
        return false
    }

    mutating func receive(_ piece: consuming BodySegment, isLast: Bool, _ memory: MemoryAccount) {
        let part = piece.takeBytes()
        // While the array grows, the old and the new storage both exist.
        guard memory.reserve(2 * (bytes.count + part.count)) else { return }
        _ = receive(
            part.span.extracting(min(BodySegment.headroom, part.count)..<part.count),
            isLast: isLast
        )
    }

    mutating func makeResponse(unless _: Cancellation?) -> Response {
        Echo.response(bytes, route: RouteName("/"))
    }
}

/// Echoes the head of a request and ignores its body.
struct HeadEchoIntake: Intake {
    let head: RequestHead

    var footprint: Int { 0 }

    mutating func receive(_: Span<UInt8>, isLast _: Bool) -> Bool { false }

    mutating func receive(_: consuming BodySegment, isLast _: Bool, _: MemoryAccount) {}

    mutating func makeResponse(unless _: Cancellation?) -> Response {
        Echo.response(head.fields.text, route: RouteName("/echo"))
    }
}

/// The routes that echo requests.
enum Echo {
    /// Handles a request to an echo route; returns `nil` for any other request.
    static func receive(_ head: RequestHead) -> Reception? {
        switch (head.method, head.path) {
        case (.post, "/"): return .accept(EchoIntake())
        case (.get, "/echo"), (.post, "/echo"): return .accept(HeadEchoIntake(head: head))
        case (.head, "/echo"):
            return .respond(response(head.fields.text, route: RouteName("/echo")))
        case (.options, "/"), (.options, "/echo"):
            let fields: ResponseFields = [.allow: Route.allMethods]
            return .respond(
                Response(status: .noContent, fields: fields, route: RouteName(head.path))
            )
        default: return nil
        }
    }

    fileprivate static func response(_ bytes: [UInt8], route: RouteName) -> Response {
        Response(status: .ok, fields: fields, body: bytes, route: route)
    }

    /// Prevents browsers from rendering the echoed content.
    private static let fields: ResponseFields = [
        .contentType: "text/plain; charset=utf-8", .cacheControl: "no-store",
        .xContentTypeOptions: "nosniff",
    ]
}
