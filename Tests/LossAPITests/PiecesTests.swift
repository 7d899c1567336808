// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes
import LossAPI
import Testing

@Suite("A request in pieces")
struct PiecesTests {
    private let responder = Client().responder

    /// Long enough for its first members to be parsed before the last one arrives.
    private static let numbers = (0..<3_000).map { "\(Double($0) / 7)" }.joined(separator: ", ")

    /// Members of every kind in several orders, and requests with every kind of error.
    private static let requests: [(path: String, body: String)] = [
        ("huber", #"{"predictions": [\#(numbers)], "targets": [\#(numbers)], "delta": 10}"#),
        (
            "huber",
            #"{"delta":0.5,"targets":[\#(numbers)],"weights":null,"predictions":[\#(numbers)]}"#
        ),
        (
            "mse",
            #"{"predictions":[\#(numbers)],"regularization":[{"penalty":"l2","strength":0.5,"#
                + #""parameters":[\#(numbers)]}],"targets":[\#(numbers)],"outputs":["loss","elements"]}"#
        ),
        (
            "mse",
            #"{"predictions":[[\#(numbers)],[\#(numbers)]],"targets":[[\#(numbers)],[\#(numbers)]]} "#
        ),
        ("mse", #"{"predictions":[\#(numbers)],"targets":[\#(numbers), "x"]}"#),
        ("mse", #"{"predictions":[\#(numbers)],"targets":[\#(numbers)],"reduction":"median"}"#),
        ("mse", #"{"predictions":[\#(numbers)],"targets":[\#(numbers)],"delta":1}"#),
        ("mse", #"{"predictions":[\#(numbers)],"predictions":[\#(numbers)]}"#),
        ("mse", #"{"predictions":[\#(numbers)],"targets":[\#(numbers)]} x"#),
        ("mse", #"{"predictions":[\#(numbers)],"targets":[\#(numbers)"#),
        ("mse", #"{"predictions":null,"targets":[\#(numbers)]}"#),
        ("mse", #"{"predictions":[\#(numbers)],"weights":"\#(numbers)"}"#),
        ("mse", #"[\#(numbers)]"#),
        ("mse", #"{"predictions":[\#(numbers)],"targets":[1]}"#),
    ]

    /// The intake of a request to a loss.
    private func intake(_ path: String) throws -> any Intake {
        let target = RequestTarget.resource(path: "/v1/losses/" + path, query: nil)
        let reception = responder.receive(RequestHead(method: .post, target: target))
        guard case .accept(let intake, _) = reception else { throw NotAccepted() }
        return intake
    }

    private struct NotAccepted: Error {}

    /// The response to a body that arrives in pieces of `size` bytes.
    private func response(_ path: String, _ body: String, size: Int) throws -> Response {
        var intake = try intake(path)
        let bytes = Array(body.utf8)
        for start in stride(from: 0, to: bytes.count, by: size) {
            let end = min(start + size, bytes.count)
            _ = intake.receive(Array(bytes[start..<end]).span, isLast: false)
        }
        var response = intake.makeResponse()
        guard var rest = response.source else { return response }
        while !rest.isAtEnd { response.body += rest.next() }
        return response
    }

    @Test("has the same response as in one piece", arguments: requests.indices)
    func sameResponse(index: Int) throws {
        let request = Self.requests[index]
        let whole = try response(request.path, request.body, size: .max)
        for size in [1_000, 16_384, 17_001, 40_000, 65_537] {
            let inPieces = try response(request.path, request.body, size: size)
            #expect(inPieces.status == whole.status, "in pieces of \(size)")
            #expect(inPieces.body == whole.body, "in pieces of \(size)")
        }
        #expect((whole.status == .ok) == (index < 4))
    }

    @Test("releases its memory as soon as it is invalid")
    func fault() throws {
        var intake = try intake("mse")
        _ = intake.receive(Array(#"{"predictions":[\#(Self.numbers),]"#.utf8).span, isLast: false)
        for _ in 0..<100 {
            _ = intake.receive([UInt8](repeating: 0x20, count: 100_000).span, isLast: false)
        }
        #expect(intake.footprint < 100_000)
        #expect(intake.makeResponse().status == .badRequest)
    }

    @Test("has a long response in slices")
    func slices() throws {
        let numbers = (0..<40_000).map { "\($0)" }.joined(separator: ",")
        let body = #"{"predictions":[\#(numbers)],"targets":[\#(numbers)],"reduction":"sum"}"#
        var intake = try intake("mse")
        _ = intake.receive(Array(body.utf8).span, isLast: true)
        let response = intake.makeResponse()
        var text = response.body
        var rest = try #require(response.source)
        var slices = 1
        while !rest.isAtEnd {
            text += rest.next()
            slices += 1
        }
        let zeros = [String](repeating: "0", count: 40_000).joined(separator: ",")
        let expected = #"{"loss":0,"gradient":[\#(zeros)],"normalizer":1}"#
        #expect(String(decoding: text, as: UTF8.self) == expected)
        #expect(slices == 3 && rest.footprint == 0)
    }

    @Test(
        "has the same response when slices are split off",
        arguments: ["[200000]", "[40,5000]", "[100000,2]"]
    )
    func splitSlices(shape: String) throws {
        let count = 200_000
        let columns = shape == "[200000]" ? count : shape == "[40,5000]" ? 5_000 : 2
        let rows = stride(from: 0, to: count, by: columns).map { row in
            "[" + (row..<row + columns).map { "\($0)" }.joined(separator: ",") + "]"
        }
        let numbers = columns == count ? rows[0] : "[\(rows.joined(separator: ","))]"
        let body =
            #"{"predictions":\#(numbers),"targets":\#(numbers),"reduction":"none","#
            + #""outputs":["loss","gradient","hessian"]}"#
        let whole = try response("mse", body, size: .max)
        var intake = try intake("mse")
        _ = intake.receive(Array(body.utf8).span, isLast: true)
        let response = intake.makeResponse()
        var text = response.body
        var rest = try #require(response.source)
        var splitCount = 0
        while !rest.isAtEnd {
            // All numbers are kept until the last is written, and up to four slices of text.
            #expect(rest.footprint == 3 * 8 * count + 4 * 25 * 16_384)
            if var part = rest.split() {
                text += part.next()
                #expect(part.isAtEnd)
                splitCount += 1
            } else {
                text += rest.next()
            }
        }
        #expect(text == whole.body)
        // 12.2 slices per array, of which the first and the last are not split off.
        #expect(splitCount == 3 * 11)
        #expect(rest.footprint == 0)
    }
}
