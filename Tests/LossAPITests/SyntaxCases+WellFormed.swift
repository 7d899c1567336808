// SPDX-License-Identifier: Apache-2.0

import LossAPI

/// Bodies that are JSON.
extension SyntaxCases {
    static let wellFormed = valid + edgeNumbers + edgeTexts + otherKinds

    private static let valid: [WellFormed] = [
        " { \"predictions\" : [ 1 , 2 ] , \"targets\" : [ 1 , 2 ] } ",
        "\n\r\t{\"predictions\":[1\n,\r2\t],\"targets\":[ 1,2]}\n\n",
        #"{"\u0070redictions":1,"targets":1}"#,
        #"{"predictions":1,"targets":1,"reduction":"\u006dean"}"#,
        #"{"predictions":[-0,0,0.0],"targets":[0,-0.0,0e+1]}"#,
        #"{"predictions":[123,-1,1E22,1e-2,123.456e+78,0e1],"targets":[0,0,0,0,0,0]}"#,
        #"{"predictions":[[1]],"targets":[[2]],"weights":null,"outputs":["loss"]}"#,
    ].map { WellFormed(body: $0, kind: nil) }

    /// Tiny numbers become zero, long ones are rounded, and huge ones are rejected.
    private static let edgeNumbers: [WellFormed] =
        [
            "1e-10000", "-1e-99999999999999999999", "0.\(String(repeating: "0", count: 500))1",
            "123123123123123123123123123123", "-237462374673276894279832749832423479823246327846",
            "0e99999999999999999999", "1.7976931348623157e153", "4.9e-324",
            "1e00000000000000000001",
        ].map {
            WellFormed(
                body:
                    #"{"predictions":[\#($0)],"targets":[0],"reduction":"none","outputs":["loss"]}"#,
                kind: nil
            )
        }
        + [
            "1e400", "-1e+9999", "123e99999999999999999999", "-123123e100000",
            "0.4e00669999999999999999999999999999999969999999006",
            "1\(String(repeating: "0", count: 400))",
        ].map { WellFormed(body: #"{"predictions":[\#($0)]}"#, kind: .numberTooLarge) }

    /// Every kind of escape, and text that needs none.
    private static let edgeTexts: [WellFormed] = [
        #"\u0060\u012a\u12AB"#, #"\uD801\udc37"#, #"\ud83d\ude39\ud83d\udc8d"#,
        #"\"\\\/\b\f\n\r\t"#,
        #"\\u0000"#, #"\u0000"#, #"\uFFFF"#, #"\uFDD0"#, #"\uDBFF\uDFFE"#, #"\u200B\u2064"#,
        #"\u0022"#,
        "\u{7F}", "\u{80}", "\u{FEFF}", "\u{FFFF}", "\u{10FFFF}", "\u{2028}\u{2029}", "π", "€𝄞",
        "a/*b*/c//d", "⍂㈴⍂", " ", "", String(repeating: "é", count: 10_000),
    ].map { WellFormed(body: "{\"reduction\":\"\($0)\"}", kind: .notAllowed) }

    private static let otherKinds: [WellFormed] = [
        WellFormed(body: "null", kind: .wrongKind), WellFormed(body: "true", kind: .wrongKind),
        WellFormed(body: " false ", kind: .wrongKind), WellFormed(body: "-0.1", kind: .wrongKind),
        WellFormed(body: "42\n", kind: .wrongKind), WellFormed(body: "\"\"", kind: .wrongKind),
        WellFormed(body: "[]", kind: .wrongKind), WellFormed(body: "[[]   ]", kind: .wrongKind),
        WellFormed(body: "{}", kind: .missingField),
        WellFormed(body: " {\n} ", kind: .missingField),
        WellFormed(body: #"{"":0}"#, kind: .unknownField),
        WellFormed(body: #"{"foo\u0000bar":42}"#, kind: .unknownField),
        WellFormed(body: #"{"Predictions":1}"#, kind: .unknownField),
        WellFormed(body: #"{"predictions":true}"#, kind: .wrongKind),
        WellFormed(body: #"{"predictions":[null,1,"1",{}]}"#, kind: .wrongKind),
        WellFormed(body: #"{"predictions":[1,[2]]}"#, kind: .raggedArray),
        WellFormed(body: #"{"predictions":[[],[[]]]}"#, kind: .raggedArray),
        WellFormed(body: #"{"predictions":[],"targets":[]}"#, kind: .emptyInput),
        WellFormed(
            body: #"{"predictions":\#(String(repeating: "[", count: 31))1"#
                + #"\#(String(repeating: "]", count: 31)),"targets":1}"#,
            kind: .shapeMismatch
        ),
    ]
}
