// SPDX-License-Identifier: Apache-2.0

import SeededRandom

/// What can happen to a text on its way, or be done to it.
enum Damage {
    /// Bytes on which grammars turn.
    private static let turns = Array("\r\n\0\t :;,=\"\\%/?*{}[]-+.eE0159\u{7F}é".utf8)

    /// A text with one to four damages.
    static func inflicted(on text: [UInt8], _ random: inout SplitMix) -> [UInt8] {
        var text = text
        for _ in 0..<Int.random(in: 1...4, using: &random) where !text.isEmpty {
            inflict(on: &text, &random)
        }
        return text
    }

    private static func inflict(on text: inout [UInt8], _ random: inout SplitMix) {
        let place = Int.random(in: 0..<text.count, using: &random)
        let other = Int.random(in: 0..<text.count, using: &random)
        let length = Int.random(in: 1...20, using: &random)
        let end = min(place + length, text.count)
        let turn = turns.randomElement(using: &random) ?? 0
        switch Int.random(in: 0..<8, using: &random) {
        case 0: text[place] ^= 1 << UInt8(length % 8)
        case 1: text[place] = turn
        case 2: text.insert(turn, at: place)
        case 3: text.insert(contentsOf: "\r\n".utf8, at: place)
        case 4: text.removeSubrange(place..<end)
        case 5: text.insert(contentsOf: text[place..<end], at: other)
        case 6: text.swapAt(place, other)
        default: text.removeLast(text.count - place)
        }
    }
}
