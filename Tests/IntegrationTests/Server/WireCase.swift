// SPDX-License-Identifier: Apache-2.0

import Testing

/// Bytes that a client sends, with the expected outcome.
struct WireCase: Sendable, CustomTestStringConvertible {
    enum Outcome: Sendable {
        /// A response with this status, then the response to the next request.
        case kept(Int)
        /// A response with this status, then the end of the connection without further responses.
        case closed(Int)
    }

    let section: String
    let claim: String
    let request: [UInt8]
    let outcome: Outcome
    /// The fields that the response must have.
    let fields: [String]
    /// The content of the response; `nil` means any.
    let content: String?

    var testDescription: String { "RFC \(section): \(claim)" }

    init(
        _ section: String,
        _ claim: String,
        _ request: String,
        _ outcome: Outcome,
        fields: [String] = [],
        content: String? = nil
    ) {
        self.init(
            section,
            claim,
            bytes: Array(request.utf8),
            outcome,
            fields: fields,
            content: content
        )
    }

    init(
        _ section: String,
        _ claim: String,
        bytes: [UInt8],
        _ outcome: Outcome,
        fields: [String] = [],
        content: String? = nil
    ) {
        self.section = section
        self.claim = claim
        request = bytes
        self.outcome = outcome
        self.fields = fields
        self.content = content
    }

    /// Sends the bytes on a new connection and expects the outcome.
    func expect(of server: ServerProcess) throws {
        let connection = try server.connection()
        // In one piece, so that bytes after a refused request arrive before the refusal.
        try connection.send(request + Array(RequestText.get().utf8))
        let response = try connection.readResponse(toHead: request.starts(with: "HEAD ".utf8))
        for name in fields { #expect(response.fields[name] != nil, "\(name)") }
        if let content { #expect(response.text == content) }
        switch outcome {
        case .kept(let status):
            #expect(response.status == status, "\(response.text)")
            #expect(response.fields["Connection"] == nil)
            let next = try connection.readResponse()
            #expect(next.status == 200, "\(next.text)")
            #expect(next.text == #"{"status":"ok"}"#)
        case .closed(let status):
            #expect(response.status == status, "\(response.text)")
            // Without it, the connection would not end.
            try #require(response.fields["Connection"] == "close")
            #expect(try connection.rest().isEmpty)
            #expect(!connection.wasReset)
        }
    }
}
