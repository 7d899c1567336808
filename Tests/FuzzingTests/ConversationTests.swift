// SPDX-License-Identifier: Apache-2.0

import FuzzSubjects
import SeededRandom
import Testing

@Suite("Several requests in one conversation") struct ConversationTests {
    @Test("are answered one by one", arguments: zip(Conversations.all, Conversations.statuses))
    func answered(text: String, statuses: [Int]) throws {
        #expect(try HTTPSubject.statuses(Array(text.utf8)) == statuses)
    }

    @Test(
        "are answered as in one piece, wherever they are split in two",
        arguments: Conversations.all
    )
    func twoPieces(text: String) throws {
        let bytes = Array(text.utf8)
        for place in 1..<bytes.count {
            #expect(throws: Never.self, "\(place) of \(text.debugDescription)") {
                try HTTPSubject.check(bytes, [.arrive(place)])
            }
        }
    }

    @Test("are answered as in one piece where each byte comes alone", arguments: Conversations.all)
    func singleBytes(text: String) throws {
        let bytes = Array(text.utf8)
        let steps = [Step](repeating: .arrive(1), count: bytes.count)
        for setting in [Setting.usual, .tight, .long] {
            try HTTPSubject.check(bytes, steps, setting: setting)
            // And the network takes each byte alone, while the workers take their time.
            let slow = steps.flatMap { [.take(3), $0, .hold, .take(5), .giveBack] }
            try HTTPSubject.check(bytes, slow, setting: setting)
        }
    }

    @Test("break no promise where they are damaged, whatever else happens", arguments: 0..<8)
    func damaged(index: Int) throws {
        var random = SplitMix(state: UInt64(index))
        let text = Array(Conversations.all[index].utf8)
        for round in 0..<250 {
            let damaged = Damage.inflicted(on: text, &random)
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
