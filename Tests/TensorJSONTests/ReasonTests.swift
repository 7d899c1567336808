// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import TensorJSON

extension JSONError.Reason {
    /// One example of each reason.
    static let examples: [Self] = [
        .byteOrderMark, .comment, .controlCharacter(10), .duplicateKey("a"), .hexadecimalNumber,
        .invalidEscape(0x78), .invalidUnicodeEscape, .invalidUTF8(0xFF), .leadingPlus, .leadingZero,
        .loneSurrogate(0xD800), .missingExponentDigits, .missingFractionDigits,
        .missingIntegerDigits, .nanToken("NaN"), .singleQuote, .stringTooLong(limit: 9),
        .tooDeep(limit: 32),
        .trailingBytes(0x78), .trailingComma, .unexpectedByte(0x3B, expected: .commaOrBracket),
        .unexpectedEnd(inside: .array), .unknownWord("None"), .unquotedKey("a"),
        .mixedArray(found: .number), .numberOutOfRange("1e999"),
        .raggedArray(length: 2, expected: 3),
        .unexpectedKind(.string, expected: [.number], text: "0.5"),
    ]
}

@Suite("An error")
struct ReasonTests {
    @Test(
        "states the problem, its position and the accepted form",
        arguments: [
            (
                #"{"predictions":[1,2,"0.5"]}"#, "/predictions/2", 20, false,
                #"/predictions/2 is a string ("0.5"), but a number is expected; "#
                    + "write it without quotes: 0.5."
            ),
            (
                #"{"predictions":null}"#, "/predictions", 15, false,
                "/predictions is null, but a number or an array is expected."
            ),
            (
                #"{"predictions":[[1,2],[3,4],[5]]}"#, "/predictions/2", 28, false,
                "/predictions/2 has length 1, but the first array at this depth has length 2;"
                    + " make all rows the same length."
            ),
            (
                #"{"predictions":[1,[2]]}"#, "/predictions/1", 18, false,
                "/predictions/1 is an array, but the values before it at this depth are numbers;"
                    + " nest all rows to the same depth."
            ),
            (
                #"{"predictions":[[1],2]}"#, "/predictions/1", 20, false,
                "/predictions/1 is a number, but the values before it at this depth are arrays;"
                    + " nest all rows to the same depth."
            ),
            (
                #"{"predictions":[0,1e999]}"#, "/predictions/1", 18, false,
                "/predictions/1 is 1e999, which exceeds the largest finite double, about 1.8e308;"
                    + " send a finite number."
            ),
            (
                #"{"predictions":[0,NaN]}"#, "/predictions/1", 18, true,
                "NaN at byte 18 is not valid JSON; send a finite number."
            ),
            (
                #"{"predictions":[0;1]}"#, "/predictions", 17, true,
                "Expected a comma or ] at byte 17, but found ';'."
            ),
            (
                #"{"predictions":[0,1"#, "/predictions", 19, true,
                "The body ends inside the array at /predictions; add the missing ]."
            ),
            (
                #"{"a/b":1,"a/b":[1]}"#, "/a~1b", 9, true,
                #"The key "a/b" appears twice in one object; use each key only once."#
            ),
        ] as [(String, String, Int, Bool, String)]
    )
    func sentence(
        body: String,
        pointer: String,
        position: Int,
        isMalformed: Bool,
        sentence: String
    ) throws {
        let error = try #require(throws: JSONError.self) {
            var reader = JSONReader(Array(body.utf8))
            try reader.beginObject()
            while try reader.nextKey() != nil { _ = try reader.readNumbers() }
        }
        #expect(error.pointer == pointer)
        #expect(error.position == position)
        #expect(error.isMalformed == isMalformed)
        #expect(error.sentence == sentence)
    }

    @Test("has a distinct sentence and code for every reason")
    func codes() {
        let errors = JSONError.Reason.examples.map {
            JSONError(reason: $0, position: 7, pointer: "/a")
        }
        #expect(Set(errors.map { $0.code }).count == errors.count)
        #expect(Set(errors.map { $0.sentence }).count == errors.count)
        for error in errors {
            #expect(error.sentence.hasSuffix("."))
            #expect(error.code.allSatisfy { $0.isLowercase || $0 == "_" || $0 == "8" })
        }
    }

    @Test("concerns well-formed JSON for four reasons, and malformed JSON for all others")
    func malformed() {
        let wellFormed = JSONError.Reason.examples.filter { !$0.isMalformed }.map { $0.code }
        #expect(
            wellFormed == ["mixed_array", "number_out_of_range", "ragged_array", "unexpected_kind"]
        )
    }

    @Test("quotes at most one line of the body")
    func excerpt() throws {
        let long = String(repeating: "x", count: 10_000)
        for body in [
            "[\"\(long)\"]", "[\(long)]", "{\(long):1}", "[1\(long)", "[1e\(long)",
            "{\"\(long)\":1,\"\(long)\":2}",
        ] {
            let error = try #require(throws: JSONError.self) { try numbers(Array(body.utf8)) }
            #expect(error.sentence.utf8.count < 300)
            #expect(try skipError(body + "&").sentence.utf8.count < 300)
        }
        // A single `Character` of 10,001 scalars.
        let marked = "a" + String(repeating: "\u{304}", count: 10_000)
        for body in ["\"\(marked)\"", "{\"\(marked)\":1,\"\(marked)\":2}"] {
            let error = try #require(throws: JSONError.self) { try numbers(Array(body.utf8)) }
            #expect(error.sentence.utf8.count < 300)
        }
        #expect(try skipError("{\"\(marked)\":1,\"\(marked)\":2}").sentence.utf8.count < 300)
        let digits = "1" + String(repeating: "0", count: 1000)
        #expect(try numbersError(digits).sentence.utf8.count < 300)
    }
}
