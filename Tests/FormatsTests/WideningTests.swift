// SPDX-License-Identifier: Apache-2.0

import Formats
import Testing

/// The value of a number with an exponent and a fraction of some bits, by its definition (IEEE 754-2019,
/// section 3.4).
private func value(_ bits: UInt16, exponentBits: Int) -> Double {
    let fractionBits = 15 - exponentBits
    let exponent = Int(bits >> fractionBits) & (1 << exponentBits - 1)
    let fraction = Double(Int(bits) & (1 << fractionBits - 1)) / Double(1 << fractionBits)
    let sign: Double = bits >> 15 == 1 ? -1 : 1
    let bias = 1 << (exponentBits - 1) - 1
    if exponent == 0 {
        return sign * fraction * Double(sign: .plus, exponent: 1 - bias, significand: 1)
    }
    return sign * (1 + fraction) * Double(sign: .plus, exponent: exponent - bias, significand: 1)
}

@Suite("Numbers are widened exactly") struct WideningTests {
    private func read(_ type: String, _ bytes: [UInt8], count: Int) throws -> NamedTensor {
        let header =
            #"{"x":{"dtype":"\#(type)","shape":[\#(count)],"data_offsets":[0,\#(bytes.count)]}}"#
        var reader = SafeTensorsReader()
        return try #require(try reader.readAll(safetensors(header, bytes), by: 1_001)["x"])
    }

    @Test("all 65,536 patterns of 16 bits", arguments: [("F16", 5), ("BF16", 8)])
    func halves(type: String, exponentBits: Int) throws {
        let largest = UInt16(1 << exponentBits - 1) << (15 - exponentBits)
        let isInfinite = { (bits: UInt16) in bits & 0x7FFF == largest }
        let patterns = (0...UInt16.max).filter { !isInfinite($0) }
        #expect(patterns.count == 65_534)
        let tensor = try read(type, littleEndian(patterns), count: patterns.count)
        for (bits, number) in zip(patterns, tensor.values) {
            if bits & largest == largest {
                #expect(number.isNaN)
            } else {
                let expected = value(bits, exponentBits: exponentBits)
                #expect(number == expected && number.sign == expected.sign, "\(bits)")
            }
        }
        #expect(tensor.hasNaN)
        for bits in [largest, largest | 0x8000] {
            let error = #expect(throws: FormatError.self) {
                try read(type, littleEndian([0, bits]), count: 2)
            }
            #expect(error?.reason == .infinite(isNegative: bits > largest))
            #expect(error?.element?.offset == 1 && error?.element?.index == [1])
        }
    }

    @Test("doubles and floats, subnormal ones and zeros of either sign")
    func floats() throws {
        let doubles = [
            0, -0.0, 1.5, -.pi, .leastNonzeroMagnitude, .greatestFiniteMagnitude, -0x1p-1060,
        ]
        let wide = try read("F64", littleEndian(doubles.map { $0.bitPattern }), count: 7)
        #expect(wide.values.map { $0.bitPattern } == doubles.map { $0.bitPattern })
        #expect(!wide.hasNaN)
        let floats: [Float] = [
            0, -0.0, 1.5, -.pi, .leastNonzeroMagnitude, .greatestFiniteMagnitude, -0x1p-140,
        ]
        let narrow = try read("F32", littleEndian(floats.map { $0.bitPattern }), count: 7)
        #expect(narrow.values.map { $0.bitPattern } == floats.map { Double($0).bitPattern })
    }

    @Test("integers up to the ends of their ranges")
    func integers() throws {
        #expect(try read("I8", [0x80, 0x7F, 0xFF], count: 3).values == [-128, 127, -1])
        #expect(try read("U8", [0x80, 0xFF], count: 2).values == [128, 255])
        let shorts = littleEndian([Int16.min, .max])
        #expect(try read("I16", shorts, count: 2).values == [-32_768, 32_767])
        #expect(try read("U16", shorts, count: 2).values == [32_768, 32_767])
        let words = littleEndian([Int32.min, .max])
        #expect(try read("I32", words, count: 2).values == [-2_147_483_648, 2_147_483_647])
        #expect(try read("U32", words, count: 2).values == [2_147_483_648, 2_147_483_647])
        let exact: [Int64] = [-1 << 53, 1 << 53, -1]
        #expect(try read("I64", littleEndian(exact), count: 3).values == [-0x1p53, 0x1p53, -1])
        #expect(try read("U64", littleEndian([1 << 53]), count: 1).values == [0x1p53])
        #expect(try read("BOOL", [0, 1], count: 2).values == [0, 1])
    }

    @Test(
        "but not integers beyond 2^53, and no other booleans",
        arguments: [
            ("I64", littleEndian([1, 1 << 53 + 1] as [Int64]), "9007199254740993"),
            ("I64", littleEndian([1, -1 << 53 - 1] as [Int64]), "-9007199254740993"),
            ("I64", littleEndian([1, Int64.min]), "-9223372036854775808"),
            ("U64", littleEndian([1, 1 << 53 + 1] as [UInt64]), "9007199254740993"),
            ("U64", littleEndian([1, UInt64.max]), "18446744073709551615"),
            ("BOOL", [1, 2], "2"),
        ]
    )
    func refused(type: String, bytes: [UInt8], value: String) throws {
        let error = #expect(throws: FormatError.self) { try read(type, bytes, count: 2) }
        #expect(
            error?.sentence.hasPrefix("x[1] is \(value), but ") == true,
            "\(error?.sentence ?? "")"
        )
    }
}
