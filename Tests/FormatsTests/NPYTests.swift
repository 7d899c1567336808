// SPDX-License-Identifier: Apache-2.0

import Formats
import Testing

/// An array in NumPy's format.
func npy(_ header: String, _ data: [UInt8] = [], version: UInt8 = 1) -> [UInt8] {
    let length = header.utf8.count
    let width = version == 1 ? 2 : 4
    return [0x93] + Array("NUMPY".utf8) + [version, 0] + littleEndian(UInt64(length)).prefix(width)
        + Array(header.utf8) + data
}

@Suite("Arrays in NumPy's format") struct NPYTests {
    private static func header(
        _ descr: String = "'<f8'",
        _ shape: String = "(2,)",
        order: String = "False"
    ) -> String {
        "{'descr': \(descr), 'fortran_order': \(order), 'shape': \(shape), }          \n"
    }

    private static let two = littleEndian([1.5, -2].map { $0.bitPattern })

    private func read(
        _ body: [UInt8],
        by size: Int = .max,
        names: [String] = ["x", "y"]
    ) throws
        -> Contents
    {
        var reader = NPYReader(names: names)
        return try reader.readAll(body, by: size)
    }

    @Test("follow each other, in parts of any size", arguments: [1, 3, 64, .max])
    func sequence(size: Int) throws {
        for version in [1, 2, 3] as [UInt8] {
            let body =
                npy(Self.header(), Self.two, version: version)
                + npy(Self.header("\"|b1\"", "()"), [1], version: version)
            let contents = try read(body, by: size)
            #expect(contents["x"] == NamedTensor(name: "x", shape: [2], values: [1.5, -2]))
            #expect(contents["y"] == NamedTensor(name: "y", shape: [], values: [1]))
        }
        #expect(try read(npy(Self.header("'<f4'", "(0, 3)"))).tensors.map { $0.shape } == [[0, 3]])
    }

    @Test("have numbers of every type in either order of bytes")
    func types() throws {
        for (descr, bytes) in [
            ("<f8", [0, 0, 0, 0, 0, 0, 0, 0xC0]), (">f8", [0xC0, 0, 0, 0, 0, 0, 0, 0]),
            ("<f4", [0, 0, 0, 0xC0]), (">f4", [0xC0, 0, 0, 0]), ("<f2", [0, 0xC0]),
            (">f2", [0xC0, 0]), ("|i1", [0xFE]), ("<i1", [0xFE]), ("<i2", [0xFE, 0xFF]),
            (">i2", [0xFF, 0xFE]), ("<i4", [0xFE, 0xFF, 0xFF, 0xFF]),
            (">i4", [0xFF, 0xFF, 0xFF, 0xFE]), ("<i8", [0xFE] + Array(repeating: 0xFF, count: 7)),
            (">i8", Array(repeating: 0xFF, count: 7) + [0xFE]),
        ] as [(String, [UInt8])] {
            #expect(try read(npy(Self.header("'\(descr)'", "()"), bytes))["x"]?.values == [-2])
        }
        for (descr, bytes) in [
            ("|u1", [2]), (">u2", [0, 2]), ("<u2", [2, 0]), (">u4", [0, 0, 0, 2]),
            ("<u4", [2, 0, 0, 0]), ("<u8", [2, 0, 0, 0, 0, 0, 0, 0]),
            (">u8", [0, 0, 0, 0, 0, 0, 0, 2]),
        ] as [(String, [UInt8])] {
            #expect(try read(npy(Self.header("'\(descr)'", "()"), bytes))["x"]?.values == [2])
        }
    }

