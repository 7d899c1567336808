// SPDX-License-Identifier: Apache-2.0

import SeededRandom
import Testing

@testable import TensorJSON

@Suite("A number is read as the nearest double")
struct NumberReadingTests {
    @Test(
        "in any form",
        arguments: [
            ("0", 0), ("7", 7), ("0.00000000000000", 0), ("0.000000000000000001", 1e-18),
            ("-7", -7), ("10", 10), ("1234567", 1_234_567),
            ("12345678", 12_345_678), ("123456789012345678901234567890", 1.2345678901234568e29),
            ("0.5", 0.5), ("-0.25", -0.25), ("12.75", 12.75), ("1234567.125", 1_234_567.125),
            ("12345678.5", 12_345_678.5), ("1e3", 1000), ("1E+3", 1000), ("25e-2", 0.25),
            ("1.5e300", 1.5e300), ("1e-400", 0), ("0e999999999999999999999", 0),
            ("1e-99999999999999999999", 0), ("0.000000000000000000000000000001", 1e-30),
            ("1234567.1234567890123456789", 1_234_567.123456789),
            ("9007199254740993", 9_007_199_254_740_992),
            ("9.9999999999999999999999", 10), ("0.99999999999999999999", 1),
            ("3.1415926535897932384626433832795028841971", 3.141592653589793),
            ("0.00000000000000000000000000000000000000000000012345e50", 12_345),
        ] as [(String, Double)]
    )
    func form(text: String, value: Double) throws {
        #expect(try numbers(text).values == [value])
        // Alone, the number ends with the body; in an array, other bytes follow.
        #expect(try numbers("[\(text), \(text)\n,\(text)]").values == [value, value, value])
        #expect(try numbers("[\(text)]" + String(repeating: " ", count: 80)).values == [value])
    }

    @Test(
        "with the sign of a zero",
        arguments: ["-0", "-0.0", "-0e5", "-0.000e-5", "-1e-400", "-0.00000000000000"]
    )
    func negativeZero(text: String) throws {
        let value = try #require(try numbers(text).values.first)
        #expect(value == 0)
        #expect(value.sign == .minus)
    }

    @Test("at midpoints between two doubles (ties to even) and just beside them")
    func midpoints() throws {
        var random = SplitMix(state: 1)
        let hard: [Double] = [
            0, .leastNonzeroMagnitude, 0x1p-1060, .leastNormalMagnitude.nextDown,
            .leastNormalMagnitude,
            1e-300, 0.1, 1,
            1.5, 4_503_599_627_370_496, 9_007_199_254_740_992, 9_007_199_254_740_994, 1e22, 1e23,
            1e300, Double.greatestFiniteMagnitude.nextDown,
        ]
        for below in hard + (0..<20).map({ _ in random.anyDouble().magnitude.nextDown }) {
            let above = below.nextUp
            let half = ExactDecimal(halfAbove: below)
            let even = below.bitPattern % 2 == 0 ? below : above
            #expect(try numbers(half.text).values == [even])
            #expect(try numbers(half.textBelow).values == [below])
            #expect(try numbers(half.textAbove).values == [above])
        }
    }

    @Test("at midpoints in binades from the smallest to the largest, to the 800th digit")
    func midpointsInBinades() throws {
        var random = SplitMix(state: 6)
        let subnormal = stride(from: 0, to: 52, by: 5).map { UInt64(1) << $0 }
        let normal = stride(from: 1, through: 2046, by: 97).map { UInt64($0) << 52 }
        for first in subnormal + normal {
            let length = first < 1 << 52 ? first : 1 << 52
            for bits in [first - 1, first, first + random.next() % length] {
                let below = Double(bitPattern: bits)
                let half = ExactDecimal(halfAbove: below)
                let even = bits % 2 == 0 ? below : below.nextUp
                #expect(try numbers(half.text).values == [even])
                let above = padded(half.text, with: "0", to: 800) + "1"
                #expect(try numbers(above).values == [below.nextUp])
                #expect(try numbers(padded(half.textBelow, with: "9", to: 800)).values == [below])
            }
        }
    }

