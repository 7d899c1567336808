// SPDX-License-Identifier: Apache-2.0

import ContentCoding
import Foundation
import FuzzSubjects
import HTTP
import HTTPTypes
import LossAPI
import Testing

@Suite("Coded content")
struct CodingTests {
    private static func head(_ path: String, _ fields: HTTPFields) -> RequestHead {
        RequestHead(
            method: .post,
            target: .resource(path: path, query: nil),
            fields: RequestFields(fields)
        )
    }

    /// The answer to a question that is given as bytes, a few at a time.
    private static func ask(
        _ body: [UInt8],
        _ fields: HTTPFields,
        size: Int = .max,
        _ change: (inout ServiceOptions) -> Void = { _ in },
        limits: (inout Limits) -> Void = { _ in }
    ) -> Response {
        Client(change, limits: limits).responder
            .answer(head("/v1/losses/mse", fields), body, pieceSize: size)
    }

    private static func question(_ count: Int) -> [UInt8] {
        let numbers = (0..<count).map { "\(Double($0) / 7)" }.joined(separator: ",")
        let zeros = Array(repeating: "0", count: count).joined(separator: ",")
        return Array("{\"predictions\":[\(numbers)],\"targets\":[\(zeros)]}".utf8)
    }

    private static func code(_ bytes: [UInt8], _ coding: Coding) throws -> [UInt8] {
        try #require(Deflater(coding).encode(bytes, isLast: true))
    }

    @Test("asks the same and is answered the same", arguments: Coding.allCases, [1, 200, 20_000])
    func sameAnswer(_ coding: Coding, count: Int) throws {
        let question = Self.question(count)
        let plain = Self.ask(question, [:])
        let fields: HTTPFields = [
            .contentEncoding: coding.rawValue, .acceptEncoding: "\(coding.rawValue), identity;q=0",
        ]
        for size in [1_000, .max] {
            let answer = Self.ask(try Self.code(question, coding), fields, size: size)
            #expect(answer.status == .ok)
            #expect(answer.fields[.contentEncoding] == coding.rawValue)
            #expect(answer.fields[.vary] == "Accept-Encoding")
            #expect(try coding.decode(answer.body) == plain.body)
        }
    }

    @Test("is what an answer becomes where the client likes it and it is worth while")
    func worth() throws {
        func coding(_ count: Int, _ compression: ServiceOptions.Compression) throws -> String? {
            let answer = Self.ask(Self.question(count), [.acceptEncoding: "gzip"]) {
                $0.compression = compression
            }
            #expect(answer.status == .ok && answer.fields[.vary] == "Accept-Encoding")
            return answer.fields[.contentEncoding]
        }
        #expect(try coding(10, .short) == nil)
        #expect(try coding(1_000, .short) == "gzip")
        #expect(try coding(1_000, .none) == nil)
        #expect(try coding(20_000, .short) == nil)
        #expect(try coding(20_000, .all) == "gzip")
    }

    @Test("keeps work off the event loop that a few bytes can ask for")
    func intakeOptions() throws {
        func shortBytes(_ fields: HTTPFields) throws -> Int {
            guard
                case .accept(_, let intakeOptions) = Client().responder.receive(
                    Self.head("/v1/losses/mse", fields)
                )
            else { throw CancellationError() }
            return intakeOptions.inlineBytes
        }
        #expect(try shortBytes([:]) == .max)
        #expect(try shortBytes([.contentEncoding: "gzip"]) == 0)
        #expect(try shortBytes([.acceptEncoding: "gzip"]) == 4_096)
        #expect(try shortBytes([.acceptEncoding: "br"]) == .max)
    }

    @Test("of another coding is 415 and says which are read (RFC 9110 section 15.5.16)")
    func unsupported() throws {
        for coding in ["br", "zstd", "gzip, gzip", "gzip, br", "compress"] {
            let answer = Self.ask([], [.contentEncoding: coding])
            #expect(answer.status == .unsupportedMediaType)
            #expect(answer.fields[.acceptEncoding] == "gzip, deflate, identity")
        }
    }

    @Test("that cannot be decoded is 400, and 413 where it would be too long")
    func faults() throws {
        let fields: HTTPFields = [.contentEncoding: "gzip"]
        let question = try Self.code(Self.question(100), .gzip)
        for body in [
            Self.question(100), Array(question.dropLast(3)), [], question + question.prefix(9),
        ] {
            let answer = Self.ask(body, fields)
            #expect(answer.status == .badRequest && answer.problem == "malformed-content-coding")
        }
        let bomb = try Self.code([UInt8](repeating: 0x20, count: 600_000), .gzip)
        let answer = Self.ask(bomb, fields, limits: { $0.bodyBytes = 500_000 })
        #expect(answer.status == .contentTooLarge && answer.problem == "body-too-large")
    }

    @Test("is refused altogether by some, who get 406 (RFC 9110 section 12.5.3)")
    func impossible() throws {
        for accept in ["*;q=0", "identity;q=0", "identity;q=0, br"] {
            let answer = Self.ask(Self.question(1), [.acceptEncoding: accept])
            #expect(answer.status == .notAcceptable && answer.problem == "not-acceptable")
            let document = Client().send(.get, "/v1/losses", fields: [.acceptEncoding: accept])
            #expect(document.status == .notAcceptable)
        }
    }

    @Test("of documents has a validator of its own (RFC 9110 section 8.8.3.3)")
    func documents() throws {
        let client = Client()
        let plain = client.send(.get, "/openapi.json", fields: [:])
        let coded = client.send(.get, "/openapi.json", fields: [.acceptEncoding: "gzip"])
        #expect(coded.fields[.contentEncoding] == "gzip")
        let isSame = try Coding.gzip.decode(coded.body) == plain.body
        #expect(isSame)
        let tags = [try #require(plain.fields[.eTag]), try #require(coded.fields[.eTag])]
        #expect(tags[0] != tags[1])
        for (tag, accept) in [(tags[1], "gzip"), (tags[0], "identity")] {
            let fields: HTTPFields = [.ifNoneMatch: tag, .acceptEncoding: accept]
            let unchanged = client.send(.get, "/openapi.json", fields: fields)
            #expect(unchanged.status == .notModified && unchanged.body.isEmpty)
            #expect(unchanged.fields[.eTag] == tag)
            #expect(unchanged.fields[.vary] == "Accept-Encoding")
            #expect(unchanged.fields[.cacheControl] != nil)
        }
        let fields: HTTPFields = [.ifNoneMatch: tags[0], .acceptEncoding: "gzip"]
        #expect(client.send(.get, "/openapi.json", fields: fields).status == .ok)
    }

    @Test("of metrics is what Prometheus asks for")
    func metrics() throws {
        let coded = Client().send(.get, "/metrics", fields: [.acceptEncoding: "gzip"])
        let text = String(decoding: try Coding.gzip.decode(coded.body), as: UTF8.self)
        #expect(text.contains("# TYPE http_server_refusals_total counter"))
    }
}
