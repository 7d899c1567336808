// SPDX-License-Identifier: Apache-2.0

import Testing

/// RFC 9112 and RFC 9110 as far as they can be held against a server from outside.
///
/// The tables are sorted by what a case is about. What needs more than one request and one answer
/// is a test of its own.
@Suite("HTTP/1.1") struct ConformanceTests {
    static let tables = [
        hosts, targets, percentEncoding, lines, versions, characters, fields, chunks, wrongChunks,
        transferCodings, contentLengths, persistence, methods, expectations, media,
    ]

    @Test("does what the specification says", arguments: tables.joined())
    func outcome(wireCase: WireCase) throws {
        try wireCase.expect(of: ServerProcess.shared)
    }

    /// A request line of so many bytes with its line end, most of them target.
    static func target(filling lineBytes: Int) -> String {
        "/livez?" + String(repeating: "a", count: lineBytes - "GET /livez? HTTP/1.1\r\n".utf8.count)
    }

    @Test("RFC 9112 2.2: a request is waited for, wherever it is cut")
    func fragments() throws {
        let server = try ServerProcess.shared
        let request = Array(
            RequestText.post("Content-Length: 33", content: RequestText.question).utf8
        )
        let cuts = 1..<request.count
        let connections = try cuts.map { cut in
            let connection = try server.connection()
            try connection.send(Array(request[..<cut]))
            return connection
        }
        // By the time that another client has been answered, the first parts have been read.
        #expect(try server.client().ask(.get("/livez")).status == 200)
        for (cut, connection) in zip(cuts, connections) {
            try connection.send(Array(request[cut...]))
            let answer = try connection.answer()
            #expect(answer.status == 200, "cut at \(cut): \(answer.text)")
            connection.endSending()
            #expect(try connection.rest().isEmpty)
        }
    }
}
