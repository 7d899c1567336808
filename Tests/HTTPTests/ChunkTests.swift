// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes
import Testing

@Suite("A chunked body") struct ChunkTests {
    private func outcome(chunks: String, limits: Limits = Limits()) -> Conversation.Record {
        let conversation = Conversation(limits: limits)
        conversation.receive(
            request("POST", fields: ["Transfer-Encoding: chunked"], body: chunks)
        )
        return conversation.record
    }

    @Test(
        "is the concatenation of its chunks",
        arguments: [
            ("0\r\n\r\n", ""), ("3\r\nabc\r\n0\r\n\r\n", "abc"),
            ("1\r\na\r\n2\r\nbc\r\n000\r\n\r\n", "abc"),
            ("A\r\n0123456789\r\n0\r\n\r\n", "0123456789"),
            ("00a\r\n0123456789\r\n0\r\n\r\n", "0123456789"), ("2\r\n\r\n\r\n0\r\n\r\n", "\r\n"),
        ]
    )
    func segments(chunks: String, body: String) {
        let record = outcome(chunks: chunks + request("GET", "/next"))
        #expect(record.bodies == [body, ""])
        #expect(record.statuses == [200, 200])
    }

    @Test("is independent of its chunks and of how the network splits them")
    func everyCut() {
        let body = String((0..<2_000).map { _ in "abcdefghij".randomElement() ?? "a" })
        for size in [1, 2, 15, 16, 511, 512, 600, 2_000] {
            var rest = Substring(body)
            var chunks = ""
            while !rest.isEmpty {
                let data = rest.prefix(size)
                chunks += "\(String(data.utf8.count, radix: 16))\r\n\(data)\r\n"
                rest = rest.dropFirst(size)
            }
            let text = request(
                "POST",
                fields: ["Transfer-Encoding: chunked"],
                body: chunks + "0\r\n\r\n"
            )
            for cut in [1, 2, 3, 5, 7, 64, 4_096, .max] {
                let conversation = Conversation()
                var bytes = Array(text.utf8)[...]
                while !bytes.isEmpty {
                    conversation.receive(Array(bytes.prefix(cut)))
                    bytes = bytes.dropFirst(cut)
                }
                #expect(conversation.record.bodies == [body], "\(size), \(cut)")
            }
        }
    }

    @Test(
        "may have chunk extensions, which are ignored",
        arguments: [
            ";a", ";a=b", ";a=\"b\"", ";a=\"b\\\"c;\t\"", ";a;b=c;d", " ; a = b", "\t;a =b",
            ";a\t=\"\"",
            ";a=\"é\"", ";a=\"b\" ;c", ";a ;b",
        ]
    )
    func extensions(text: String) {
        #expect(outcome(chunks: "3\(text)\r\nabc\r\n0\(text)\r\n\r\n").bodies == ["abc"])
    }

    @Test(
        "must not have malformed extensions",
        arguments: [
            ";", ";;", ";a;", ";a=", ";=b", ";a=b c", ";a b", ";a\n", ";a\r", ";a=\"b", ";a=\"b\"c",
            ";a=\"\u{01}\"", ";a\0", ";(", ";a=(", ";a ", ";a= ", ";a=b ", ";a=\"b\\\n\"",
            ";a=\"\r\n\"",
        ]
    )
    func invalidExtensions(text: String) {
        let record = outcome(chunks: "3\(text)\r\nabc\r\n0\r\n\r\n")
        #expect(record.requests.isEmpty)
        #expect(record.statuses == [400])
        #expect(record.hasShutDown)
    }

    @Test(
        "has chunk sizes in hexadecimal digits",
        arguments: [
            "", "x", "0x3", "+3", "-3", "3_", " 3", "\t3", "3 ", "3\t", "3,", "g", "\r\n3", "3 3",
            "8000000000000000", "fffffffffffffffff", "10000000000000003", "3\n", "\u{FF13}",
        ]
    )
    func sizes(size: String) {
        let record = outcome(chunks: "\(size)\r\nabc\r\n0\r\n\r\n")
        #expect(record.requests.isEmpty)
        #expect(record.refusals == [.invalidChunkSize])
        #expect(record.statuses == [400])
        #expect(record.hasShutDown)
    }

