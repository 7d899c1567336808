// SPDX-License-Identifier: Apache-2.0

/// Ambiguous requests.
extension ProbeCases {
    private static let follower = RequestText.get(target: "/")
    private static let hidden = "0\r\n\r\n" + follower
    private static let hiddenHead =
        "0\r\n\r\n" + RequestText.head("HEAD / HTTP/1.1", ["Host: test"])

    /// A request whose head is refused.
    private struct Ambiguity {
        let id: String
        let section: String
        let lines: [String]
        let content: String

        init(_ id: String, _ section: String, _ lines: String..., content: String = "hello") {
            self.id = id
            self.section = section
            self.lines = lines
            self.content = content
        }
    }

    private static let lengths = [
        Ambiguity("SMUG-DUPLICATE-CL", "9110 8.6", cl(5), cl(10), content: "helloworld"),
        Ambiguity("SMUG-CL-NEGATIVE", "9110 8.6", cl("-1"), content: ""),
        Ambiguity("SMUG-CL-COMMA-DIFFERENT", "9110 8.6", cl("5, 10")),
        Ambiguity("SMUG-CL-COMMA-SAME", "9110 8.6", cl("5, 5")),
        Ambiguity("SMUG-CL-COMMA-TRIPLE", "9110 8.6", cl("5, 5, 5")),
        Ambiguity("SMUG-CL-OCTAL", "9110 8.6", cl("0o5")),
        Ambiguity("SMUG-CL-HEX-PREFIX", "9110 8.6", cl("0x5")),
        Ambiguity("SMUG-CL-INTERNAL-SPACE", "9110 8.6", cl("1 0"), content: "hello12345"),
        Ambiguity("SMUG-CL-UNDERSCORE", "9110 8.6", cl("1_0"), content: "helloworld"),
        Ambiguity("SMUG-CL-NEGATIVE-ZERO", "9110 8.6", cl("-0"), content: ""),
        Ambiguity("RFC9112-6.1-CL-NON-NUMERIC", "9112 6.3", cl("abc"), content: ""),
        Ambiguity("RFC9112-6.1-CL-PLUS-SIGN", "9112 6.3", cl("+5")),
        Ambiguity("MAL-CL-EMPTY", "9110 8.6", cl(""), content: ""),
        Ambiguity("SMUG-BARE-CR-HEADER-VALUE", "9112 2.2", cl(5), "X: y\rz"),
        Ambiguity(
            "SMUG-DUPLICATE-CL-SMUGGLED-GET",
            "9110 8.6",
            cl(4),
            cl(4 + follower.utf8.count),
            content: "PING" + follower
        ),
    ]

