// SPDX-License-Identifier: Apache-2.0

/// Requests as bytes on the wire.
enum RequestText {
    /// The body of a valid request, in 33 bytes.
    static let lossBody = #"{"predictions":[1],"targets":[0]}"#

    /// A request without content, with these lines after its Host.
    static func get(_ lines: String..., target: String = "/livez") -> String {
        head("GET \(target) HTTP/1.1", ["Host: test"] + lines)
    }

    /// A request with these lines after its Host, followed by `content`.
    static func post(
        _ lines: String...,
        content: String = "",
        target: String = "/v1/losses/mse"
    ) -> String {
        head("POST \(target) HTTP/1.1", ["Host: test"] + lines) + content
    }

    /// A request whose content is `chunks`, framing and all.
    static func chunked(
        _ chunks: String,
        coding: String = "chunked",
        target: String = "/v1/losses/mse"
    ) -> String {
        post("Transfer-Encoding: \(coding)", content: chunks, target: target)
    }

    /// A request line and field lines, and the empty line after them.
    static func head(_ requestLine: String, _ lines: [String]) -> String {
        ([requestLine] + lines).map { $0 + "\r\n" }.joined() + "\r\n"
    }
}
