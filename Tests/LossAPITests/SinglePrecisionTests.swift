// SPDX-License-Identifier: Apache-2.0

import Formats
import HTTP
import HTTPTypes
import LossAPI
import SeededRandom
import TensorJSON
import Testing

/// Requests whose numbers arrive in single precision, which keep it until they are used.
@Suite("Numbers in single precision")
struct SinglePrecisionTests {
    private let client = TensorClient()

    /// Numbers that are floats, some of them missing if there is a `gap` between two that are.
    private static func numbers(_ count: Int, _ seed: UInt64, gap: Int? = nil) -> [Double] {
        var random = SplitMix(state: seed)
        return (0..<count).map { index in
            if let gap, index % gap == gap - 1 { return .nan }
            return Double(Float.random(in: 0.1...0.9, using: &random))
        }
    }

    private static func tensors(_ count: Int, gap: Int? = nil) -> [NamedTensor] {
        ["predictions", "targets"].enumerated().map { place, name in
            let values = numbers(count, UInt64(place + 1), gap: gap.map { $0 + place })
            return NamedTensor(
                name: name,
                shape: [count],
                values: values,
                hasNaN: values.contains { $0.isNaN }
            )
        }
    }

    /// The tensors of the result, the bits of each number, in whichever precision.
    private func bits(
        _ body: [UInt8],
        _ path: String,
        _ query: String,
        by size: Int = .max
    ) throws -> [String: [UInt64]] {
        let response = client.send(body, path, query: query, pieceSize: size)
        return try client.read(response).tensors.mapValues { $0.values.map { $0.bitPattern } }
    }

    @Test(
        "have the result of the same numbers in double precision",
        arguments: [
            ("huber", "outputs=loss,gradient,hessian,elements,statistics"),
            ("squared_error", "outputs=gradient&reduction=none&missing=skip"),
            ("binary_cross_entropy", "outputs=loss,gradient"),
            ("poisson_nll", "outputs=loss,gradient,link&log_input=true"),
            ("categorical_cross_entropy", "outputs=loss,gradient"),
            ("kl_divergence", "outputs=elements&missing=skip"),
        ]
    )
    func inputs(loss: String, query: String) {
        for count in [1, 7, 8, 512, 513, 1_100, 40_001] {
            for gap in query.contains("skip") ? [nil, 9] : [nil] {
                let given = Self.tensors(count, gap: gap)
                let path = "/v1/losses/\(loss)"
                let responses = [Precision.single, .double].map { precision in
                    let body = safetensors(given, [], precision)
                    return client.send(body, path, query: query, pieceSize: 70_000)
                }
                #expect(responses[0].status == responses[1].status)
                #expect(responses[0].body == responses[1].body, "\(loss) of \(count)")
            }
        }
    }

    @Test(
        "are rounded once as they are computed",
        arguments: ["", "&reduction=sum", "&missing=skip"]
    )
    func derivatives(query: String) throws {
        for count in [1, 8, 700, 40_001] {
            for precision in Precision.allCases {
                let given = Self.tensors(count, gap: query.contains("skip") ? 9 : nil)
                let body = safetensors(given, [], precision)
                let outputs = "outputs=loss,gradient,hessian,elements\(query)"
                let exact = try bits(body, "/v1/losses/pseudo_huber", outputs)
                let rounded = try bits(body, "/v1/losses/pseudo_huber", outputs + "&dtype=f32")
                #expect(exact.keys == rounded.keys)
                for (name, numbers) in exact {
                    let expected = numbers.map {
                        Double(Float(Double(bitPattern: $0))).bitPattern
                    }
                    #expect(rounded[name] == expected, "\(name) of \(count)")
                }
            }
        }
    }

    @Test("may be weights, a mask and an option, too")
    func otherFields() throws {
        let given =
            Self.tensors(3) + [
                tensor("weights", [0.5, 1.5, 2]), tensor("mask", [1, 0, 1]),
                NamedTensor(name: "delta", shape: [], values: [0.25]),
            ]
        let path = "/v1/losses/huber"
        let single = client.send(safetensors(given, [], .single), path, query: "outputs=gradient")
        let double = client.send(safetensors(given), path, query: "outputs=gradient")
        #expect(single.status == .ok && single.body == double.body)
    }

    @Test("state the number that is too large, and the place of one outside the domain")
    func refused() {
        let given = [tensor("predictions", [1, -3e38]), tensor("targets", [1, 3e38])]
        let large = client.send(
            safetensors(given, [], .single),
            "/v1/losses/squared_error",
            query: "outputs=gradient&reduction=sum&dtype=f32"
        )
        let number = 4 * Double(Float(-3e38))
        var writer = JSONWriter()
        writer.number(number)
        let text = String(decoding: writer.finish(), as: UTF8.self)
        let detail = String(decoding: large.body, as: UTF8.self)
        #expect(large.status == .unprocessableContent)
        #expect(detail.contains("gradient[1] is \(text), which is too large"))
        let outside = [tensor("predictions", [0.5, 1.5]), tensor("targets", [0, 1])]
        let refused = [Precision.single, .double].map {
            client.send(safetensors(outside, [], $0), "/v1/losses/binary_cross_entropy").body
        }
        #expect(refused[0] == refused[1] && !refused[0].isEmpty)
    }
}
