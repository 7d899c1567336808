// SPDX-License-Identifier: Apache-2.0

import LossFacts
import LossFunctions
import SeededRandom
import Testing

@Suite("An exact number")
struct ExactNumberTests {
    @Test(
        "has one text, which reads back as the same number",
        arguments: [
            (0, "0"), (-0.0, "0"), (1, "1p0"), (-1.5, "-3p-1"), (10, "5p1"), (0x1p-1074, "1p-1074"),
            (0x1.fffffffffffffp1023, "1fffffffffffffp971"), (-0.1, "-ccccccccccccdp-55"),
        ]
    )
    func texts(value: Double, text: String) {
        #expect("\(ExactNumber(value))" == text)
        #expect(ExactNumber(text) == ExactNumber(value))
        #expect(ExactNumber(text)?.rounded == value)
    }

    @Test(
        "refuses any other text",
        arguments: [
            "", "-", "p", "p0", "1", "1p", "-0", "0p0", "2p0", "01p0", "1p00", "1p-0", "1p+1",
            "1P0", "Ap0",
            "1p0 ", " 1p0", "+1p0", "0x1p0", "1p0.5", "1p1e1", "--1p0", "1p--1", "1pp0", "1p-4297",
            "1p4200",
            "1p9223372036854775807", "1p-9223372036854775808", "1p9223372036854775808", "١p0",
            "1p١",
            String(repeating: "f", count: 1_051) + "p0",
            String(repeating: "f", count: 100_000) + "p0",
            "1p" + String(repeating: "1", count: 100_000),
        ]
    )
    func refusals(text: String) {
        #expect(ExactNumber(text) == nil)
    }

    @Test("reads or refuses 50,000 damaged and random texts, and never reads two as one number")
    func damage() {
        var random = SplitMix(state: 81)
        let letters = Array("0123456789abcdefp-".utf8)
        for _ in 0..<50_000 {
            var text = Array("\(anyNumber(&random))".utf8)
            for _ in 0..<Int.random(in: 0...2, using: &random) where !text.isEmpty {
                let place = Int.random(in: text.indices, using: &random)
                switch random.next() % 4 {
                case 0: text.remove(at: place)
                case 1: text[place] = UInt8.random(in: 0...255, using: &random)
                case 2: text[place] = letters.randomElement(using: &random) ?? 0
                default: text.insert(letters.randomElement(using: &random) ?? 0, at: place)
                }
            }
            let damaged = String(decoding: text, as: UTF8.self)
            if let number = ExactNumber(damaged) { #expect("\(number)" == damaged) }
        }
    }

    @Test("adds, subtracts and multiplies as integers do")
    func arithmetic() {
        var random = SplitMix(state: 82)
        for _ in 0..<20_000 {
            let one = Int(truncatingIfNeeded: random.next()) >> Int(1 + random.next() % 62)
            let other = Int(truncatingIfNeeded: random.next()) >> Int(1 + random.next() % 62)
            let (sum, difference) = (one + other, one - other)
            #expect(ExactNumber(one) + ExactNumber(other) == ExactNumber(sum))
            #expect(ExactNumber(one) - ExactNumber(other) == ExactNumber(difference))
            let (left, right) = (one >> 32, other >> 32)
            let product = left * right
            #expect(ExactNumber(left) * ExactNumber(right) == ExactNumber(product))
        }
    }

    @Test("obeys the laws of arithmetic at any size")
    func laws() {
        var random = SplitMix(state: 83)
        for _ in 0..<2_000 {
            let (a, b, c) = (anyNumber(&random), anyNumber(&random), anyNumber(&random))
            #expect(a + b == b + a)
            #expect((a + b) + c == a + (b + c))
            #expect(a * (b + c) == a * b + a * c)
            #expect((a - b) + b == a)
            if !b.isZero { #expect((a * b).divided(by: b) == a.rounded) }
        }
    }

    @Test("rounds quotients of doubles as the processor does")
    func quotients() {
        var random = SplitMix(state: 84)
        for round in 0..<50_000 {
            let (x, y) = (anyDouble(round, &random), anyDouble(round / 3, &random))
            guard y != 0 else { continue }
            #expect(ExactNumber(x).divided(by: ExactNumber(y)) == x / y)
        }
        #expect(ExactNumber(1).divided(by: ExactNumber(3)) == 1.0 / 3)
    }

    private func anyNumber(_ random: inout SplitMix) -> ExactNumber {
        var sum = ExactSum()
        for round in 0..<Int.random(in: 0...3, using: &random) {
            let factor = anyDouble(round, &random)
            sum.add(factor, times: anyDouble(round + 1, &random))
        }
        return sum.number ?? .zero
    }

    private func anyDouble(_ round: Int, _ random: inout SplitMix) -> Double {
        let isWide = round % 2 == 0
        return Double(
            sign: random.next() & 1 == 0 ? .plus : .minus,
            exponentBitPattern: UInt(isWide ? random.next() % 2_047 : 1_020 + random.next() % 8),
            significandBitPattern: random.next() & (random.next() & 1 == 0 ? ~0 : 0xF << 48)
        )
    }
}