    @Test("may have the first index vary fastest")
    func fortran() throws {
        let bytes = (0..<24).map { UInt8($0) }
        let body = npy(Self.header("'|u1'", "(2, 3, 4)", order: "True"), bytes)
        let values = try #require(try read(body)["x"]?.values)
        for (offset, value) in values.enumerated() {
            let (i, j, k) = (offset / 12, offset / 4 % 3, offset % 4)
            #expect(value == Double(i + 2 * j + 6 * k))
        }
        var wrong = [UInt8](repeating: 0, count: 6)
        wrong[3] = 2
        let error = #expect(throws: FormatError.self) {
            try read(npy(Self.header("'|b1'", "(2, 3)", order: "True"), wrong))
        }
        #expect(error?.sentence == "x[1, 1] (flat index 4) is 2, but a boolean must be 0 or 1.")
    }

    @Test(
        "are refused with a reason",
        arguments: [
            ([], "truncated", 0), (Array("\u{93}NUMP".utf8), "truncated", 6),
            (Array("{\"predictions\"".utf8), "wrong_start", 0),
            ([0x93] + Array("NUMPX".utf8) + [1, 0, 0, 0], "wrong_start", 0),
            (npy(header(), two, version: 4), "unknown_version", 6),
            (npy(header(), two).dropLast(), "truncated", 93),
            (Array(npy(header()).prefix(9)), "truncated", 9),
            (Array(npy(header()).prefix(20)), "truncated", 20),
            (npy(header()), "truncated", 78),
            (npy(header(), two) + [0], "truncated", 95),
            (npy(String(repeating: " ", count: 65_536), version: 2), "header_too_long", 8),
            (npy(header("'|O'")), "unsupported_type", 20),
            (npy(header("'<U3'")), "unsupported_type", 20),
            (npy(header("'<c16'")), "unsupported_type", 20),
            (npy(header("'<f16'")), "unsupported_type", 20),
            (npy(header("'|f8'")), "unsupported_type", 20),
            (npy(header("'=f8'")), "unsupported_type", 20),
            (npy(header("'<V2'")), "unsupported_type", 20),
            (npy(header("''")), "unsupported_type", 20),
            (npy(header("[('a', '<f8')]")), "unsupported_type", 20),
            (npy(header("'<f8'", "(-1,)")), "header_syntax", 61),
            (npy(header("'<f8'", "(1 2)")), "header_syntax", 63),
            (npy(header("'<f8'", "(9223372036854775808,)")), "header_syntax", 61),
            (npy(header("'<f8'", "(4294967296, 4294967296)")), "shape_overflow", 10),
            (npy(header("'<f8'", "()", order: "1")), "header_syntax", 44),
            (npy(header("__import__('os')")), "header_syntax", 20),
            (npy("{'descr': '<f8', 'fortran_order': False}"), "missing_member", 10),
            (npy("{'descr': '<f8', 'descr': '<f8'}"), "unknown_member", 27),
            (npy("{'descr': '<f8', 'x': '<f8'}"), "unknown_member", 27),
            (npy("{'descr': '\\x3cf8'}"), "header_syntax", 20),
            (npy("{} x"), "header_syntax", 13), (npy(""), "header_syntax", 10),
            (npy("{'descr'"), "header_syntax", 18),
        ] as [([UInt8], String, Int)]
    )
    func refused(body: [UInt8], code: String, position: Int) throws {
        for size in [1, 7, Int.max] {
            let error = #expect(throws: FormatError.self) { try read(body, by: size) }
            #expect(error?.code == code, "\(error?.sentence ?? "")")
            #expect(error?.position == position)
            #expect(
                error?.sentence.hasSuffix(".") == true || error?.sentence.hasSuffix("?") == true
            )
        }
    }

    @Test("must not be more than there are names")
    func names() throws {
        let one = npy(Self.header(), Self.two)
        let error = #expect(throws: FormatError.self) { try read(one + one + one) }
        #expect(error?.sentence.contains("arrays without names are x, y, in this order.") == true)
    }

    @Test("are written so that they are read back, with 64 bytes before the numbers or twice that")
    func written() throws {
        let tensors = [
            NamedTensor(name: "x", shape: [], values: [0.1]),
            NamedTensor(name: "y", shape: [2, 1], values: [3, 4]),
        ]
        for precision in Precision.allCases {
            let bytes = EncodedTensors.npy(tensors, metadata: [], precision).bytes(by: 50)
            let contents = try read(bytes)
            #expect(contents["y"] == tensors[1])
            #expect(contents["x"]?.values == [precision == .double ? 0.1 : Double(Float(0.1))])
            #expect(bytes.count == 128 + 128 + 3 * (precision == .double ? 8 : 4))
        }
        let texts = EncodedTensors.npy([], metadata: [("n", "3"), ("t", "é{")], .single)
        let bytes = texts.bytes(by: .max)
        #expect(bytes.count == 128 + 8 + 128 + 8)
        #expect(try read(Array(bytes.prefix(136)))["x"]?.values == [3])
        #expect(bytes.suffix(8) == [0xE9, 0, 0, 0, 0x7B, 0, 0, 0])
        #expect(String(decoding: bytes[136...], as: UTF8.self).contains("'<U2'"))
    }
}
