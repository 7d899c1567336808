// SPDX-License-Identifier: Apache-2.0

import Testing

/// Bytes that a client sends, and what must become of them.
struct WireCase: Sendable, CustomTestStringConvertible {
    enum Outcome: Sendable {
        /// An answer of this status, and then an answer to the next request.
        case kept(Int)
        /// An answer of this status, and then the end; what was sent behind it is not answered.
        case closed(Int)
    }

    let section: String
    let claim: String
    let request: [UInt8]
    let outcome: Outcome
    /// Fields that the answer must have.
    let fields: [String]
    /// The content that the answer must have, nil where it does not matter.
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

    /// Sends the bytes on a connection of their own, and expects the outcome.
    func expect(of server: ServerProcess) throws {
        let connection = try server.connection()
        // In one piece: what stands behind a refused request is there before the refusal.
        try connection.send(request + Array(RequestText.get().utf8))
        let answer = try connection.answer(toHead: request.starts(with: "HEAD ".utf8))
        for name in fields { #expect(answer.fields[name] != nil, "\(name)") }
        if let content { #expect(answer.text == content) }
        switch outcome {
        case .kept(let status):
            #expect(answer.status == status, "\(answer.text)")
            #expect(answer.fields["Connection"] == nil)
            let next = try connection.answer()
            #expect(next.status == 200, "\(next.text)")
            #expect(next.text == #"{"status":"ok"}"#)
        case .closed(let status):
            #expect(answer.status == status, "\(answer.text)")
            // Without it, there would be no end to wait for.
            try #require(answer.fields["Connection"] == "close")
            #expect(try connection.rest().isEmpty)
            #expect(!connection.wasReset)
        }
    }
}