    private static let codings = [
        Ambiguity(
            "SMUG-CL-TE-BOTH",
            "9112 6.3",
            cl(25),
            te("chunked"),
            content: "D\r\nhello-bananas\r\n0\r\n\r\n"
        ),
        Ambiguity("SMUG-CLTE-PIPELINE", "9112 6.3", cl(4), te("chunked"), content: "0\r\n\r\n"),
        Ambiguity("SMUG-TECL-PIPELINE", "9112 6.3", te("chunked"), cl(30), content: "0\r\n\r\n"),
        Ambiguity("SMUG-CLTE-CONN-CLOSE", "9112 6.3", cl(5), te("chunked"), content: "0\r\n\r\n"),
        Ambiguity("SMUG-TECL-CONN-CLOSE", "9112 6.3", te("chunked"), cl(5), content: "0\r\n\r\n"),
        Ambiguity("SMUG-CLTE-DESYNC", "9112 6.3", cl(6), te("chunked"), content: "0\r\n\r\nX"),
        Ambiguity("SMUG-TECL-DESYNC", "9112 6.3", te("chunked"), cl(30), content: "0\r\n\r\nX"),
        Ambiguity("SMUG-TE-XCHUNKED", "9112 6.1", te("xchunked"), cl(5)),
        Ambiguity("SMUG-TE-TRAILING-SPACE", "9112 6.1", te("chunked "), cl(5)),
        Ambiguity("SMUG-TE-SP-BEFORE-COLON", "9112 5.1", "Transfer-Encoding : chunked", cl(5)),
        Ambiguity("SMUG-TE-DOUBLE-CHUNKED", "9112 6.1", te("chunked, chunked"), cl(5)),
        Ambiguity("SMUG-TE-CASE-MISMATCH", "9112 6.1", te("Chunked"), cl(5)),
        Ambiguity(
            "SMUG-TE-NOT-FINAL-CHUNKED",
            "9112 6.3",
            te("chunked, gzip"),
            content: "0\r\n\r\n"
        ),
        Ambiguity("SMUG-TE-EMPTY-VALUE", "9112 6.1", te(""), cl(5)),
        Ambiguity("SMUG-TE-LEADING-COMMA", "9110 5.6.1", te(", chunked"), cl(5)),
        Ambiguity("SMUG-TE-TRAILING-COMMA", "9110 5.6.1", te("chunked,"), cl(5)),
        Ambiguity("SMUG-TE-DUPLICATE-HEADERS", "9112 6.1", te("chunked"), te("identity"), cl(5)),
        Ambiguity("SMUG-TE-VTAB", "9110 5.5", te("\u{B}chunked"), cl(5)),
        Ambiguity("SMUG-TE-FORMFEED", "9110 5.5", te("\u{C}chunked"), cl(5)),
        Ambiguity("SMUG-TE-NULL", "9110 5.5", te("chunked\u{0}"), cl(5)),
        Ambiguity("SMUG-TE-IDENTITY", "9112 7", te("identity"), cl(5)),
        Ambiguity("SMUG-TE-OBS-FOLD", "9112 5.2", te("\r\n chunked"), cl(5)),
        Ambiguity("SMUG-TE-TAB-BEFORE-VALUE", "9110 5.5", "Transfer-Encoding:\tchunked", cl(5)),
        Ambiguity("SMUG-CHUNKED-WITH-PARAMS", "9112 7", te("chunked;ext=val"), cl(5)),
        Ambiguity("COMP-UNKNOWN-TE-501", "9112 6.1", te("gzip"), content: ""),
    ]

    private static let hiding = [
        smuggled("", cl(hidden.utf8.count), te("chunked")),
        smuggled("-CL-PLUS", cl("+\(hidden.utf8.count)"), te("chunked")),
        smuggled("-CL-NON-NUMERIC", cl("\(hidden.utf8.count)x"), te("chunked")),
        smuggled("-TE-OBS-FOLD", te("\r\n chunked"), cl(hidden.utf8.count)),
        smuggled("-TE-TRAILING-SPACE", cl(hidden.utf8.count), te("chunked ")),
        smuggled("-TE-LEADING-COMMA", cl(hidden.utf8.count), te(", chunked")),
        smuggled("-TE-CASE-MISMATCH", cl(hidden.utf8.count), te("Chunked")),
        Ambiguity(
            "SMUG-CLTE-SMUGGLED-HEAD",
            "9112 6.3",
            cl(hiddenHead.utf8.count),
            te("chunked"),
            content: hiddenHead
        ),
        Ambiguity(
            "SMUG-TE-DUPLICATE-HEADERS-SMUGGLED-GET",
            "9112 6.1",
            te("chunked"),
            te("identity"),
            cl(hidden.utf8.count),
            content: hidden
        ),
        Ambiguity(
            "SMUG-TECL-SMUGGLED-GET",
            "9112 6.3",
            te("chunked"),
            cl(4),
            content: "\(String(eater.utf8.count, radix: 16))\r\n\(eater)\r\n0\r\n\r\n"
        ),
    ]

    /// A request that would consume the framing after it as content.
    private static let eater = RequestText.get(cl(7), target: "/")

    /// Requests refused for their heads, at a target that accepts POST.
    static func ambiguities(target: String) -> [WireCase] {
        (lengths + codings + hiding).map { ambiguity in
            let lines = ["Host: test"] + ambiguity.lines
            let head = RequestText.head("POST \(target) HTTP/1.1", lines)
            return WireCase(
                ambiguity.section,
                ambiguity.id,
                head + ambiguity.content,
                .closed(400)
            )
        } + [
            WireCase(
                "9112 6.1",
                "SMUG-TE-HTTP10",
                RequestText.head(
                    "POST \(target) HTTP/1.0",
                    ["Host: test", te("chunked"), cl(5)]
                ) + "hello",
                .closed(400)
            ),
            WireCase(
                "9112 5.2",
                "SMUG-OPTIONS-TE-OBS-FOLD",
                RequestText.head(
                    "OPTIONS \(target) HTTP/1.1",
                    ["Host: test", te("\r\n chunked"), cl(5)]
                ) + "hello",
                .closed(400)
            ),
        ]
    }

