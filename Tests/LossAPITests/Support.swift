// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTP
import HTTPTypes
import LossAPI
import Testing
import Yams

/// The top of the repository.
let repository = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

func text(_ path: String) throws -> String {
    try String(contentsOf: repository.appending(path: path), encoding: .utf8)
}

/// The service without sockets: what a client would get, the connection's own fields aside.
struct Client {
    let responder = LossResponder()

    func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ body: String = "",
        fields: HTTPFields = [.contentType: "application/json"]
    ) -> Response {
        let segments = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        let head = RequestHead(
            method: method,
            target: .resource(
                segments: path == "/" ? [] : segments.map(String.init),
                query: nil
            ),
            fields: fields
        )
        return responder.decide(head)
            ?? responder.respond(to: Request(head: head, body: Array(body.utf8)))
    }

    /// The members of a JSON answer.
    func json(_ response: Response) throws -> [String: Any] {
        try #require(
            JSONSerialization.jsonObject(with: Data(response.body)) as? [String: Any]
        )
    }
}

/// What a YAML document holds, as JSON would give it.
func yaml(_ text: String) throws -> [String: Any] {
    try #require(Yams.load(yaml: text) as? [String: Any])
}
