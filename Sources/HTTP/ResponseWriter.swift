// SPDX-License-Identifier: Apache-2.0

import HTTPTypes

/// Writes the head of an answer (RFC 9112 sections 4 and 6).
enum ResponseWriter {
    /// The answer that asks for the body (RFC 9110 section 15.2.1).
    static let continuation = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

    private static let length = Array("\r\nContent-Length: ".utf8)
    private static let chunked = Array("\r\nTransfer-Encoding: chunked".utf8)
    private static let close = Array("\r\nConnection: close".utf8)
    private static let keepAlive = Array("\r\nConnection: keep-alive".utf8)
    private static let requestID = Array("\r\nX-Request-Id: ".utf8)
    private static let end = Array("\r\n\r\n".utf8)

    /// What the Connection field says about the time after this answer.
    enum Persistence {
        case close
        /// Said to HTTP/1.0 only: for HTTP/1.1 it goes without saying.
        case keepAlive
        case unsaid
    }

    /// How a client finds the end of the content (RFC 9112 section 6).
    enum Framing {
        case length(Int)
        case chunked
        /// By the end of the connection, or because there is no content.
        case unsaid
    }

    /// Appends the head of `response` to `bytes`.
    ///
    /// - Parameters:
    ///   - response: The answer.
    ///   - common: Fields that every answer to the request has; nil: none.
    ///   - id: What names the request.
    ///   - date: The Date field.
    ///   - framing: How the client finds the end.
    ///   - persistence: What is said of the time after.
    ///   - bytes: Where the head goes.
    static func write(
        _ response: Response,
        common: ResponseFields?,
        id: RequestID,
        date: DateField,
        framing: Framing,
        persistence: Persistence,
        to bytes: inout [UInt8]
    ) {
        if response.status.code == 200, case .length(let count) = framing {
            bytes.append(contentsOf: date.success)
            bytes.append(decimal: count)
        } else {
            append(response.status, date, framing, to: &bytes)
        }
        bytes.append(contentsOf: response.fields.lines)
        if let common { bytes.append(contentsOf: common.lines) }
        response.times?.append(to: &bytes)
        bytes.append(contentsOf: requestID)
        id.append(to: &bytes)
        switch persistence {
        case .close: bytes.append(contentsOf: close)
        case .keepAlive: bytes.append(contentsOf: keepAlive)
        case .unsaid: break
        }
        bytes.append(contentsOf: end)
    }

    /// Appends how an answer begins that is not like nearly all.
    private static func append(
        _ status: HTTPResponse.Status,
        _ date: DateField,
        _ framing: Framing,
        to bytes: inout [UInt8]
    ) {
        bytes.append(contentsOf: "HTTP/1.1 \(status.code) \(status.reasonPhrase)".utf8)
        bytes.append(contentsOf: date.line)
        switch framing {
        case .length(let count):
            bytes.append(contentsOf: length)
            bytes.append(decimal: count)
        case .chunked: bytes.append(contentsOf: chunked)
        case .unsaid: break
        }
    }

    /// Whether an answer of this status can have content; where it cannot, it has no length either
    /// (RFC 9110 section 8.6).
    static func allowsContent(_ status: HTTPResponse.Status) -> Bool {
        !(status.code < 200 || status.code == 204 || status.code == 304)
    }
}
