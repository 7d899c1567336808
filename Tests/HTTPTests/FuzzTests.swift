// SPDX-License-Identifier: Apache-2.0

import HTTP
import SeededRandom
import Testing

@Suite("Damaged requests") struct FuzzTests {
    private static let seeds = [
        request("GET", "/a/%41/../b?c=d", fields: ["Accept: a", "Connection: keep-alive"]),
        request("POST", fields: ["Content-Length: 5"], body: "abcde") + request(),
        request(
            "POST",
            fields: ["Transfer-Encoding: chunked"],
            body: "3;a=\"b\"\r\nabc\r\nA\r\n0123456789\r\n0\r\nT: u\r\n\r\n"
        ),
        request("OPTIONS", "*", fields: ["Expect: 100-continue", "Content-Length: 0"]),
        request("GET", "http://[::1]:80/", version: "HTTP/1.0"),
    ]

    /// Bytes that are significant in the grammars.
    private static let turns = Array("\r\n\0\t :;,=\"\\%/?*0159aAfFgx-+_[]\u{7F}é".utf8)

    private func damage(_ text: String, _ random: inout SplitMix) -> [UInt8] {
        var bytes = Array(text.utf8)
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let index = Int.random(in: 0..<bytes.count, using: &random)
            let byte = Self.turns.randomElement(using: &random) ?? 0
            switch Int.random(in: 0..<5, using: &random) {
            case 0: bytes[index] = byte
            case 1: bytes.insert(byte, at: index)
            case 2: bytes.remove(at: index)
            case 3: bytes[index] = UInt8.random(in: 0...255, using: &random)
            default: bytes.insert(contentsOf: bytes[index...].prefix(8), at: index)
            }
        }
        return bytes
    }

    @Test(
        "never crash the connection, and have the same effect however they are split",
        arguments: 0..<5
    )
    func survive(kind: Int) {
        var random = SplitMix(state: UInt64(kind))
        var limits = Limits()
        limits.bodyBytes = 1_000
        var refusals: Set<Refusal> = []
        for _ in 0..<1_000 {
            let bytes = damage(Self.seeds[kind], &random)
            let size = Int.random(in: 1...30, using: &random)
            let records = [Int.max, 1, size].map { size in
                let conversation = Conversation(limits: limits)
                conversation.receive(bytes, size: size)
                conversation.end()
                return conversation.record
            }
            #expect(
                records[0] == records[1],
                "\(String(decoding: bytes, as: UTF8.self).debugDescription)"
            )
            #expect(
                records[0] == records[2],
                "\(String(decoding: bytes, as: UTF8.self).debugDescription)"
            )
            #expect(records[0].closing != nil)
            refusals.formUnion(records[0].refusals)
        }
        // Without many kinds of damage the test would prove little.
        #expect(refusals.count >= 8)
    }
}