    /// Requests refused for their chunks, at a target that accepts POST.
    static func wrongChunks(target: String) -> [WireCase] {
        [
            ("SMUG-CHUNK-BARE-SEMICOLON", "7.1.1", "5;\r\nhello\r\n0\r\n\r\n"),
            ("SMUG-CHUNK-EXT-INVALID-TOKEN", "7.1.1", "5;bad[=x\r\nhello\r\n0\r\n\r\n"),
            ("SMUG-CHUNK-EXT-LF", "7.1.1", "5;\nhello\r\n0\r\n\r\n"),
            ("SMUG-CHUNK-EXT-CTRL", "7.1.1", "5;\u{0}ext\r\nhello\r\n0\r\n\r\n"),
            ("SMUG-CHUNK-EXT-CR", "7.1.1", "5;a\rX\r\nhello\r\n0\r\n\r\n"),
            ("SMUG-CHUNK-UNDERSCORE", "7.1", "1_0\r\nhello world!!!!!\r\n0\r\n\r\n"),
            ("SMUG-CHUNK-HEX-PREFIX", "7.1", "0x5\r\nhello\r\n0\r\n\r\n"),
            ("SMUG-CHUNK-SIZE-PLUS", "7.1", "+5\r\nhello\r\n0\r\n\r\n"),
            ("SMUG-CHUNK-SIZE-TRAILING-OWS", "7.1", "5 \r\nhello\r\n0\r\n\r\n"),
            ("SMUG-CHUNK-LEADING-SP", "7.1", " 5\r\nhello\r\n0\r\n\r\n"),
            ("SMUG-CHUNK-MISSING-TRAILING-CRLF", "7.1", "5\r\nhello0\r\n\r\n"),
            ("SMUG-CHUNK-SPILL", "7.1", "5\r\nhello!!\r\n0\r\n\r\n"),
            ("SMUG-CHUNK-LF-TERM", "7.1", "5\r\nhello\n0\r\n\r\n"),
            ("SMUG-CHUNK-LF-TRAILER", "7.1", "5\r\nhello\r\n0\r\n\n"),
            ("SMUG-CHUNK-NEGATIVE", "7.1", "-1\r\nhello\r\n0\r\n\r\n"),
            ("SMUG-CHUNK-BARE-CR-TERM", "7.1", "5\rhello\r\n0\r\n\r\n"),
            ("SMUG-CHUNK-INVALID-SIZE-DESYNC", "7.1", "+0\r\n\r\nX"),
            ("MAL-CHUNK-SIZE-OVERFLOW", "7.1", "FFFFFFFFFFFFFFFF0\r\nhello\r\n0\r\n\r\n"),
            (
                "MAL-CHUNK-EXT-64K", "7.1.1",
                "5;ext=" + String(repeating: "a", count: 65_536) + "\r\nhello\r\n0\r\n\r\n"
            ),
        ].map { id, section, chunks in
            let request = RequestText.chunked(chunks, target: target)
            return WireCase("9112 \(section)", id, request, .closed(400))
        }
    }

    private static func cl(_ length: Int) -> String { cl("\(length)") }
    private static func cl(_ length: String) -> String { "Content-Length: \(length)" }
    private static func te(_ codings: String) -> String { "Transfer-Encoding: \(codings)" }

    /// A request whose content becomes another request if the coding determines its length.
    private static func smuggled(_ suffix: String, _ first: String, _ second: String) -> Ambiguity {
        let section = suffix == "-TE-OBS-FOLD" ? "9112 5.2" : "9112 6.3"
        return Ambiguity("SMUG-CLTE-SMUGGLED-GET\(suffix)", section, first, second, content: hidden)
    }
}
