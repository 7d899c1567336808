// SPDX-License-Identifier: Apache-2.0

import Formats
import HTTP
import HTTPTypes
import LossAPI
import Testing

@Suite("A request in NumPy's formats")
struct ArrayFormatTests {
    private let client = TensorClient()
    private static let npy = "application/x-npy"
    private static let npz = "application/x-npz"
    private static let pair = [tensor("predictions", [0.2, 1.7]), tensor("targets", [0, 5])]

    private static func npy(_ tensors: [NamedTensor]) -> [UInt8] {
        var encoded = EncodedTensors.npy(tensors, metadata: [], .double)
        return encoded.next(.max)
    }

    private static func npz(_ tensors: [NamedTensor]) throws -> [UInt8] {
        var encoded = try #require(EncodedTensors.npz(tensors, metadata: [], .double))
        return encoded.next(.max)
    }

    @Test("has the tensors of the same request in safetensors", arguments: [1, 100, .max])
    func sameResult(pieceSize: Int) throws {
        let query = "delta=0.5&outputs=loss,gradient,hessian,elements"
        let exact = try client.read(client.send(safetensors(Self.pair), query: query)).tensors
        let archive = client.send(
            try Self.npz(Self.pair),
            query: query,
            type: Self.npz,
            pieceSize: pieceSize
        )
        #expect(archive.fields[.contentType] == Self.npz)
        var tensors = try client.contents(of: NPZReader(limit: 10_000), archive.body).tensors
        #expect(tensors.removeValue(forKey: "normalizer")?.values == [2])
        #expect(tensors == exact)
        let arrays = client.send(
            Self.npy(Self.pair),
            query: query,
            type: Self.npy,
            pieceSize: pieceSize
        )
        #expect(arrays.fields[.contentType] == Self.npy)
        let names = ["loss", "gradient", "hessian", "elements", "normalizer"]
        var others = try client.contents(of: NPYReader(names: names), arrays.body).tensors
        #expect(others.removeValue(forKey: "normalizer")?.values == [2])
        #expect(others == exact)
    }

    @Test("has arrays in the order of the signature, then weights and mask")
    func order() throws {
        let tensors = Self.pair + [tensor("weights", [1, 2]), tensor("mask", [1, 0])]
        let arrays = client.send(Self.npy(tensors), type: Self.npy, accept: "application/json")
        let archive = client.send(try Self.npz(tensors), type: Self.npz, accept: "application/json")
        #expect(arrays.status == .ok && arrays.body == archive.body)
        let more = client.send(Self.npy(tensors + Self.pair), type: Self.npy)
        #expect(more.problem == "malformed-tensors")
        let detail = try client.client.json(more)["detail"] as? String
        #expect(
            detail?.contains("predictions, targets, weights, mask, lengths, in this order") == true
        )
    }

    @Test("may have options in an archive, and be named by the query")
    func archive() throws {
        let body = try Self.npz(Self.pair + [tensor("delta", [0.5], shape: [])])
        let plain = client.send(body, type: Self.npz)
        #expect(plain.status == .ok)
        #expect(client.send(body, type: "application/zip").body == plain.body)
        let named = client.send(body, query: "format=npz", type: "application/octet-stream")
        #expect(named.body == plain.body)
        #expect(client.send(body, type: Self.npz, accept: "application/zip").body == plain.body)
    }

    @Test("is inflated by a worker, to as many bytes as a body may have")
    func limits() throws {
        let target = RequestTarget.resource(path: "/v1/losses/mse", query: nil)
        func reception(_ type: String) -> Reception {
            let fields = RequestFields([.contentType: type])
            let head = RequestHead(method: .post, target: target, fields: fields)
            return Client(limits: { $0.bodyBytes = 200 }).responder.receive(head)
        }
        guard case .accept(_, let options) = reception(Self.npz),
            case .accept(_, let others) = reception(Self.npy)
        else {
            Issue.record("the request was not accepted")
            return
        }
        #expect(options.inlineBytes == 0 && others.inlineBytes == .max)
        let small = Client(limits: { $0.bodyBytes = 200 })
        let head = RequestHead(
            method: .post,
            target: target,
            fields: RequestFields([.contentType: Self.npz])
        )
        let response = small.responder.response(to: head, try Self.npz(Self.pair))
        #expect(response.status == .contentTooLarge && response.problem == "body-too-large")
        let detail = try small.json(response)["detail"] as? String
        #expect(detail == "The members of the archive have 288 bytes, but may have at most 200.")
    }

    @Test("is refused with the array and what would be accepted")
    func refused() throws {
        let objects = Self.npy(Self.pair).map { $0 }
        let text = String(decoding: objects.prefix(128), as: UTF8.self)
        #expect(text.contains("'<f8'"))
        var body = objects
        for index in body.indices where body[index...].starts(with: Array("'<f8'".utf8)) {
            body.replaceSubrange(index..<index + 5, with: Array("'|O' ".utf8))
            break
        }
        let problem = try client.client.json(client.send(body, type: Self.npy))
        #expect(problem["type"] as? String == "/problems/unsupported-datatype")
        #expect(problem["pointer"] as? String == "/predictions")
        #expect(problem["reason"] as? String == "unsupported_type")
        #expect((problem["allowed"] as? [String])?.contains("<f8") == true)
        let missing = NamedTensor(name: "predictions", shape: [2], values: [1, .nan], hasNaN: true)
        for (body, type) in [
            (Self.npy([missing, Self.pair[1]]), Self.npy),
            (try Self.npz([missing, Self.pair[1]]), Self.npz),
        ] {
            let refused = try client.client.json(client.send(body, type: type))
            #expect(refused["pointer"] as? String == "/predictions/1")
            #expect(client.send(body, query: "missing=skip", type: type).status == .ok)
        }
        let unknown = try Self.npz([tensor("bogus", [1])])
        #expect(client.send(unknown, type: Self.npz).problem == "unknown-field")
        let none = client.send([], type: Self.npz)
        #expect(none.problem == "malformed-tensors")
    }
}
