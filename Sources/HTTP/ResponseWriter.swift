// SPDX-License-Identifier: Apache-2.0

import HTTPTypes

/// Writes the head of an answer (RFC 9112 sections 4 and 6).
enum ResponseWriter {
    /// The answer that asks for the body (RFC 9110 section 15.2.1).
    static let continuation = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

    /// What the Connection field says about the time after this answer.
    enum Persistence {
        case close
        /// Said to HTTP/1.0 only: for HTTP/1.1 it goes without saying.
        case keepAlive
        case unsaid
    }

    /// Appends the head of `response` to `bytes`.
    static func write(
        _ response: Response,
        date: String,
        persistence: Persistence,
        to bytes: inout [UInt8]
    ) {
        let status = response.status
        if status == .ok {
            bytes.append(contentsOf: "HTTP/1.1 200 OK\r\nDate: ".utf8)
        } else {
            bytes.append(contentsOf: "HTTP/1.1 ".utf8)
            append(status.code, to: &bytes)
            bytes.append(.space)
            bytes.append(contentsOf: status.reasonPhrase.utf8)
            bytes.append(contentsOf: "\r\nDate: ".utf8)
        }
        bytes.append(contentsOf: date.utf8)
        if allowsContent(status) {
            bytes.append(contentsOf: "\r\nContent-Length: ".utf8)
            append(response.body.count, to: &bytes)
        }
        for field in response.fields where !isOwn(field.name) {
            bytes.append(contentsOf: "\r\n".utf8)
            bytes.append(contentsOf: field.name.rawName.utf8)
            bytes.append(contentsOf: ": ".utf8)
            bytes.append(contentsOf: field.value.utf8)
        }
        switch persistence {
        case .close: bytes.append(contentsOf: "\r\nConnection: close".utf8)
        case .keepAlive: bytes.append(contentsOf: "\r\nConnection: keep-alive".utf8)
        case .unsaid: break
        }
        bytes.append(contentsOf: "\r\n\r\n".utf8)
    }

    /// Whether an answer of this status can have content; where it cannot, it has no length either
    /// (RFC 9110 section 8.6).
    static func allowsContent(_ status: HTTPResponse.Status) -> Bool {
        !(status.kind == .informational || status == .noContent || status == .notModified)
    }

    /// Whether the connection writes this field itself.
    private static func isOwn(_ name: HTTPField.Name) -> Bool {
        switch name.canonicalName {
        case "date", "content-length", "connection", "transfer-encoding", "keep-alive": true
        default: false
        }
    }

    private static func append(_ number: Int, to bytes: inout [UInt8]) {
        if number >= 10 { append(number / 10, to: &bytes) }
        bytes.append(UInt8(ascii: "0") + UInt8(number % 10))
    }
}
