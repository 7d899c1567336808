// SPDX-License-Identifier: Apache-2.0

import Formats
import Testing

@Suite("Safetensors") struct SafeTensorsTests {
    private static let two =
        #"{"b":{"dtype":"F64","shape":[2],"data_offsets":[8,24]},"__metadata__":{"delta":"0.5"},"#
        + #""a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}  "#
    private static let data =
        littleEndian([Float(1), 2].map { $0.bitPattern })
        + littleEndian([3.0, -4].map { $0.bitPattern })

    @Test("are read in parts of any size", arguments: [1, 3, 7, 8, 9, 64, .max])
    func parts(size: Int) throws {
        var reader = SafeTensorsReader()
        let contents = try reader.readAll(safetensors(Self.two, Self.data), by: size)
        #expect(
            contents.tensors == [
                NamedTensor(name: "a", shape: [1, 2], values: [1, 2]),
                NamedTensor(name: "b", shape: [2], values: [3, -4]),
            ]
        )
        #expect(contents.headers.map { $0.name } == ["a", "b"])
        #expect(contents.metadata == ["delta": "0.5"])
    }

    @Test("may have tensors without numbers, single numbers, and nothing")
    func small() throws {
        let header =
            #"{"e":{"dtype":"F64","shape":[0,3],"data_offsets":[0,0]},"#
            + #""s":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}"#
        var reader = SafeTensorsReader()
        let contents = try reader.readAll(safetensors(header, [7]))
        #expect(contents["e"] == NamedTensor(name: "e", shape: [0, 3], values: []))
        #expect(contents["s"] == NamedTensor(name: "s", shape: [], values: [7]))
        var empty = SafeTensorsReader()
        #expect(try empty.readAll(safetensors("{}")).tensors.isEmpty)
    }

    /// A header of one tensor.
    private static func one(
        _ type: String = "F64",
        _ shape: String = "[1]",
        _ offsets: String = "[0,8]",
        _ more: String = ""
    ) -> String {
        #"{"x":{"dtype":"\#(type)","shape":\#(shape),"data_offsets":\#(offsets)\#(more)}}"#
    }

    private static let eight = [UInt8](repeating: 0, count: 8)

    @Test(
        "are refused with a reason",
        arguments: [
            ([1, 2, 3], "truncated", 3),
            (safetensors("{", length: 5), "truncated", 9),
            (safetensors("{}", length: 1_048_577), "header_too_long", 0),
            (littleEndian(UInt64.max) + [0x7B, 0x7D], "header_too_long", 0),
            (safetensors(" {}"), "not_an_object", 8),
            (safetensors(""), "not_an_object", 8),
            (safetensors("{]"), "unexpected_byte", 9),
            (safetensors("{} {"), "trailing_bytes", 11),
            (safetensors(#"{"__metadata__":{"a":1}}"#), "unexpected_kind", 29),
            (safetensors(#"{"__metadata__":{"a":"1","a":"1"}}"#), "duplicate_key", 33),
            (safetensors(one() + "{}", eight), "trailing_bytes", 62),
            (safetensors(one("F8_E4M3"), eight), "unsupported_type", 13),
            (safetensors(one("f64"), eight), "unsupported_type", 13),
            (safetensors(one("F64", "[-1]"), eight), "wrong_member", 36),
            (safetensors(one("F64", "[0.5]"), eight), "wrong_member", 36),
            (safetensors(one("F64", "[1e99]"), eight), "wrong_member", 36),
            (safetensors(one("F64", "1"), eight), "wrong_member", 36),
            (safetensors(one("F64", "[[1]]"), eight), "wrong_member", 36),
            (safetensors(one("F64", "[1]", "[0]"), eight), "wrong_member", 13),
            (safetensors(one("F64", "[1]", "[8,0]"), eight), "wrong_member", 13),
            (safetensors(one("F64", "[1]", "[0,9]"), eight), "wrong_size", 13),
            (safetensors(one("F64", "[2]"), eight), "wrong_size", 13),
            (safetensors(one("U8", "[4294967296,4294967296]"), eight), "shape_overflow", 13),
            (safetensors(one("U8", "[0,4294967296,4294967296]"), eight), "shape_overflow", 13),
            (safetensors(one("U8", "[0,65537]"), eight), "too_many_empty_rows", 13),
            (
                safetensors(
                    one("F64", "[\(Array(repeating: "1", count: 33).joined(separator: ","))]"),
                    eight
                ),
                "too_many_dimensions", 13
            ),
            (safetensors(one("F64", "[1]", "[0,8]", #","x":1"#), eight), "unknown_member", 13),
            (safetensors(#"{"x":{"dtype":"F64","shape":[1]}}"#, eight), "missing_member", 13),
            (safetensors(#"{"x":{"dtype":"F64","data_offsets":[0,8]}}"#), "missing_member", 13),
            (safetensors(#"{"x":{"shape":[1],"data_offsets":[0,8]}}"#), "missing_member", 13),
            (safetensors(one("F64", "[1]", "[1,9]"), eight), "gap", 13),
            (safetensors(one(), eight.dropLast()), "truncated", 69),
            (safetensors(one()), "truncated", 62),
            (safetensors(one(), eight + [0]), "trailing_bytes", 70),
            (safetensors("{}", [0]), "trailing_bytes", 10),
            (safetensors(one("F64"), littleEndian(Double.infinity.bitPattern)), "infinite", 62),
        ]
    )
    func refused(body: [UInt8], code: String, position: Int) throws {
        for size in [1, 7, Int.max] {
            var reader = SafeTensorsReader()
            let error = #expect(throws: FormatError.self) { try reader.readAll(body, by: size) }
            #expect(error?.code == code, "\(error?.sentence ?? "")")
            #expect(error?.position == position)
        }
    }

    @Test("must not overlap, and a name must not occur twice")
    func overlap() throws {
        let entry = #"{"dtype":"U8","shape":[2],"data_offsets":"#
        for (header, code) in [
            (#"{"a":\#(entry)[0,2]},"b":\#(entry)[1,3]}}"#, "overlap"),
            (#"{"a":\#(entry)[0,2]},"b":\#(entry)[0,2]}}"#, "overlap"),
            (#"{"a":\#(entry)[0,2]},"b":\#(entry)[3,5]}}"#, "gap"),
            (#"{"a":\#(entry)[0,2]},"a":\#(entry)[2,4]}}"#, "duplicate_key"),
        ] {
            var reader = SafeTensorsReader()
            let error = #expect(throws: FormatError.self) {
                try reader.readAll(safetensors(header, [1, 1, 1, 1]))
            }
            #expect(error?.code == code)
        }
    }

    @Test("name the tensor and the element that are refused")
    func sentences() throws {
        let numbers = littleEndian([0, 1, 2, 3, 4, Double.infinity].map { $0.bitPattern })
        var reader = SafeTensorsReader()
        let error = #expect(throws: FormatError.self) {
            try reader.readAll(safetensors(Self.one("F64", "[2,3]", "[0,48]"), numbers))
        }
        #expect(
            error?.sentence
                == "x[1, 2] (flat index 5) is infinity, but numbers must be finite, or NaN for a "
                + "missing value."
        )
        var other = SafeTensorsReader()
        let unknown = #expect(throws: FormatError.self) {
            try other.readAll(safetensors(Self.one("F8_E5M2", "[8]"), Self.eight))
        }
        #expect(
            unknown?.sentence
                == #"The type of "x" is "F8_E5M2", but must be one of F64, F32, F16, BF16, I8, I16, I32, "#
                + "I64, U8, U16, U32, U64, BOOL."
        )
    }

    @Test("take memory only for numbers that have arrived")
    func memory() throws {
        let count = 1 << 30
        let header = Self.one("F64", "[\(count)]", "[0,\(8 * count)]")
        let body = safetensors(header, [UInt8](repeating: 0, count: 80_000))
        let meter = Meter()
        var reader = SafeTensorsReader()
        #expect(throws: FormatError.self) { try reader.readAll(body, by: 4_096, meter) }
        #expect(meter.peak < 600_000)
        #expect(meter.bytes == reader.footprint)
        var refused = SafeTensorsReader()
        let error = #expect(throws: FormatError.self) {
            try refused.readAll(body, by: 4_096, Meter(limit: 10_000))
        }
        #expect(error?.isOutOfMemory == true)
    }

    @Test("are written so that they are read back", arguments: [1, 8, 1_000])
    func written(size: Int) throws {
        let tensors = [
            NamedTensor(name: "loss", shape: [], values: [0.1]),
            NamedTensor(
                name: "gradient",
                shape: [2, 2],
                values: [1, -2, .nan, 1e-50],
                hasNaN: true
            ),
            NamedTensor(name: "none", shape: [0], values: []),
        ]
        for precision in Precision.allCases {
            let encoded = EncodedTensors.safetensors(
                tensors,
                metadata: [("normalizer", "3"), ("a\"b", "é")],
                precision
            )
            let bytes = encoded.bytes(by: size)
            #expect(bytes.count == encoded.length)
            #expect((8 + Int(bytes[0])) % 8 == 0)
            var reader = SafeTensorsReader()
            let contents = try reader.readAll(bytes)
            #expect(contents.metadata == ["normalizer": "3", "a\"b": "é"])
            for tensor in tensors {
                let read = try #require(contents[tensor.name])
                #expect(read.shape == tensor.shape && read.hasNaN == tensor.hasNaN)
                for (number, expected) in zip(read.values, tensor.values) where !expected.isNaN {
                    #expect(number == (precision == .double ? expected : Double(Float(expected))))
                }
            }
        }
    }

    @Test("have a least number that is too large for f32")
    func overflow() {
        let largest = Double(Float.greatestFiniteMagnitude)
        #expect(Precision.single.firstOverflow(in: [largest, 0x1.fffffefffffffp127]) == nil)
        #expect(Precision.single.firstOverflow(in: [1, .nan, -0x1.ffffffp127, 1e300]) == 2)
        #expect(Precision.double.firstOverflow(in: [1e300]) == nil)
        #expect(Float(0x1.fffffefffffffp127).isFinite && !Float(0x1.ffffffp127).isFinite)
    }
}
