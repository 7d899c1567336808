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

    /// The response to a body that arrives in pieces of `size` bytes.
    private static func send(
        _ body: [UInt8],
        _ fields: HTTPFields,
        size: Int = .max,
        _ change: (inout ServiceOptions) -> Void = { _ in },
        limits: (inout Limits) -> Void = { _ in }
    ) -> Response {
        Client(change, limits: limits).responder
            .response(to: head("/v1/losses/mse", fields), body, pieceSize: size)
    }

    private static func body(_ count: Int) -> [UInt8] {
        let numbers = (0..<count).map { "\(Double($0) / 7)" }.joined(separator: ",")
        let zeros = Array(repeating: "0", count: count).joined(separator: ",")
        return Array("{\"predictions\":[\(numbers)],\"targets\":[\(zeros)]}".utf8)
    }

    private static func encode(_ bytes: [UInt8], _ coding: Coding) throws -> [UInt8] {
        try #require(Deflater(coding).encode(bytes, isLast: true))
    }

    @Test("has the same result as plain content", arguments: Coding.allCases, [1, 200, 20_000])
    func sameResult(_ coding: Coding, count: Int) throws {
        let body = Self.body(count)
        let plain = Self.send(body, [:])
        let fields: HTTPFields = [
            .contentEncoding: coding.rawValue, .acceptEncoding: "\(coding.rawValue), identity;q=0",
        ]
        for size in [1_000, .max] {
            let response = Self.send(try Self.encode(body, coding), fields, size: size)
            #expect(response.status == .ok)
            #expect(response.fields[.contentEncoding] == coding.rawValue)
            #expect(response.fields[.vary] == "Accept, Accept-Encoding")
            #expect(try coding.decode(response.body) == plain.body)
        }
    }

    @Test("may be called x-gzip in any case (RFC 9110 section 8.4.1.3)")
    func oldName() throws {
        let body = Self.body(4)
        let encoded = try Self.encode(body, .gzip) + [0, 0]
        for name in ["x-gzip", "X-GZIP", "Gzip", "identity, x-gzip"] {
            let response = Self.send(encoded, [.contentEncoding: name])
            #expect(response.status == .ok && response.body == Self.send(body, [:]).body)
        }
    }

    @Test("is named in the refusal of a compressed body without Content-Encoding")
    func unannounced() throws {
        let response = Self.send(try Self.encode(Self.body(4), .gzip), [:])
        #expect(response.status == .badRequest)
        let detail = try #require(Client().json(response)["detail"] as? String)
        #expect(detail.hasSuffix("send Content-Encoding: gzip with it."), "\(detail)")
        let plain = Self.send([0x20, 0x1F, 0x8B], [:])
        #expect(try (Client().json(plain)["detail"] as? String)?.contains("gzip") == false)
    }

    @Test("is sent if the client accepts it and the length makes it worthwhile")
    func worth() throws {
        func coding(_ count: Int, _ compression: ServiceOptions.Compression) throws -> String? {
            let response = Self.send(Self.body(count), [.acceptEncoding: "gzip"]) {
                $0.compression = compression
            }
            #expect(response.status == .ok)
            #expect(response.fields[.vary] == "Accept, Accept-Encoding")
            return response.fields[.contentEncoding]
        }
        #expect(try coding(10, .short) == nil)
        #expect(try coding(1_000, .short) == "gzip")
        #expect(try coding(1_000, .none) == nil)
        #expect(try coding(20_000, .short) == nil)
        #expect(try coding(20_000, .all) == "gzip")
    }

    @Test("moves expensive work off the event loop")
    func terms() throws {
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

    @Test("in another coding gets 415 and the supported codings (RFC 9110 section 15.5.16)")
    func unsupported() throws {
        for coding in ["br", "zstd", "gzip, gzip", "gzip, br", "compress"] {
            let response = Self.send([], [.contentEncoding: coding])
            #expect(response.status == .unsupportedMediaType)
            #expect(response.fields[.acceptEncoding] == "gzip, deflate, identity")
        }
    }

    @Test("that cannot be decoded gets 400, and 413 if it is too long")
    func faults() throws {
        let fields: HTTPFields = [.contentEncoding: "gzip"]
        let encoded = try Self.encode(Self.body(100), .gzip)
        for body in [
            Self.body(100), Array(encoded.dropLast(3)), [], encoded + encoded.prefix(9),
        ] {
            let response = Self.send(body, fields)
            #expect(
                response.status == .badRequest && response.problem == "malformed-content-coding"
            )
        }
        let bomb = try Self.encode([UInt8](repeating: 0x20, count: 600_000), .gzip)
        let response = Self.send(bomb, fields, limits: { $0.bodyBytes = 500_000 })
        #expect(response.status == .contentTooLarge && response.problem == "body-too-large")
    }

    @Test("gets 406 if the client accepts no coding (RFC 9110 section 12.5.3)")
    func impossible() throws {
        for accept in ["*;q=0", "identity;q=0", "identity;q=0, br"] {
            let response = Self.send(Self.body(1), [.acceptEncoding: accept])
            #expect(response.status == .notAcceptable && response.problem == "not-acceptable")
            let document = Client().send(.get, "/v1/losses", fields: [.acceptEncoding: accept])
            #expect(document.status == .notAcceptable)
        }
    }

    @Test("of documents has its own entity tag (RFC 9110 section 8.8.3.3)")
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

    @Test("of metrics is gzip, as Prometheus requests")
    func metrics() throws {
        let coded = Client().send(.get, "/metrics", fields: [.acceptEncoding: "gzip"])
        let text = String(decoding: try Coding.gzip.decode(coded.body), as: UTF8.self)
        #expect(text.contains("# TYPE http_server_refusals_total counter"))
    }
}
