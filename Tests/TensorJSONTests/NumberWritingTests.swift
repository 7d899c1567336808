// SPDX-License-Identifier: Apache-2.0

import SeededRandom
import Testing

@testable import TensorJSON

@Suite("A double is written")
struct NumberWritingTests {
    @Test(
        "in fixed notation from 0.0001 to 2^53, and otherwise with an exponent",
        arguments: [
            (0, "0"), (-0.0, "-0.0"), (1, "1"), (-1, "-1"), (3, "3"), (10, "10"), (100, "100"),
            (0.5, "0.5"), (-0.25, "-0.25"), (0.1, "0.1"), (123.25, "123.25"), (1e5, "100000"),
            (0.001, "0.001"), (0.0001, "0.0001"), (0.00001, "1e-5"), (0.000012, "1.2e-5"),
            (1e15, "1000000000000000"), (1e16, "1e16"), (1e17, "1e17"),
            (12_345_678_901_234_568, "1.2345678901234568e16"),
            (123_456_789_012_345_680, "1.2345678901234568e17"), (1e22, "1e22"),
            (1.5e300, "1.5e300"),
            (1e-100, "1e-100"), (.leastNonzeroMagnitude, "5e-324"),
            (-.leastNonzeroMagnitude, "-5e-324"),
            (2.2250738585072014e-308, "2.2250738585072014e-308"),
            (-1.7976931348623157e308, "-1.7976931348623157e308"), (0.3, "0.3"),
            (0.1 + 0.2, "0.30000000000000004"), (1_234_567.8, "1234567.8"),
            (12_345_678.9, "12345678.9"),
            (1_234_567_890_123_456.8, "1234567890123456.8"),
            (9_007_199_254_740_992, "9007199254740992"),
            (9_007_199_254_740_994, "9.007199254740994e15"),
            (-9_007_199_254_740_994, "-9.007199254740994e15"),
            (4_503_599_627_370_495.5, "4503599627370495.5"),
            (1e23, "1e23"), (1e23.nextDown, "9.999999999999997e22"), (20, "20"),
            (2.5e-5, "2.5e-5"), (9_999_999_999_999_998, "9.999999999999998e15"),
        ] as [(Double, String)]
    )
    func layout(value: Double, text: String) {
        #expect(written { $0.number(value) } == text)
        #expect(written { $0.numbers([value], shape: [1]) } == "[\(text)]")
    }

    @Test("with the digits of the shortest and closest decimal, so that it reads back")
    func shortest() throws {
        var random = SplitMix(state: 4)
        var values = (0..<20_000).map { _ in random.anyDouble() }
        for exponent in -1074...1023 {
            let power = Double(sign: .plus, exponent: exponent, significand: 1)
            values += [power, power.nextUp, power.nextDown]
        }
        for exponent in -323...308 {
            let power = try #require(Double("1e\(exponent)"))
            values += [power, power.nextUp, power.nextDown, -3 * power]
        }
        values += (0..<2000).map { _ in Double(Int.random(in: -1 << 53...1 << 53, using: &random)) }
        values += (0..<2000).map { _ in Double(Int.random(in: -9999...9999, using: &random)) / 100 }
        values += (1...2000).map { Double(bitPattern: $0) }
        values = values.filter { $0.isFinite }
        let text = written { $0.numbers(values, shape: [values.count]) }
        for (value, text) in zip(values, text.dropFirst().dropLast().split(separator: ",")) {
            #expect(Double(text)?.bitPattern == value.bitPattern, "\(text)")
            // Swift's description is also the shortest decimal and, among those, the closest.
            #expect(significant(text.utf8) == significant(value.description.utf8), "\(text)")
            #expect(text.utf8.count <= NumberText.longest)
        }
        #expect(try numbers(text).values.map { $0.bitPattern } == values.map { $0.bitPattern })
    }

    @Test("in an array of integers as it is alone, and an integer up to 2^53 with all its digits")
    func amongIntegers() throws {
        let powers = (0...54).map { Double(1 << $0) } + (0...17).compactMap { Double("1e\($0)") }
        let values =
            powers.flatMap { [$0, $0 - 1, $0 + 1, $0 / 2, -$0] } + [-0.0, 0.1, 1e-9, 1e300]
        for value in values {
            let alone = written { $0.number(value) }
            if value.magnitude <= 0x1p53, value == value.rounded(), value.bitPattern != 1 << 63 {
                #expect(alone == String(Int(value)))
            }
            let text = written { $0.numbers([5000, value, 5000, -value, 5000], shape: [5]) }
            let negative = written { $0.number(-value) }
            #expect(text == "[5000,\(alone),5000,\(negative),5000]")
        }
    }

    @Test("with as few digits as possible: the nearest shorter decimals read differently")
    func nothingShorter() throws {
        var random = SplitMix(state: 5)
        for _ in 0..<2000 {
            let value = Double(bitPattern: random.next() >> 2).magnitude
            let parts = written { $0.number(value) }.split(separator: "e")
            // Only numbers in exponential notation with more than one digit.
            guard value < 1e-4, parts[0].utf8.count > 1 else { continue }
            let digits = significant(parts[0].utf8)
            let exponent = try #require(Int(parts[1]))
            let shorter = try #require(Int(String(decoding: digits.dropLast(), as: UTF8.self)))
            for candidate in [shorter, shorter + 1] {
                let text = "\(candidate)e\(exponent - digits.count + 2)"
                #expect(Double(text) != value, "\(text)")
            }
        }
    }
}

/// The digits of a number without its exponent, sign, point and the zeros at either end.
private func significant(_ text: some Sequence<UInt8>) -> [UInt8] {
    let digits = text.prefix { $0 != UInt8(ascii: "e") }.filter { $0.isDigit }
        .drop { $0 == ASCII.zero }
    return Array(digits.dropLast(digits.reversed().prefix { $0 == ASCII.zero }.count))
}
