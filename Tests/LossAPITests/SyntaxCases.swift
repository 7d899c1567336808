// SPDX-License-Identifier: Apache-2.0

import LossAPI
import Testing

/// Bodies and the results of their syntax.
enum SyntaxCases {
    /// A body that is not JSON, or that this service does not accept.
    struct Refused: Sendable, CustomTestStringConvertible {
        let body: [UInt8]
        let reason: String
        let position: Int

        var testDescription: String {
            "\(reason) \(String(decoding: body.prefix(60), as: UTF8.self))"
        }
    }

    /// A body that is JSON; `kind` is `nil` if it is a valid request.
    struct WellFormed: Sendable, CustomTestStringConvertible {
        let body: String
        let kind: ProblemKind.Service?

        var testDescription: String { String(body.prefix(60)) }
    }

    static let refused =
        arrays + objects + numbers + strings + words + structures + encodings + nesting

    private static let arrays = [
        value("[1 true]", "unexpected_byte", 3), value("[1:2]", "unexpected_byte", 2),
        value("[1,]", "trailing_comma", 3), value("[1,,2]", "unexpected_byte", 3),
        value("[1,,]", "unexpected_byte", 3), value("[,1]", "unexpected_byte", 1),
        value("[,]", "unexpected_byte", 1), value("[1}", "unexpected_byte", 2),
        value("[1;2]", "unexpected_byte", 2), value("[3[4]]", "unexpected_byte", 2),
        value("[[1]2]", "unexpected_byte", 4), value("[1 2]", "unexpected_byte", 3),
        value("[*]", "unexpected_byte", 1), value("[1\u{B}]", "unexpected_byte", 2),
        value("[1]]", "unexpected_byte", 3), value("[1\u{C}]", "unexpected_byte", 2),
        body("{\"predictions\":[1,", "unexpected_end", 18),
        body("{\"predictions\":[1,\n1\n,1", "unexpected_end", 23),
        body("{\"predictions\":[", "unexpected_end", 16),
    ]

