// SPDX-License-Identifier: Apache-2.0

/// A request as a client states it.
struct Question: Sendable {
    enum Body: Sendable {
        /// Neither a body nor a Content-Length.
        case absent
        /// A body of known length.
        case bytes([UInt8])
        /// A body in chunks of up to so many bytes.
        case chunked([UInt8], chunk: Int)
    }

    var method: String
    var path: String
    var fields: Fields
    var body: Body
    /// The codings that libcurl asks for and takes off; nil: none, and none is taken off.
    var codings: String?

    init(_ method: String, _ path: String, fields: Fields = [:], body: Body = .absent) {
        self.method = method
        self.path = path
        self.fields = fields
        self.body = body
    }

    static func get(_ path: String, fields: Fields = [:]) -> Question {
        Question("GET", path, fields: fields)
    }

    /// A question in JSON, said to be JSON.
    static func post(_ path: String, _ json: some StringProtocol) -> Question {
        post(path, bytes: Array(json.utf8))
    }

    static func post(_ path: String, bytes: [UInt8]) -> Question {
        Question(
            "POST",
            path,
            fields: ["Content-Type": "application/json"],
            body: .bytes(bytes)
        )
    }
}
