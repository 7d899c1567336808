// SPDX-License-Identifier: Apache-2.0

/// The framing of content.
extension ConformanceTests {
    private static let lossBody = RequestText.lossBody

    static let chunks: [WireCase] = [
        accepted("21\r\n\(lossBody)\r\n0\r\n\r\n", "one chunk"),
        accepted("1\r\n{\r\n20\r\n\(lossBody.dropFirst())\r\n0\r\n\r\n", "two chunks"),
        accepted("0021\r\n\(lossBody)\r\n000\r\n\r\n", "sizes with leading zeros"),
        accepted("2A\r\n\(lossBody)         \r\n0\r\n\r\n", "a size in upper case"),
        accepted("2a\r\n\(lossBody)         \r\n0\r\n\r\n", "a size in lower case"),
        accepted("21;a\r\n\(lossBody)\r\n0\r\n\r\n", "an extension"),
        accepted("21;a=b;c=\"d \\\" ;\"\r\n\(lossBody)\r\n0;e\r\n\r\n", "extensions with values"),
        accepted("21 ; a = b\r\n\(lossBody)\r\n0\r\n\r\n", "white space around an extension"),
        accepted("21\r\n\(lossBody)\r\n0\r\nX: y\r\n\r\n", "a trailer"),
        accepted("21\r\n\(lossBody)\r\n0\r\nContent-Length: 1\r\n\r\n", "a length as a trailer"),
        accepted(
            "21\r\n\(lossBody)\r\n0\r\nTransfer-Encoding: gzip\r\n\r\n",
            "a coding as a trailer"
        ),
        accepted("21\r\n\(lossBody)\r\n0\r\nHost: other\r\n\r\n", "a host as a trailer"),
        accepted(
            "21\r\n\(lossBody)\r\n0\r\nContent-Type: text/plain\r\n\r\n",
            "a type as a trailer"
        ),
        accepted("21\r\n\(lossBody)\r\n0\r\nConnection: close\r\n\r\n", "an option as a trailer"),
        WireCase(
            "9112 7.1",
            "a coding in upper case",
            RequestText.chunked("21\r\n\(lossBody)\r\n0\r\n\r\n", coding: "CHUNKED"),
            .kept(200)
        ),
    ]

    static let wrongChunks: [WireCase] =
        [
            "0x21", "21h", "+21", "-21", "2_1", " 21", "\t21", "21 ", "21\t", "", "2 1", "21,", "g",
            "FFFFFFFFFFFFFFFF", "8000000000000000", "FFFFFFFFFFFFFFFF0", "100000000000000000021",
        ].map { size in
            refused("\(size)\r\n\(lossBody)\r\n0\r\n\r\n", "7.1", "the size \"\(size)\"")
        } + [
            refused("21\n\(lossBody)\r\n0\r\n\r\n", "7.1", "a bare LF after a size"),
            refused("21\r\(lossBody)\r\n0\r\n\r\n", "7.1", "a bare CR after a size"),
            refused("21\r\n\(lossBody)\n0\r\n\r\n", "7.1", "a bare LF after a chunk"),
            refused("21\r\n\(lossBody)\r0\r\n\r\n", "7.1", "a bare CR after a chunk"),
            refused("21\r\n\(lossBody)0\r\n\r\n", "7.1", "no line end after a chunk"),
            refused("21\r\n\(lossBody)!!\r\n0\r\n\r\n", "7.1", "more data than the size states"),
            refused("22\r\n\(lossBody)\r\n0\r\n\r\n", "7.1", "less data than the size states"),
            refused("21\r\n\(lossBody)\r\n0\n\r\n", "7.1", "a bare LF after the last size"),
            refused("21\r\n\(lossBody)\r\n0\r\n\n", "7.1", "a bare LF at the end"),
            refused("21\r\n\(lossBody)\r\n0\r\nX: y\n\r\n", "7.1.2", "a bare LF after a trailer"),
            refused("21\r\n\(lossBody)\r\n0\r\nX: y\rz\r\n\r\n", "7.1.2", "a bare CR in a trailer"),
            refused("21\r\n\(lossBody)\r\n0\r\nX : y\r\n\r\n", "7.1.2", "a space before a colon"),
            refused("21\r\n\(lossBody)\r\n0\r\nX: y\r\n z\r\n\r\n", "7.1.2", "a folded trailer"),
            refused("21\r\n\(lossBody)\r\n0\r\nX\r\n\r\n", "7.1.2", "a trailer without a colon"),
            refused("21\r\n\(lossBody)\r\n0\r\n: y\r\n\r\n", "7.1.2", "a trailer without a name"),
            refused("21\r\n\(lossBody)\r\n0\r\nX: \u{0}\r\n\r\n", "7.1.2", "a NUL in a trailer"),
        ]
        + [
            ";", "; ", ";;a", ";a;", ";=b", ";a=", ";a=b c", ";a[=b", ";a=[", ";a=\"b", ";a=\"b\"c",
            ";a\u{0}", ";a=\u{1}", ";a=\"\u{0}\"", ";a=\"b\nc\"", ";\n", ";a\rb", ";a\n", ";a ",
        ].map { ext in
            let chunks = "21\(ext)\r\n\(lossBody)\r\n0\r\n\r\n"
            return refused(chunks, "7.1.1", "the extension \(ext.debugDescription)")
        } + [
            WireCase(
                "9112 7.1",
                "a chunk beyond every limit",
                RequestText.chunked("7FFFFFFFFFFFFFFF\r\n"),
                .closed(413)
            ),
            WireCase(
                "9112 7.1.1",
                "an extension of 64 KiB",
                RequestText.chunked("21;a=" + String(repeating: "b", count: 65_536) + "\r\n"),
                .closed(400)
            ),
        ]

