// SPDX-License-Identifier: Apache-2.0

import SeededRandom
import TensorJSON
import Testing

@Suite("Texts of a known form")
struct ExpectedTextTests {
    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test("match with and without spaces after commas and colons, and nothing else")
    func expected() {
        let key = ExpectedText(#"","a_long_name":"#)
        for (text, length) in [
            (#"","a_long_name":1"#, 16), (#"", "a_long_name": 1"#, 18),
            (#"","a_long_name": 1"#, 17), (#"", "a_long_name":1"#, 0),
            (#"" ,"a_long_name":1"#, 0), (#"","a_long_nam""#, 0), ("", 0),
        ] {
            var position = 1
            let text = bytes("x" + text)
            #expect(text.span.skip(key, at: &position) == (length > 0), "\(text)")
            #expect(position == 1 + length)
        }
        var position = 0
        #expect(bytes("}").span.skip(UInt8(ascii: "}"), at: &position))
        #expect(!bytes("}").span.skip(UInt8(ascii: "}"), at: &position))
    }

    @Test("have integers without leading zeros")
    func decimals() {
        for (text, number, end) in [
            ("0", 0, 1), ("7\"", 7, 1), ("123456789012345678", 123_456_789_012_345_678, 18),
            ("00", nil, 2), ("01", nil, 2), ("", nil, 0), ("-1", nil, 0), ("x", nil, 0),
        ] as [(String, Int?, Int)] {
            var position = 0
            #expect(bytes(text).span.readDecimal(at: &position) == number, "\(text)")
            #expect(position == end, "\(text)")
        }
    }

    @Test("have hexadecimal digits of any number, and stop at any other byte")
    func hexadecimal() {
        var random = SplitMix(state: 9)
        for count in 0..<40 {
            let digits = (0..<count).map { _ in Int.random(in: 0..<16, using: &random) }
            let text = digits.map { String($0, radix: 16) }.joined()
            let padded = digits + [Int](repeating: 0, count: (8 - count % 8) % 8)
            let expected = stride(from: 0, to: padded.count, by: 8).map { start in
                padded[start..<(start + 8)].reduce(0) { 16 * $0 + UInt32($1) }
            }
            for next in UInt8.min...UInt8.max
            where !bytes("0123456789abcdef").contains(next) {
                var (position, read): (Int, [UInt32]) = (1, [5])
                let text = bytes("p" + text) + [next] + bytes("00000000")
                #expect(text.span.readHexadecimal(at: &position, appendingTo: &read) == count)
                #expect(position == 1 + count && read == [5] + expected, "\(next)")
            }
            var (position, read): (Int, [UInt32]) = (0, [])
            #expect(bytes(text).span.readHexadecimal(at: &position, appendingTo: &read) == count)
            #expect(read == expected)
        }
    }

    @Test("have strings, whose bytes are those that a JSON reader finds")
    func strings() throws {
        for text in [
            #""""#, #""plain, of ASCII""#, #""é\u00e9\n""#, #""\ud83d\ude00""#, #""\ud83d""#,
            #""open"#, "\"\u{1}\"", "1", "",
        ] {
            var (position, own): (Int, [UInt8]) = (0, [1])
            let isRead = bytes(text).span.readString(at: &position, appendingTo: &own)
            var reader = JSONReader(bytes(text))
            let expected = try? reader.readString()  // An error means that there is no string.
            #expect(isRead == (expected != nil), "\(text)")
            #expect(own == [1] + (expected.map { bytes($0) } ?? []))
            if isRead { #expect(position == text.utf8.count) }
        }
        var (position, own): (Int, [UInt8]) = (0, [])
        let invalid = bytes("\"") + [0xC3, 0x28] + bytes("\"")
        #expect(!invalid.span.readString(at: &position, appendingTo: &own))
    }

    @Test("have the first of a byte at any place")
    func positions() {
        for count in 0..<40 {
            var text = [UInt8](repeating: 9, count: count)
            #expect(text.span.position(of: 10, from: 0) == nil)
            for place in 0..<count {
                text[place] = 10
                for start in 0...place {
                    #expect(text.span.position(of: 10, from: start) == place)
                }
                if place + 1 < count { text[count - 1] = 10 }
                #expect(text.span.position(of: 10, from: 0) == place)
                text[place] = 9
                text[count - 1] = 9
            }
        }
    }
}
