// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes

/// Answers a request with what came of it, for those who test the HTTP of a server from outside.
struct EchoIntake: Intake {
    private var bytes: [UInt8]
    private let route: String

    /// - Parameters:
    ///   - start: What the answer begins with.
    ///   - route: See ``Response/route``.
    init(after start: [UInt8] = [], route: String) {
        bytes = start
        self.route = route
    }

    /// The answer of `/echo`: the fields as they came, and the content.
    init(_ head: RequestHead) {
        self.init(after: head.fields.text, route: "/echo")
    }

    var footprint: Int { bytes.count }

    mutating func take(_ part: Span<UInt8>, isLast _: Bool) {
        bytes.append(addingCapacity: part.count) { output in
            for index in part.indices { output.append(part[index]) }
        }
    }

    mutating func take(_ piece: consuming Piece, isLast: Bool) {
        let part = piece.takeBytes()
        take(part.span.extracting(min(Piece.headroom, part.count)..<part.count), isLast: isLast)
    }

    mutating func answer() -> Response {
        Response(status: .ok, fields: Self.fields, body: bytes, route: route)
    }

    /// No browser may take for a page what a request has put there.
    private static let fields: ResponseFields = [
        .contentType: "text/plain; charset=utf-8", .cacheControl: "no-store",
        .xContentTypeOptions: "nosniff",
    ]
}