    static let transferCodings: [WireCase] = [
        coding("chunked, gzip", "6.3", "a coding after chunked", .closed(400)),
        coding("chunked, chunked", "6.3", "chunked twice", .closed(400)),
        coding(
            "chunked\r\nTransfer-Encoding: chunked",
            "6.3",
            "chunked on two lines",
            .closed(400)
        ),
        coding(
            "chunked\r\nTransfer-Encoding: identity",
            "6.3",
            "identity on a second line",
            .closed(400)
        ),
        coding("gzip", "6.3", "a coding that is not chunked", .closed(400)),
        coding("identity", "6.3", "the obsolete identity", .closed(400)),
        coding("xchunked", "6.3", "a coding whose name ends in chunked", .closed(400)),
        coding("chunkedx", "6.3", "a coding whose name begins with chunked", .closed(400)),
        coding("\"chunked\"", "6.3", "a quoted coding", .closed(400)),
        coding("chunked;a=b", "6.3", "chunked with a parameter", .closed(400)),
        coding("chunked\u{0}", "6.3", "NUL after chunked", .closed(400)),
        coding("\u{B}chunked", "6.3", "chunked after a vertical tab", .closed(400)),
        coding("", "6.3", "an empty value", .closed(400)),
        coding(",", "6.3", "a list of empty elements", .closed(400)),
        coding("gzip, chunked", "6.1", "an unsupported coding", .closed(501)),
        coding(", chunked", "5.6.1", "an empty element before chunked", .kept(200)),
        coding("chunked ,, ", "5.6.1", "empty elements after chunked", .kept(200)),
        coding("\tchunked \t", "5.1", "white space around chunked", .kept(200)),
        coding("chunked\r\nContent-Length: 33", "6.3", "a length after chunked", .closed(400)),
        coding("gzip\r\nContent-Length: 33", "6.3", "a length after another coding", .closed(400)),
        coding("\r\nContent-Length: 33", "6.3", "a length after an empty value", .closed(400)),
        WireCase(
            "9112 6.3",
            "a length before chunked",
            RequestText.post(
                "Content-Length: 43",
                "Transfer-Encoding: chunked",
                content: "21\r\n\(lossBody)\r\n0\r\n\r\n"
            ),
            .closed(400)
        ),
        WireCase(
            "9112 6.1",
            "a transfer coding in HTTP/1.0",
            "POST /v1/losses/mse HTTP/1.0\r\nHost: test\r\nConnection: keep-alive\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n21\r\n\(lossBody)\r\n0\r\n\r\n",
            .closed(400)
        ),
    ]

    static let contentLengths: [WireCase] =
        [
            "+33", "-33", "-0", "0x21", "0o41", "3_3", "", " ", "3 3", "33.0", "33e0", "abc", "33x",
            "33, 33", "33,33", "33, 34", ",33", "33;", "\"33\"", "\u{B}33", "33\u{0}",
            "-123456789123456789123456789", "33\r\nContent-Length: 33", "33\r\nContent-Length: 34",
            "0\r\nContent-Length: 33", "33\r\ncontent-length: +33",
        ].map { length in
            WireCase(
                "9112 6.3",
                "the length \(length.debugDescription)",
                RequestText.post("Content-Length: \(length)", content: lossBody),
                .closed(400)
            )
        }
        + [
            ("33", 200), ("0033", 400), ("000000000000000000000000033", 400),
            ("99999999999999999999", 413), ("18446744073709551649", 413),
            ("9223372036854775808", 413),
        ].map { length, status in
            WireCase(
                "9110 8.6",
                "the length \(length)",
                RequestText.post("Content-Length: \(length)", content: lossBody),
                status == 200 ? .kept(status) : .closed(status)
            )
        }

    private static func accepted(_ chunks: String, _ claim: String) -> WireCase {
        WireCase("9112 7.1", claim, RequestText.chunked(chunks), .kept(200))
    }

    private static func refused(_ chunks: String, _ section: String, _ claim: String) -> WireCase {
        WireCase("9112 \(section)", claim, RequestText.chunked(chunks), .closed(400))
    }

    private static func coding(
        _ coding: String,
        _ section: String,
        _ claim: String,
        _ outcome: WireCase.Outcome
    ) -> WireCase {
        let request = RequestText.chunked("21\r\n\(lossBody)\r\n0\r\n\r\n", coding: coding)
        return WireCase(
            "\(section == "5.6.1" ? "9110" : "9112") \(section)",
            claim,
            request,
            outcome
        )
    }
}