    @Test("ends its lines in CR LF", arguments: ["3\nabc\r\n", "3\rabc\r\n", "3\r\r\nabc\r\n"])
    func lineEnds(chunk: String) {
        #expect(outcome(chunks: chunk).refusals == [.invalidChunkSize])
    }

    @Test(
        "has as much data as each size states",
        arguments: [
            "3\r\nabcd\r\n", "3\r\nabc0\r\n", "3\r\nabc\n0\r\n", "3\r\nabc\r0\r\n",
            "3\r\nabc\r\r\n",
        ]
    )
    func ends(chunk: String) {
        let record = outcome(chunks: chunk + "0\r\n\r\n")
        #expect(record.refusals == [.invalidChunkEnd])
        #expect(record.requests.isEmpty)
    }

    @Test("may have trailers, which are not merged into the fields")
    func trailers() throws {
        let record = outcome(
            chunks: "1\r\na\r\n0\r\nContent-Type: b\r\nX-Y:\r\n\r\n" + request("GET", "/next")
        )
        #expect(record.bodies == ["a", ""])
        #expect(try #require(record.requests.first).fields[.contentType] == nil)
    }

    @Test(
        "must not have malformed trailers",
        arguments: ["a", "a b: c", "a : b", " a: b", ": b", "a: b\0", "a: b\n", "a: b\rc", "é: b"]
    )
    func invalidTrailers(line: String) {
        let record = outcome(chunks: "0\r\n\(line)\r\n\r\n")
        #expect(record.refusals == [.invalidTrailer])
        #expect(record.requests.isEmpty)
    }

    @Test("applies the limits of a head to trailers")
    func trailerLimits() {
        let many = String(repeating: "a: b\r\n", count: 101)
        #expect(outcome(chunks: "0\r\n\(many)\r\n").refusals == [.tooManyFields])
        let large = "a: " + String(repeating: "b", count: 32 * 1_024)
        #expect(outcome(chunks: "0\r\n\(large)\r\n\r\n").refusals == [.headTooLarge])
    }

    @Test("is refused as soon as its sizes pass the limit")
    func tooLarge() {
        var limits = Limits()
        limits.bodyBytes = 5
        #expect(outcome(chunks: "5\r\nabcde\r\n0\r\n\r\n", limits: limits).bodies == ["abcde"])
        #expect(outcome(chunks: "6\r\n", limits: limits).refusals == [.bodyTooLarge])
        #expect(outcome(chunks: "3\r\nabc\r\n3\r\n", limits: limits).refusals == [.bodyTooLarge])
        let three = "2\r\nab\r\n2\r\ncd\r\n2\r\n"
        #expect(outcome(chunks: three, limits: limits).refusals == [.bodyTooLarge])
        #expect(outcome(chunks: "7fffffffffffffff\r\n").refusals == [.bodyTooLarge])
    }

    @Test("may have any size within the limit")
    func huge() {
        var limits = Limits()
        limits.bodyBytes = .max
        let record = outcome(chunks: "7fffffffffffffff\r\nabc", limits: limits)
        #expect(record.refusals.isEmpty)
        #expect(record.requests.isEmpty)
    }

    @Test("may arrive a byte at a time, but not with endless framing")
    func excessFraming() {
        let single = String(repeating: "1\r\na\r\n", count: 10_000)
        #expect(
            outcome(chunks: single + "0\r\n\r\n").bodies == [String(repeating: "a", count: 10_000)]
        )
        let long = "1;a=" + String(repeating: "b", count: 16 * 1_024)
        #expect(outcome(chunks: long).refusals == [.wastefulChunks])
        let padded = String(
            repeating: "1;\(String(repeating: "a", count: 40))\r\na\r\n",
            count: 1_000
        )
        #expect(outcome(chunks: padded).refusals == [.wastefulChunks])
    }
}
