// SPDX-License-Identifier: Apache-2.0

/// A response as parsed by a client.
struct ReceivedResponse {
    let status: Int
    let head: String
    let body: [UInt8]

    /// Parses the first response and its length in bytes; returns `nil` if it is incomplete.
    static func first(of bytes: [UInt8]) -> (ReceivedResponse, Int)? {
        let end = Array("\r\n\r\n".utf8)
        guard bytes.count >= 4,
            let start = (0...bytes.count - 4).first(where: { Array(bytes[$0..<$0 + 4]) == end })
        else { return nil }
        let head = String(decoding: bytes[..<start], as: UTF8.self)
        let lines = head.split(separator: "\r\n")
        let field = lines.first { $0.lowercased().hasPrefix("content-length:") }
        let length = field.flatMap { Int($0.split(separator: " ").last ?? "") } ?? 0
        guard bytes.count >= start + 4 + length else { return nil }
        let status = Int(head.split(separator: " ").dropFirst().first ?? "") ?? 0
        let body = Array(bytes[(start + 4)..<(start + 4 + length)])
        return (ReceivedResponse(status: status, head: head, body: body), start + 4 + length)
    }

    var text: String { String(decoding: body, as: UTF8.self) }
}
