// SPDX-License-Identifier: Apache-2.0

/// A request to send by libcurl.
struct Request: Sendable {
    enum Body: Sendable {
        /// Neither a body nor a Content-Length.
        case absent
        /// A body of known length.
        case bytes([UInt8])
        /// A body in chunks of at most `chunk` bytes.
        case chunked([UInt8], chunk: Int)
    }

    var method: String
    var path: String
    var fields: Fields
    var body: Body
    /// The content codings that libcurl requests and decodes; `nil` means none.
    var codings: String?

    init(_ method: String, _ path: String, fields: Fields = [:], body: Body = .absent) {
        self.method = method
        self.path = path
        self.fields = fields
        self.body = body
    }

    static func get(_ path: String, fields: Fields = [:]) -> Request {
        Request("GET", path, fields: fields)
    }

    /// A POST of JSON with its media type.
    static func post(_ path: String, _ json: some StringProtocol) -> Request {
        post(path, bytes: Array(json.utf8))
    }

    static func post(_ path: String, bytes: [UInt8]) -> Request {
        Request(
            "POST",
            path,
            fields: ["Content-Type": "application/json"],
            body: .bytes(bytes)
        )
    }
}