    private static let objects = [
        body(#"{"predictions"}"#, "unexpected_byte", 14), body(#"{"a" 1}"#, "unexpected_byte", 5),
        body(#"{"weights"::1}"#, "unexpected_byte", 11),
        body(#"{"weights":}"#, "unexpected_byte", 11),
        body(#"{:1}"#, "unexpected_byte", 1), body(#"{"weights":null,}"#, "trailing_comma", 16),
        body(#"{"weights":null,,"a":1}"#, "unexpected_byte", 16),
        body(#"{,}"#, "unexpected_byte", 1), body(#"{1:1}"#, "unexpected_byte", 1),
        body(#"{a:1}"#, "unquoted_key", 1), body(#"{'a':1}"#, "single_quote", 1),
        body(#"{null:1}"#, "unquoted_key", 1), body(#"{["a":1}"#, "unexpected_byte", 1),
        body(#"{"weights":null;"a":1}"#, "unexpected_byte", 15),
        body(#"{"weights":null "a":1}"#, "unexpected_byte", 16),
        body(#"{"weights":null]"#, "unexpected_byte", 15),
        body(#"{"weights":null,"weights":null}"#, "duplicate_key", 16),
        body(#"{"weights":null,"\u0077eights":null}"#, "duplicate_key", 16),
        body(#"{"weights":null,"#, "unexpected_end", 16), body(#"{"a"#, "unexpected_end", 3),
        body(#"{"weights":"#, "unexpected_end", 11), body("{", "unexpected_end", 1),
        body("{💩}", "unexpected_byte", 1),
    ]

    private static let words = [
        value("True", "unknown_word", 0), value("nul", "unknown_word", 0),
        value("tru", "unknown_word", 0), value("fals", "unknown_word", 0),
        value("nulls", "unknown_word", 0), value("None", "unknown_word", 0),
        value("[undefined]", "unknown_word", 1), value("[a\u{0}a]", "unknown_word", 1),
        value("<null>", "unexpected_byte", 0), value("[å]", "unexpected_byte", 1),
        body(#"{"predictions":nul"#, "unexpected_end", 18),
    ]

    private static let structures = [
        body("", "unexpected_end", 0), body(" ", "unexpected_end", 1),
        body("{}}", "trailing_bytes", 2), body("{}{}", "trailing_bytes", 2),
        body("{}#", "trailing_bytes", 2), body("{} 1", "trailing_bytes", 3),
        body("{}\u{0}", "trailing_bytes", 2), body("{},", "trailing_bytes", 2),
        body("{}//", "comment", 2), body("{}/* a */", "comment", 2),
        body("/**/{}", "comment", 0), body("{/**/}", "comment", 1),
        body("{\"a\"/**/:1}", "comment", 4), value("[1/**/]", "comment", 2),
        value("[1,//\n2]", "comment", 3), body("{\"weights\":/", "unexpected_byte", 11),
        body("]", "unexpected_byte", 0), body("}", "unexpected_byte", 0),
        body("*", "unexpected_byte", 0),
        body("<.>", "unexpected_byte", 0), body("\u{C}{}", "unexpected_byte", 0),
        body("\u{A0}{}", "unexpected_byte", 0), body("\u{2060}{}", "unexpected_byte", 0),
        body("{\u{A0}}", "unexpected_byte", 1), body("\\u007b}", "unexpected_byte", 0),
        body("\u{0}{}", "unexpected_byte", 0), body("{\u{0}}", "unexpected_byte", 1),
    ]

    private static let encodings = [
        bytes([0xEF, 0xBB, 0xBF] + Array("{}".utf8), "byte_order_mark", 0),
        bytes([0xEF, 0xBB, 0xBF], "byte_order_mark", 0), bytes([0xEF, 0xBB], "unexpected_byte", 0),
        bytes([0xFF, 0xFE, 0x7B, 0x00, 0x7D, 0x00], "byte_order_mark", 0),
        bytes([0xFE, 0xFF, 0x00, 0x7B, 0x00, 0x7D], "byte_order_mark", 0),
        bytes([0x7B, 0x00, 0x7D, 0x00], "unexpected_byte", 1),
        bytes([0x00, 0x7B, 0x00, 0x7D], "unexpected_byte", 0), bytes([0xE5], "unexpected_byte", 0),
        bytes([0x7B, 0xFF, 0x7D], "unexpected_byte", 1),
        word([0xE9], "invalid_utf8", 0), word([0xFF], "invalid_utf8", 0),
        word([0x81], "invalid_utf8", 0), word([0xC0, 0xAF], "invalid_utf8", 0),
        word([0xE0, 0x80, 0xAF], "invalid_utf8", 0),
        word([0xED, 0xA0, 0x80], "invalid_utf8", 0),
        word([0xF4, 0xBF, 0xBF, 0xBF], "invalid_utf8", 0),
        word([0xFC, 0x83, 0xBF, 0xBF, 0xBF, 0xBF], "invalid_utf8", 0),
        word([0xE6, 0x97, 0x41], "invalid_utf8", 0),
        word([0xF0, 0x9F, 0x98], "invalid_utf8", 0),
        bytes(Array(#"{"reduction":""#.utf8) + [0xC3], "unexpected_end", 15),
        bytes([0x7B, 0x22, 0xE9, 0x22, 0x3A, 0x31, 0x7D], "invalid_utf8", 2),
    ]

    private static let nesting = [
        body("{\"predictions\":" + String(repeating: "[", count: 100_000), "too_deep", 46)
    ]

    static func body(_ text: String, _ reason: String, _ position: Int) -> Refused {
        bytes(Array(text.utf8), reason, position)
    }

    static func bytes(_ body: [UInt8], _ reason: String, _ position: Int) -> Refused {
        Refused(body: body, reason: reason, position: position)
    }

    /// A value for the predictions; the position counts from its beginning.
    static func value(
        _ value: String,
        _ reason: String,
        _ position: Int
    ) -> Refused {
        body("{\"predictions\":\(value),\"targets\":1}", reason, 15 + position)
    }

    /// Text instead of a literal; the position counts from its beginning.
    static func word(_ text: String, _ reason: String, _ position: Int) -> Refused {
        word(Array(text.utf8), reason, position)
    }

    static func word(
        _ text: [UInt8],
        _ reason: String,
        _ position: Int
    ) -> Refused {
        bytes(
            Array(#"{"reduction":""#.utf8) + text + Array(#"","targets":1}"#.utf8),
            reason,
            14 + position
        )
    }
}
