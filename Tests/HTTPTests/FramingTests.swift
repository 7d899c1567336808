// SPDX-License-Identifier: Apache-2.0

import HTTP
import Testing

@Suite("The length of a body") struct FramingTests {
    @Test("is given by Content-Length", arguments: ["3", "3 ", "\t3"])
    func contentLength(length: String) {
        let record = outcome(
            request("POST", fields: ["Content-Length: \(length)"], body: "abc") + request()
        )
        #expect(record.bodies == ["abc", ""])
        #expect(record.statuses == [200, 200])
    }

    @Test("is 0 by default")
    func none() {
        let record = outcome(request("POST") + request("POST", fields: ["Content-Length: 0"]))
        #expect(record.bodies == ["", ""])
    }

    @Test(
        "must be a number in decimal digits",
        arguments: [
            "", "+5", "-5", "-0", "0x5", "1_0", "5 5", "5, 5", "5,5", "5,6", "5.0", "1e1", "05",
            "00", "٣", "a", "9223372036854775808a", "99999999999999999999,5",
        ]
    )
    func invalidContentLength(length: String) {
        let record = outcome(request("POST", fields: ["Content-Length: \(length)"], body: "abcde"))
        #expect(record.refusals == [.invalidContentLength])
        #expect(record.statuses == [400])
        #expect(record.requests.isEmpty)
        #expect(record.hasShutDown)
    }

    @Test(
        "may have any number of digits, and is too large then (RFC 9110 section 8.6)",
        arguments: [
            "9223372036854775807", "9223372036854775808", "18446744073709551621",
            "99999999999999999999", String(repeating: "9", count: 1_000),
        ]
    )
    func enormous(length: String) {
        let record = outcome(request("POST", fields: ["Content-Length: \(length)"], body: "abcde"))
        #expect(record.refusals == [.bodyTooLarge])
        #expect(record.statuses == [413])
        #expect(record.hasShutDown)
    }

    @Test("must be given once", arguments: ["5", "6"])
    func severalContentLengths(length: String) {
        let fields = ["Content-Length: 5", "content-length: \(length)"]
        let record = outcome(request("POST", fields: fields, body: "abcde"))
        #expect(record.refusals == [.severalContentLengths])
    }

    @Test("must not be given in two ways")
    func both() {
        for fields in [
            ["Content-Length: 5", "Transfer-Encoding: chunked"],
            ["Transfer-Encoding: chunked", "Content-Length: 5"],
            ["Transfer-Encoding:", "Content-Length: 5"],
        ] {
            let record = outcome(request("POST", fields: fields, body: "0\r\n\r\n"))
            #expect(record.refusals == [.contentLengthAndTransferEncoding])
            #expect(record.hasShutDown)
        }
    }

    @Test(
        "is determined by chunks",
        arguments: ["chunked", "Chunked", "CHUNKED", " chunked ", ", chunked", "chunked,"]
    )
    func chunked(coding: String) {
        let fields = ["Transfer-Encoding: \(coding)"]
        let record = outcome(request("POST", fields: fields, body: "3\r\nabc\r\n0\r\n\r\n"))
        #expect(record.bodies == ["abc"])
    }

    @Test(
        "requires chunked as the last coding",
        arguments: [
            "", ",", "identity", "gzip", "chunked, gzip", "chunked, chunked", "chunked;a=b",
            "xchunked", "chun ked", "\"chunked\"", "chunked, identity",
        ]
    )
    func notChunked(coding: String) {
        let record = outcome(request("POST", fields: ["Transfer-Encoding: \(coding)"]))
        #expect(record.refusals == [.invalidTransferEncoding])
        #expect(record.statuses == [400])
        #expect(record.hasShutDown)
    }

    @Test("is not determined by unknown codings", arguments: ["gzip, chunked", "a, b, chunked"])
    func unknownCoding(coding: String) {
        let record = outcome(request("POST", fields: ["Transfer-Encoding: \(coding)"]))
        #expect(record.refusals == [.unknownTransferCoding])
        #expect(record.statuses == [501])
    }

    @Test("may be given by several Transfer-Encoding lines")
    func severalLines() {
        let fields = ["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"]
        #expect(outcome(request("POST", fields: fields)).refusals == [.invalidTransferEncoding])
    }

    @Test("must not be given by chunks in HTTP/1.0")
    func http10() {
        let fields = ["Transfer-Encoding: chunked", "Connection: keep-alive"]
        let record = outcome(request("POST", version: "HTTP/1.0", fields: fields))
        #expect(record.refusals == [.transferEncodingInHTTP10])
        #expect(record.hasShutDown)
    }

    @Test("beyond the limit is refused before the body is read")
    func tooLarge() {
        var limits = Limits()
        limits.bodyBytes = 10
        let fitting = request("POST", fields: ["Content-Length: 10"], body: "0123456789")
        #expect(outcome(fitting, limits: limits).statuses == [200])
        let record = outcome(request("POST", fields: ["Content-Length: 11"]), limits: limits)
        #expect(record.refusals == [.bodyTooLarge])
        #expect(record.statuses == [413])
        #expect(record.hasShutDown)
    }

    @Test("of which only sums are kept has a limit of its own, or none")
    func streams() {
        func outcome(
            _ fields: [String],
            _ body: String,
            streamBytes: Int
        ) -> Conversation.Record {
            var limits = Limits()
            limits.bodyBytes = 4
            limits.streamBytes = streamBytes
            let conversation = Conversation(limits: limits)
            conversation.intakeOptions.isStream = true
            conversation.receive(request("POST", fields: fields, body: body))
            return conversation.record
        }
        let length = (["Content-Length: 10"], "0123456789")
        let chunked = (["Transfer-Encoding: chunked"], "a\r\n0123456789\r\n0\r\n\r\n")
        for (fields, body) in [length, chunked] {
            #expect(outcome(fields, body, streamBytes: 0).statuses == [200])
            #expect(outcome(fields, body, streamBytes: 10).bodies == ["0123456789"])
            let record = outcome(fields, body, streamBytes: 9)
            #expect(record.refusals == [.streamTooLong] && record.statuses == [413])
            #expect(record.hasShutDown)
        }
    }

    @Test("that is not reached prevents processing of the request")
    func incomplete() {
        for text in [
            request("POST", fields: ["Content-Length: 5"], body: "abc"),
            request("POST", fields: ["Transfer-Encoding: chunked"], body: "5\r\nabc"),
            request("POST", fields: ["Transfer-Encoding: chunked"], body: "5\r\nabcde\r\n"),
            "GET / HTTP/1.1\r\nHost: a\r\n", "GET /",
        ] {
            let record = outcome(text, ends: true)
            #expect(record.requests.isEmpty)
            #expect(record.refusals == [.incompleteRequest])
            #expect(record.closing == .afterResponse)
        }
    }
}
