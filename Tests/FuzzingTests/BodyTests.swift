// SPDX-License-Identifier: Apache-2.0

import FuzzSubjects
import SeededRandom
import Testing

@Suite("Damaged bodies") struct BodyTests {
    private static let bodies = [
        #"{"predictions":[0.2,1.7,-3e-5],"targets":[0,1.5,-0.25],"delta":1.0,"reduction":"mean"}"#,
        #"[[0.1,12345678.901],[1e-7,-9007199254740993],[2.2250738585072011e-308,1.8e308]]"#,
        #"{"weights":null,"outputs":["loss","\u00e9\ud83d\ude00é😀"],"from_logits":true,"x":[{}]}"#,
        #" [ [ 1 , -0 ] , [ 0.5E+3 , 123456789012345678901234567890 ] ] "#,
    ]

    @Test("in other formats are read or refused, however they are split")
    func formats() throws {
        let inputs = try StoredInput.corpus(of: "formats")
        #expect(!inputs.isEmpty)
        for (index, input) in inputs.enumerated() {
            var random = SplitMix(state: UInt64(index))
            for _ in 0..<100 {
                let damaged = Damage.applied(to: input.bytes, &random)
                #expect(throws: Never.self, "\(input.name): \(damaged)") {
                    try FormatsSubject.check(damaged)
                }
            }
        }
    }

    @Test("are read according to the grammar, however they are split", arguments: bodies)
    func damaged(body: String) throws {
        var random = SplitMix(state: UInt64(body.utf8.count))
        for _ in 0..<300 {
            let damaged = Damage.applied(to: Array(body.utf8), &random)
            let pieces = (0..<Int.random(in: 0...9, using: &random)).map { _ in
                Int.random(in: 0...12, using: &random)
            }
            #expect(throws: Never.self, "\(String(decoding: damaged, as: UTF8.self)) \(pieces)") {
                try JSONSubject.check(damaged, pieces: pieces)
            }
        }
    }
}
