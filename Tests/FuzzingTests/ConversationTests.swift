// SPDX-License-Identifier: Apache-2.0

import FuzzSubjects
import SeededRandom
import Testing

@Suite("Several requests on one connection") struct ConversationTests {
    @Test("get one response each", arguments: zip(Conversations.all, Conversations.statuses))
    func statuses(text: String, statuses: [Int]) throws {
        #expect(try HTTPSubject.statuses(Array(text.utf8)) == statuses)
    }

    @Test(
        "get the same responses if they are split in two at any position",
        arguments: Conversations.all
    )
    func twoPieces(text: String) throws {
        let bytes = Array(text.utf8)
        for position in 1..<bytes.count {
            #expect(throws: Never.self, "\(position) of \(text.debugDescription)") {
                try HTTPSubject.check(bytes, [.arrive(position)])
            }
        }
    }

    @Test("get the same responses if they arrive byte by byte", arguments: Conversations.all)
    func singleBytes(text: String) throws {
        let bytes = Array(text.utf8)
        let steps = [Step](repeating: .arrive(1), count: bytes.count)
        for setting in [Setting.usual, .tight, .long] {
            try HTTPSubject.check(bytes, steps, setting: setting)
            // In addition, the network accepts only a few bytes at a time, and the workers are slow.
            let slow = steps.flatMap { [.accept(3), $0, .hold, .accept(5), .deliver] }
            try HTTPSubject.check(bytes, slow, setting: setting)
        }
    }

    @Test(
        "violate no invariant if they are damaged, whatever else happens",
        arguments: Conversations.all.indices
    )
    func damaged(index: Int) throws {
        var random = SplitMix(state: UInt64(index))
        let text = Array(Conversations.all[index].utf8)
        for round in 0..<250 {
            let damaged = Damage.applied(to: text, &random)
            let steps = (0..<Int.random(in: 0...12, using: &random)).map { _ in
                Step(UInt8.random(in: .min ... .max, using: &random))
            }
            let setting = [Setting.usual, .usual, .tight, .long][round % 4]
            #expect(throws: Never.self, "\(String(decoding: damaged, as: UTF8.self)) \(steps)") {
                try HTTPSubject.check(damaged, steps, setting: setting)
            }
        }
    }
}
