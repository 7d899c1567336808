// SPDX-License-Identifier: Apache-2.0

import Formats
import Testing

@Suite("Requests of the Open Inference Protocol") struct InferenceReaderTests {
    private func read(
        _ json: String,
        _ data: [UInt8] = [],
        length: Int? = nil,
        by size: Int = .max
    ) throws -> (contents: Contents, request: InferenceRequest) {
        var reader = InferenceReader(jsonLength: length)
        let contents = try reader.readAll(Array(json.utf8) + data, by: size)
        return (contents, try #require(reader.request))
    }

    private static let mixed =
        #"{"id":"7","inputs":[{"name":"a","shape":[2],"datatype":"FP32","#
        + #""parameters":{"binary_data_size":8}},{"name":"b","shape":[2,1],"datatype":"INT8","#
        + #""data":[[1],[-2]]},{"name":"c","shape":[],"datatype":"BOOL","#
        + #""parameters":{"binary_data_size":1}}],"parameters":{"delta":0.5,"from_logits":true,"#
        + #""priority":1,"binary_data_output":true,"output_datatype":"FP32","reduction":"sum"},"#
        + #""outputs":[{"name":"loss","parameters":{"binary_data":false}},{"name":"gradient"}]}"#

    @Test("have tensors in JSON and in bytes, in parts of any size", arguments: [1, 9, .max])
    func tensors(size: Int) throws {
        let data = littleEndian([Float(1.5), -2].map { $0.bitPattern }) + [1]
        let (contents, request) = try read(
            Self.mixed,
            data,
            length: Self.mixed.utf8.count,
            by: size
        )
        #expect(contents["a"] == NamedTensor(name: "a", shape: [2], values: [1.5, -2]))
        #expect(contents["b"] == NamedTensor(name: "b", shape: [2, 1], values: [1, -2]))
        #expect(contents["c"] == NamedTensor(name: "c", shape: [], values: [1]))
        #expect(
            contents.metadata == ["delta": "0.5", "from_logits": "true", "reduction": "sum"]
        )
        #expect(request.id == "7" && request.precision == .single)
        #expect(request.outputs?.map { $0.name } == ["loss", "gradient"])
    }

    private static func one(_ members: String) -> String {
        #"{"inputs":[{"name":"x",\#(members)}]}"#
    }

