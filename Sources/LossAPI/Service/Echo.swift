// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes

/// Answers a request with its content, for those who test the HTTP of a server from outside.
struct EchoIntake: Intake {
    private var bytes: [UInt8] = []

    var footprint: Int { bytes.count }

    mutating func receive(_ part: Span<UInt8>, isLast _: Bool) -> Bool {
        bytes.append(addingCapacity: part.count) { output in
            for index in part.indices { output.append(part[index]) }
        }
        return false
    }

    mutating func receive(_ segment: consuming BodySegment, isLast: Bool, _ memory: MemoryAccount) {
        let part = segment.takeBytes()
        // Where the array grows, the old one and the new are both there.
        guard memory.reserve(2 * (bytes.count + part.count)) else { return }
        _ = receive(
            part.span.extracting(min(BodySegment.headroom, part.count)..<part.count),
            isLast: isLast
        )
    }

    mutating func makeResponse() -> Response { Echo.response(bytes, route: RouteName("/")) }
}

/// Answers a request with its head, whatever its content.
struct HeadEchoIntake: Intake {
    let head: RequestHead

    var footprint: Int { 0 }

    mutating func receive(_: Span<UInt8>, isLast _: Bool) -> Bool { false }

    mutating func receive(_: consuming BodySegment, isLast _: Bool, _: MemoryAccount) {}

    mutating func makeResponse() -> Response {
        Echo.response(head.fields.text, route: RouteName("/echo"))
    }
}

enum Echo {
    /// What comes of a request with that method and path; nil: it is for others.
    static func receive(_ head: RequestHead) -> Reception? {
        switch (head.method, head.path) {
        case (.post, "/"): return .accept(EchoIntake())
        case (.get, "/echo"), (.post, "/echo"): return .accept(HeadEchoIntake(head: head))
        case (.head, "/echo"):
            return .respond(response(head.fields.text, route: RouteName("/echo")))
        case (.options, "/"), (.options, "/echo"):
            let fields: ResponseFields = [.allow: "GET, HEAD, OPTIONS, POST"]
            return .respond(
                Response(status: .noContent, fields: fields, route: RouteName(head.path))
            )
        default: return nil
        }
    }

    fileprivate static func response(_ bytes: [UInt8], route: RouteName) -> Response {
        Response(status: .ok, fields: fields, body: bytes, route: route)
    }

    /// No browser may take for a page what a request has put there.
    private static let fields: ResponseFields = [
        .contentType: "text/plain; charset=utf-8", .cacheControl: "no-store",
        .xContentTypeOptions: "nosniff",
    ]
}
