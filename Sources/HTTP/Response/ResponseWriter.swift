// SPDX-License-Identifier: Apache-2.0

import HTTPTypes

/// Writes the head of a response (RFC 9112 sections 4 and 6).
enum ResponseWriter {
    /// The interim response that asks for the body (RFC 9110 section 15.2.1).
    static let continuation = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

    private static let length = Array("\r\nContent-Length: ".utf8)
    private static let chunked = Array("\r\nTransfer-Encoding: chunked".utf8)
    private static let close = Array("\r\nConnection: close".utf8)
    private static let keepAlive = Array("\r\nConnection: keep-alive".utf8)
    private static let end = Array("\r\n\r\n".utf8)

    /// The persistence of the connection after this response, as its Connection field states it.
    enum Persistence {
        case close
        /// Sent in HTTP/1.0 only; it is the default in HTTP/1.1.
        case keepAlive
        case implied
    }

    /// The way a client finds the end of the content (RFC 9112 section 6).
    enum Framing {
        case length(Int)
        case chunked
        /// By the end of the connection, or because a response with this status has no content.
        case implied
    }

    /// Appends the head of `response` to `bytes`.
    ///
    /// - Parameters:
    ///   - response: The response.
    ///   - common: Fields common to all responses to the request; `nil` if there are none.
    ///   - id: The ID of the request.
    ///   - date: The Date field.
    ///   - framing: The way the client finds the end of the content.
    ///   - persistence: The persistence of the connection to announce.
    ///   - bytes: The output.
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
        if let times = response.times {
            times.append(to: &bytes)
        } else {
            bytes.append(contentsOf: RequestID.label)
        }
        id.append(to: &bytes)
        switch persistence {
        case .close: bytes.append(contentsOf: close)
        case .keepAlive: bytes.append(contentsOf: keepAlive)
        case .implied: break
        }
        bytes.append(contentsOf: end)
    }

    /// Appends the beginning of a response that has no precomputed one.
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
        case .implied: break
        }
    }

    /// Returns whether a response with this status can have content, and so a length (RFC 9110
    /// section 8.6).
    static func allowsContent(_ status: HTTPResponse.Status) -> Bool {
        !(status.code < 200 || status.code == 204 || status.code == 304)
    }
}
