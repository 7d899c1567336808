// SPDX-License-Identifier: Apache-2.0

import Testing

/// The requirements of RFC 9112 and RFC 9110 that can be tested from outside.
///
/// The tables are sorted by subject. Cases with more than one request and response have a test of
/// their own.
@Suite("HTTP/1.1") struct ConformanceTests {
    static let tables = [
        hosts, targets, percentEncoding, lines, versions, characters, fields, chunks, wrongChunks,
        transferCodings, contentLengths, persistence, methods, expectations, media,
    ]

    @Test("follows the specification", arguments: tables.joined())
    func outcome(wireCase: WireCase) throws {
        try wireCase.expect(of: ServerProcess.shared)
    }

    /// A request line of `lineBytes` bytes including its line end, with a long target.
    static func target(filling lineBytes: Int) -> String {
        "/livez?" + String(repeating: "a", count: lineBytes - "GET /livez? HTTP/1.1\r\n".utf8.count)
    }

    @Test("RFC 9112 2.2: the server waits for the rest of a request, wherever it is split")
    func fragments() throws {
        let server = try ServerProcess.shared
        let request = Array(
            RequestText.post("Content-Length: 33", content: RequestText.lossBody).utf8
        )
        let cuts = 1..<request.count
        let connections = try cuts.map { cut in
            let connection = try server.connection()
            try connection.send(Array(request[..<cut]))
            return connection
        }
        // Once another client has its response, the first parts have been read.
        #expect(try server.client().send(.get("/livez")).status == 200)
        for (cut, connection) in zip(cuts, connections) {
            try connection.send(Array(request[cut...]))
            let response = try connection.readResponse()
            #expect(response.status == 200, "cut at \(cut): \(response.text)")
            connection.endSending()
            #expect(try connection.rest().isEmpty)
        }
    }
}