    @Test("for powers of ten far beyond both ends of the range")
    func powersOfTen() throws {
        for exponent in -400...308 {
            for text in ["1", "9.99", "0.99999999999999994", "1.00000000000000000001"] {
                let text = "\(text)e\(exponent)"
                let value = try #require(Double(text))
                guard value.isFinite else { continue }
                #expect(try numbers("[\(text),-\(text)]").values == [value, -value], "\(text)")
            }
        }
        for exponent in 309...400 {
            #expect(try numbersError("1e\(exponent)").code == "number_out_of_range")
        }
    }

    @Test("up to the largest double, and rejected from half a step above it")
    func overflow() throws {
        let greatest = Double.greatestFiniteMagnitude
        let half = ExactDecimal(halfAbove: greatest)
        #expect(try numbers(half.textBelow).values == [greatest])
        #expect(try numbersError(half.text).code == "number_out_of_range")
        #expect(try numbers("1.7976931348623158e308").values == [greatest])
        #expect(try numbersError("1.7976931348623159e308").code == "number_out_of_range")
    }

    @Test("at powers of two and ten and their neighbours")
    func powers() throws {
        var values: [Double] = []
        for exponent in -1074...1023 {
            values.append(Double(sign: .plus, exponent: exponent, significand: 1))
        }
        for exponent in -323...308 { values.append(try #require(Double("1e\(exponent)"))) }
        values += values.map { $0.nextUp } + values.map { $0.nextDown }
        let texts = values.map { $0.description }
        #expect(try numbers("[\(texts.joined(separator: ","))]").values == values)
    }

    @Test("for random bits, written with 1 to 20 digits")
    func random() throws {
        var random = SplitMix(state: 2)
        for _ in 0..<20 {
            var texts: [String] = []
            for _ in 0..<1000 {
                // A prefix of a double's decimal digits, or all of them and more random ones.
                let description = random.anyDouble().description.split(separator: "e")
                let exponent = description.count > 1 ? "e" + description[1] : ""
                let count = Int.random(in: 1...20, using: &random)
                var digits = String(description[0].prefix(count + 2))
                if digits.hasSuffix(".") { digits += "0" }
                if digits.contains(".") {
                    while digits.count < count + 2 {
                        digits += String(Int.random(in: 0...9, using: &random))
                    }
                }
                if digits != "-" { texts.append(digits + exponent) }
            }
            let expected = try texts.map { try #require(Double($0)) }
            let read = try numbers("[\(texts.joined(separator: ","))]").values
            #expect(read.map { $0.bitPattern } == expected.map { $0.bitPattern })
        }
    }

    @Test("for random digits before and after the point, with any exponent")
    func digits() throws {
        var random = SplitMix(state: 3)
        for _ in 0..<4000 {
            func digits(_ count: Int) -> String {
                (0..<count).map { _ in String(Int.random(in: 0...9, using: &random)) }.joined()
            }
            let whole = String(Int(digits(Int.random(in: 1...12, using: &random))) ?? 0)
            let fraction = "." + digits(Int.random(in: 1...26, using: &random))
            let exponent = "e\(Int.random(in: -330...290, using: &random))"
            for text in [whole, whole + fraction, whole + exponent, whole + fraction + exponent] {
                let expected = try #require(Double(text))
                #expect(try numbers(text).values == [expected], "\(text)")
                #expect(try numbers("[\(text),-\(text)]").values == [expected, -expected])
            }
        }
    }
}

/// Appends a repeated digit to a number, after a decimal point, up to a length.
private func padded(_ text: String, with digit: Character, to count: Int) -> String {
    let text = text.contains(".") ? text : text + "."
    return text + String(repeating: digit, count: max(count - text.utf8.count, 1))
}
