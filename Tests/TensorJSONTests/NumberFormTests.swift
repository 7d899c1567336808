// SPDX-License-Identifier: Apache-2.0

import SeededRandom
import Testing

@testable import TensorJSON

@Suite("A number in an array")
struct NumberFormTests {
    /// Random digits; before a decimal point, the first one must not be 0.
    private func digits(_ count: Int, startsWithZero: Bool, _ random: inout SplitMix) -> String {
        (0..<count).map { place in
            String(
                random.next() % (place == 0 && !startsWithZero ? 9 : 10)
                    + (place == 0 && !startsWithZero ? 1 : 0)
            )
        }.joined()
    }

    @Test("is read correctly among others of its form, with any white space between them")
    func sameForm() throws {
        var random = SplitMix(state: 19)
        for whole in 0...20 {
            for fraction in 0...22 {
                let texts = (0..<40).map { _ in
                    let sign = random.next() % 3 == 0 ? "-" : ""
                    let integer =
                        whole == 0 ? "0" : digits(whole, startsWithZero: false, &random)
                    let point = fraction == 0 ? "" : "."
                    return sign + integer + point
                        + digits(fraction, startsWithZero: true, &random)
                }
                for spaces in [0...0, 1...1, 5...5, 15...15, 0...17] {
                    let body = texts.map { text in
                        let count = Int(random.next() % UInt64(spaces.count))
                        return text + ","
                            + String(repeating: " ", count: spaces.lowerBound + count)
                    }.joined()
                    var reader = JSONReader(Array("[\(body)0]".utf8))
                    let values = try reader.readNumbers().values.dropLast()
                    let expected = texts.map { Double($0)?.bitPattern }
                    #expect(values.map { $0.bitPattern } == expected)
                }
            }
        }
    }

    @Test("is read correctly with its point anywhere and with any neighbours")
    func everyForm() throws {
        var random = SplitMix(state: 15)
        var texts: [String] = []
        for whole in 0...20 {
            for fraction in 0...22 {
                for exponent in ["", "e5", "E-07", "e+300", "e-320", "e0012"] {
                    let integer = whole == 0 ? "0" : digits(whole, startsWithZero: false, &random)
                    let decimals =
                        fraction == 0 ? "" : "." + digits(fraction, startsWithZero: true, &random)
                    let text = integer + decimals + exponent
                    guard try #require(Double(text)).isFinite else { continue }
                    texts += [text, "-" + text]
                }
            }
        }
        texts.shuffle(using: &random)
        let separators = [
            ",", ", ", ",\n", " ,", ",\r\n\t", ",\n" + String(repeating: " ", count: 20),
        ]
        for separator in separators + [nil] {
            var body = "["
            for (index, text) in texts.enumerated() {
                if index > 0 { body += separator ?? separators[index % separators.count] }
                body += text
            }
            var reader = JSONReader(Array((body + "]").utf8))
            let values = try reader.readNumbers().values
            #expect(values.count == texts.count)
            let wrong = zip(values, texts).first { $0.bitPattern != Double($1)?.bitPattern }
            #expect(wrong == nil)
        }
    }

    @Test(
        "is rejected if it is malformed, after numbers of any form",
        arguments: [
            "01", "00", "-01", "1.", "-1.", ".5", "-.5", "-", "--1", "+1", "1e", "1e+", "1.e5",
            "1..2",
            "1.2.3", "1e5.2", "0x1", "1_000", "12a", "1e400", "\u{1}1", "1\u{1}", "", "00.5",
            "01.5",
            "012345678901234567", "1234567890123456789.", "1,2,,3",
        ]
    )
    func malformed(text: String) {
        for before in ["7", "0.25", "0.1234567890123456", "12.3456789", "1e-7"] {
            for count in [0, 1, 3, 20, 130] {
                let body = String(repeating: before + ",", count: count) + text + ",1"
                #expect(throws: JSONError.self, "\(before) \(count)") {
                    var reader = JSONReader(Array("[\(body)]".utf8))
                    _ = try reader.readNumbers()
                }
            }
        }
    }
}
