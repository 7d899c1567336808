// SPDX-License-Identifier: Apache-2.0

import SeededRandom
import Testing

@testable import TensorJSON

@Suite("For any bytes, the reader")
struct FuzzTests {
    private let bodies = [
        #"{"predictions":[0.2,1.7,-3e-5],"targets":[0,1.5,-0.25],"delta":1.0,"reduction":"mean"}"#,
        #"{"predictions":[[0.5,0.25],[0.125,1]],"outputs":["loss","gradient"],"from_logits":true}"#,
        #"[[[1,2],[3,4]],[[5,6],[7,0.12345678901234567]]]"#,
        #" [ 1 , 2.5 , { "a" : null , "\u00e9\uD83D\uDE00" : "é😀\n" } , false ] "#,
        #"{"a":{"b":{"c":[[],[]]}},"regularization":[{"penalty":"l2","strength":1e-2}]}"#,
    ]

    @Test("reports an unexpected end for every proper prefix of a body")
    func truncated() throws {
        for body in bodies {
            let bytes = Array(body.utf8)
            let whole = bytes.count - (body.hasSuffix(" ") ? 1 : 0)
            for count in 0..<whole {
                let error = try #require(throws: JSONError.self) {
                    try skip(Array(bytes.prefix(count)))
                }
                #expect(error.code == "unexpected_end", "\(body.prefix(count))")
                #expect(error.position == count)
            }
            try skip(bytes)
        }
        let array = Array("[[0.5,-1e5],[12345678.25,0]]".utf8)
        for count in 0..<array.count {
            let error = try #require(throws: JSONError.self) {
                try numbers(Array(array.prefix(count)))
            }
            #expect(error.code == "unexpected_end")
            #expect(error.position == count)
        }
    }

    @Test("returns, with a position within the body and a sentence, and never traps")
    func mutated() {
        var random = SplitMix(state: 8)
        let alphabet =
            Array(#"[]{},:"\0123456789.eE+-tfnu NaI/'"#.utf8) + [0, 0x0A, 0x80, 0xC3, 0xFF]
        for round in 0..<6000 {
            var bytes = Array(bodies[round % bodies.count].utf8)
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                let byte = alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[place] = byte
                case 1: bytes.insert(byte, at: place)
                case 2 where bytes.count > 1: bytes.remove(at: place)
                default: bytes.swapAt(place, Int.random(in: 0..<bytes.count, using: &random))
                }
            }
            check(bytes) { try skip($0) }
            check(bytes) { _ = try numbers($0) }
            check(bytes) { try readFields($0) }
        }
    }

    @Test("accepts the same bodies whether it reads numbers or skips values")
    func agrees() {
        var random = SplitMix(state: 9)
        let alphabet = Array("[[]],,,01.5-e2 ".utf8)
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 1...9, using: &random)).map { _ in
                alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
            }
            let skipping = outcome { try skip(bytes) }
            let reading = outcome { _ = try numbers(bytes) }
            let text = String(decoding: bytes, as: UTF8.self)
            if let reading, reading.isMalformed {
                #expect(skipping?.reason == reading.reason, "\(text)")
                #expect(skipping?.position == reading.position, "\(text)")
            } else if reading == nil {
                #expect(skipping == nil, "\(text)")
            }
        }
    }

    private func outcome(_ read: () throws -> Void) -> JSONError? {
        do {
            try read()
            return nil
        } catch {
            return error as? JSONError
        }
    }

    private func check(_ bytes: [UInt8], _ read: ([UInt8]) throws -> Void) {
        guard let error = outcome({ try read(bytes) }) else { return }
        #expect(0...bytes.count ~= error.position)
        #expect(error.sentence.hasSuffix("."))
        #expect(error.pointer.isEmpty || error.pointer.hasPrefix("/"))
    }

    /// Reads a body like the service.
    private func readFields(_ bytes: [UInt8]) throws {
        var reader = JSONReader(bytes)
        try reader.beginObject()
        while let key = try reader.nextKey() {
            switch key {
            case "predictions", "targets": _ = try reader.readNumbers()
            case "delta": _ = try reader.readNumber()
            case "reduction": _ = try reader.readString()
            case "from_logits": _ = try reader.readBoolean()
            case "outputs":
                try reader.beginArray()
                while try reader.nextElement() { _ = try reader.readString() }
            default: try reader.skipValue()
            }
        }
        try reader.finish()
    }
}