    @Test("in JSON may be nested or not, and have missing values")
    func json() throws {
        let flat = try read(Self.one(#""shape":[1,2],"datatype":"FP64","data":[1,null]"#)).contents
        #expect(flat["x"]?.shape == [1, 2] && flat["x"]?.hasNaN == true)
        let flags = try read(Self.one(#""shape":[2],"datatype":"BOOL","data":[true,false]"#))
        #expect(flags.contents["x"]?.values == [1, 0])
        let early = try read(Self.one(#""data":[true,false],"shape":[2],"datatype":"BOOL""#))
        #expect(early.contents["x"]?.values == [1, 0])
        let numbers = try read(Self.one(#""data":[1,null],"shape":[2],"datatype":"FP64""#))
        #expect(numbers.contents["x"]?.hasNaN == true)
        let empty = try read(Self.one(#""shape":[0],"datatype":"FP64","data":[]"#)).contents
        #expect(empty["x"]?.values == [])
    }

    @Test(
        "in JSON are rounded to the type, to even in the middle (IEEE 754, section 4.3.1)",
        arguments: [
            ("FP32", "0.1", 0.10000000149011612), ("FP32", "16777217", 16_777_216),
            ("FP32", "-1e-45", -0x1p-149), ("FP32", "7e-46", 0), ("FP32", "1e-400", 0),
            ("FP32", "3.4028235677973362e38", 3.402823466385288598e38),
            ("FP16", "0.1", 0.0999755859375), ("FP16", "2049", 2_048), ("FP16", "2051", 2_052),
            ("FP16", "6e-8", 0x1p-24), ("FP16", "-65519.9", -65_504),
            ("BF16", "0.1", 0.10009765625), ("BF16", "257", 256), ("BF16", "259", 260),
            ("FP64", "0.1", 0.1), ("FP32", "null", .nan),
        ]
    )
    func rounding(type: String, text: String, expected: Double) throws {
        let json = Self.one(#""shape":[1],"datatype":"\#(type)","data":[\#(text)]"#)
        let tensor = try #require(try read(json).contents["x"])
        #expect(
            tensor.values == [expected] || tensor.values[0].isNaN && expected.isNaN,
            "\(tensor.values)"
        )
    }

    @Test("in JSON that the type does not have are refused with those that it has")
    func ranges() throws {
        for (type, text, allowed) in [
            ("FP16", "7e4", "x[0] is 70000, but FP16 in JSON must be at most 65504 in magnitude."),
            ("UINT8", "256", "UINT8 in JSON must be an integer from 0 to 255."),
            ("INT64", "0.5", "an integer from -9007199254740991 to 9007199254740991."),
            ("BOOL", "2", "BOOL in JSON must be true, false, 0 or 1."),
            ("INT8", "null", "x[0] is null, but INT8 in JSON must be an integer from -128 to 127."),
        ] {
            let json = Self.one(#""shape":[1],"datatype":"\#(type)","data":[\#(text)]"#)
            do {
                _ = try read(json)
                Issue.record("\(type) accepts \(text)")
            } catch let error as FormatError {
                #expect(error.sentence.contains(allowed), "\(error.sentence)")
            }
        }
    }

    @Test(
        "are refused with a reason",
        arguments: [
            ("", "unexpected_end"), ("[]", "unexpected_kind"), ("{}", "missing_member"),
            (#"{"inputs":[],"x":1}"#, "unknown_member"),
            (one(#""shape":[1],"datatype":"FP64""#), "wrong_member"),
            (
                one(
                    #""shape":[1],"datatype":"FP64","data":[1],"#
                        + #""parameters":{"binary_data_size":8}"#
                ), "wrong_member"
            ),
            (one(#""shape":[1],"data":[1]"#), "missing_member"),
            (one(#""datatype":"FP64","data":[1]"#), "missing_member"),
            (one(#""shape":[1],"datatype":"BYTES","data":["a"]"#), "unexpected_kind"),
            (one(#""shape":[1],"datatype":"FP8","data":[1]"#), "unsupported_type"),
            (one(#""shape":[2],"datatype":"FP64","data":[1]"#), "wrong_member"),
            (one(#""shape":[2,1],"datatype":"FP64","data":[[1,2]]"#), "wrong_member"),
            (one(#""shape":[-1],"datatype":"FP64","data":[1]"#), "wrong_member"),
            (one(#""shape":[1],"datatype":"INT8","data":[128]"#), "not_in_range"),
            (one(#""shape":[1],"datatype":"FP32","data":[3.4028235677973366e38]"#), "not_in_range"),
            (one(#""shape":[1],"datatype":"FP16","data":[-65520]"#), "not_in_range"),
            (one(#""shape":[1],"datatype":"BF16","data":[3.4e38]"#), "not_in_range"),
            (one(#""shape":[1],"datatype":"UINT8","data":[0.5]"#), "not_in_range"),
            (one(#""shape":[1],"datatype":"INT64","data":[9007199254740993]"#), "not_in_range"),
            (one(#""shape":[1],"datatype":"INT8","data":[null]"#), "not_in_range"),
            (
                one(#""shape":[1],"datatype":"FP64","parameters":{"binary_data_size":7}"#),
                "wrong_size"
            ),
            (
                one(#""shape":[1],"datatype":"FP64","parameters":{"binary_data_size":8}"#),
                "truncated"
            ),
            (
                one(#""shape":[1],"datatype":"FP64","parameters":{"shared_memory_region":"r"}"#),
                "unsupported_extension"
            ),
            (
                one(#""shape":[1],"datatype":"FP64","parameters":{"compression":1}"#),
                "unknown_member"
            ),
            (
                #"{"inputs":[],"outputs":[{"name":"x","parameters":{"classification":1}}]}"#,
                "unsupported_extension"
            ),
            (#"{"inputs":[],"outputs":[{}]}"#, "missing_member"),
            (#"{"inputs":[],"parameters":{"sequence_id":1}}"#, "unsupported_extension"),
            (#"{"inputs":[],"parameters":{"a":[1]}}"#, "wrong_member"),
            (#"{"inputs":[],"parameters":{"output_datatype":"FP16"}}"#, "wrong_member"),
            (
                #"{"inputs":[{"name":"x","shape":[0],"datatype":"FP64","data":[]},"#
                    + #"{"name":"x","shape":[0],"datatype":"FP64","data":[]}]}"#,
                "repeated_input"
            ),
            (#"{"inputs":[],"outputs":[{"name":"loss"},{"name":"loss"}]}"#, "wrong_member"),
            (
                #"{"inputs":[],"outputs":["#
                    + (0...64).map { #"{"name":"\#($0)"}"# }.joined(separator: ",") + "]}",
                "wrong_member"
            ),
        ]
    )
    func refused(json: String, code: String) {
        for length in [nil, json.utf8.count] {
            let error = #expect(throws: FormatError.self) { try read(json, length: length) }
            #expect(error?.code == code, "\(error?.sentence ?? "")")
            #expect(error?.sentence.hasSuffix(".") == true)
        }
    }

    @Test("must end with their last tensor, and not before")
    func length() throws {
        let json = Self.one(
            #""shape":[1],"datatype":"FP64","parameters":{"binary_data_size":8}"#
        )
        let length = json.utf8.count
        let eight = [UInt8](repeating: 0, count: 8)
        #expect(try read(json, eight, length: length).contents["x"]?.values == [0])
        for (data, length, code) in [
            (eight + [0], length, "trailing_bytes"), (eight.dropLast(), length, "truncated"),
            ([], length + 1, "truncated"), (eight, length - 1, "unexpected_end"),
            (eight, length + 1, "trailing_bytes"),
        ] {
            let error = #expect(throws: FormatError.self) {
                try read(json, data, length: length)
            }
            #expect(error?.code == code, "\(error?.sentence ?? "")")
        }
        let error = #expect(throws: FormatError.self) {
            var reader = InferenceReader(jsonLength: nil)
            _ = try reader.readAll(Array(Self.mixed.utf8), Meter(limit: 200))
        }
        #expect(error?.isOutOfMemory == true)
    }
}
