// SPDX-License-Identifier: Apache-2.0

import SeededRandom

/// Random damage to a text, as by a faulty network or a hostile client.
enum Damage {
    /// Bytes that are significant in the grammars.
    private static let significantBytes = Array("\r\n\0\t :;,=\"\\%/?*{}[]-+.eE0159\u{7F}é".utf8)

    /// Returns a text with one to four random changes.
    static func applied(to text: [UInt8], _ random: inout SplitMix) -> [UInt8] {
        var text = text
        for _ in 0..<Int.random(in: 1...4, using: &random) where !text.isEmpty {
            apply(to: &text, &random)
        }
        return text
    }

    private static func apply(to text: inout [UInt8], _ random: inout SplitMix) {
        let position = Int.random(in: 0..<text.count, using: &random)
        let other = Int.random(in: 0..<text.count, using: &random)
        let length = Int.random(in: 1...20, using: &random)
        let end = min(position + length, text.count)
        let byte = significantBytes.randomElement(using: &random) ?? 0
        switch Int.random(in: 0..<8, using: &random) {
        case 0: text[position] ^= 1 << UInt8(length % 8)
        case 1: text[position] = byte
        case 2: text.insert(byte, at: position)
        case 3: text.insert(contentsOf: "\r\n".utf8, at: position)
        case 4: text.removeSubrange(position..<end)
        case 5: text.insert(contentsOf: text[position..<end], at: other)
        case 6: text.swapAt(position, other)
        default: text.removeLast(text.count - position)
        }
    }
}
