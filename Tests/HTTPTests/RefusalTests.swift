// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes
import Testing

@Suite("Every refusal") struct RefusalTests {
    /// Requests that provoke a refusal; refusals that depend on time or memory have their own
    /// tests.
    private static let provocations: [(Refusal, String)] = [
        (.tlsNotSupported, "\u{16}\u{3}\u{1}\u{2}\0\u{1}"),
        (.invalidRequestLine, "GET /\r\n"),
        (.invalidMethod, request("G@T")),
        (.invalidVersion, request(version: "HTTP/x")),
        (.unsupportedVersion, request(version: "HTTP/2.0")),
        (.requestLineTooLong, "GET /" + String(repeating: "a", count: 10_000)),
        (.methodTooLong, String(repeating: "a", count: 10_000)),
        (.invalidTarget, request("GET", "/é")),
        (.asteriskWithoutOptions, request("GET", "*")),
        (.invalidPercentEncoding, request("GET", "/%")),
        (.invalidPathCharacter, request("GET", "/%00")),
        (.connectNotSupported, request("CONNECT", "a:1")),
        (.bareCarriageReturn, "\r\r"),
        (.bareLineFeed, "\n"),
        (.controlCharacter, "\0"),
        (.foldedField, request(fields: [" a"])),
        (.invalidFieldName, request(fields: ["@: a"])),
        (.whitespaceBeforeColon, request(fields: ["a : a"])),
        (.headTooLarge, request(fields: ["a: " + String(repeating: "a", count: 40_000)])),
        (.tooManyFields, request(fields: Array(repeating: "a: b", count: 101))),
        (.missingHost, request(host: nil)),
        (.severalHosts, request(fields: ["Host: a"])),
        (.invalidHost, request(host: "a b")),
        (.severalContentTypes, request(fields: ["Content-Type: a/b", "content-type: a/b"])),
        (.ambiguousFieldName, request(fields: ["content_Length: 1"])),
        (.ambiguousFieldName, request(fields: ["Transfer_Encoding: chunked"])),
        (.unknownExpectation, request(fields: ["Expect: a"])),
        (.invalidContentLength, request(fields: ["Content-Length: a"])),
        (.severalContentLengths, request(fields: ["Content-Length: 1", "Content-Length: 1"])),
        (
            .contentLengthAndTransferEncoding,
            request(fields: ["Content-Length: 1", "Transfer-Encoding: chunked"])
        ),
        (.invalidTransferEncoding, request(fields: ["Transfer-Encoding: a"])),
        (.unknownTransferCoding, request(fields: ["Transfer-Encoding: a, chunked"])),
        (
            .transferEncodingInHTTP10,
            request(version: "HTTP/1.0", fields: ["Transfer-Encoding: chunked"])
        ),
        (.invalidChunkSize, request(fields: ["Transfer-Encoding: chunked"], body: "x")),
        (.invalidChunkExtension, request(fields: ["Transfer-Encoding: chunked"], body: "1;;")),
        (.invalidChunkEnd, request(fields: ["Transfer-Encoding: chunked"], body: "1\r\nab")),
        (
            .wastefulChunks,
            request(
                fields: ["Transfer-Encoding: chunked"],
                body: "1;" + String(repeating: "a", count: 20_000)
            )
        ),
        (.invalidTrailer, request(fields: ["Transfer-Encoding: chunked"], body: "0\r\n:")),
        (.bodyTooLarge, request(fields: ["Content-Length: 67108865"])),
    ]

    /// Refusals that need more than bytes, covered by the tests of time, resources, drains and
    /// framing.
    private static let others: Set<Refusal> = [
        .streamTooLong, .incompleteRequest, .headTimeout, .bodyTimeout, .tooManyConnections,
        .memoryExhausted,
        .excessiveMemory, .tooManyWaiting, .draining,
    ]

    @Test("can be provoked")
    func complete() {
        let all = Self.others.union(Self.provocations.map { $0.0 })
        #expect(all == Set(Refusal.allCases))
    }

    @Test("sends its status and closes the connection", arguments: provocations)
    func provoked(refusal: Refusal, text: String) {
        for size in [1, 7, Int.max] {
            let record = outcome(text, size: size)
            #expect(record.refusals == [refusal])
            #expect(record.statuses == [refusal.status.code])
            #expect(record.requests.isEmpty)
            #expect(record.text.contains("\r\nConnection: close\r\n"))
            #expect(record.hasShutDown)
        }
    }

    @Test("has a slug, an error status and a sentence", arguments: Refusal.allCases)
    func described(refusal: Refusal) {
        #expect(
            refusal.code.utf8.allSatisfy {
                (97...122).contains($0) || $0 == 45 || (48...57).contains($0)
            }
        )
        #expect((400...599).contains(refusal.status.code))
        #expect(!refusal.status.reasonPhrase.isEmpty)
        #expect(refusal.sentence(limits: Limits()).hasSuffix("."))
        #expect((refusal.retryAfter != nil) == (refusal.status == .serviceUnavailable))
    }

    @Test("that results from a limit states the limit")
    func limits() {
        var limits = Limits()
        limits.bodyBytes = 12_345
        limits.requestLineBytes = 23_456
        #expect(Refusal.bodyTooLarge.sentence(limits: limits).contains("12345"))
        let long = Refusal.bodyTooLarge.sentence(limits: limits, length: 34_567)
        #expect(
            long.hasPrefix(
                "The body has 34567 bytes, which exceeds the limit of 12345 bytes (--body-bytes):"
            )
        )
        let endless = Refusal.bodyTooLarge.sentence(limits: limits, length: .max)
        #expect(endless.hasPrefix("The body has 9223372036854775807 or more bytes, which exceeds"))
        #expect(Refusal.requestLineTooLong.sentence(limits: limits).contains("23456"))
        limits.streamBytes = 34_567
        let stream = Refusal.streamTooLong.sentence(limits: limits)
        #expect(stream.contains("the limit of 34567 bytes (--stream-bytes)"))
    }
}
