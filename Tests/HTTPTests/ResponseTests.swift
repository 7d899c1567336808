// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes
import Testing

@Suite("An answer") struct ResponseTests {
    private func text(_ response: Response, to text: String = request()) -> String {
        let conversation = Conversation(respond: { _ in response })
        conversation.receive(text)
        return conversation.record.text
    }

    @Test("is a status line, fields and a body")
    func whole() {
        let response = Response.make("{}", fields: [.contentType: "application/json"])
        #expect(
            text(response) == """
                HTTP/1.1 200 OK\r
                Date: today\r
                Content-Length: 2\r
                Content-Type: application/json\r
                X-Request-Id: 0000000000000000-1\r
                \r
                {}
                """
        )
    }

    @Test("has any status")
    func status() {
        #expect(text(.make(status: .init(code: 599))).hasPrefix("HTTP/1.1 599 \r\n"))
        #expect(text(.make(status: .notFound)).hasPrefix("HTTP/1.1 404 Not Found\r\n"))
    }

    @Test("to HEAD has the fields of GET and no body")
    func head() {
        let answer = text(.make("body"), to: request("HEAD"))
        #expect(answer.contains("\r\nContent-Length: 4\r\n"))
        #expect(answer.hasSuffix("\r\n\r\n"))
    }

    @Test("without content has neither a body nor a length", arguments: [204, 304])
    func noContent(code: Int) {
        let answer = text(.make("body", status: .init(code: code)))
        #expect(!answer.contains("Content-Length"))
        #expect(answer.hasSuffix("\r\n\r\n"))
    }

    @Test("says what is the connection's business once, and as the connection sees it")
    func ownFields() {
        let fields: ResponseFields = [
            .date: "tomorrow", .contentLength: "99", .connection: "close",
            .transferEncoding: "chunked", .vary: "Origin",
        ]
        let answer = text(.make("body", fields: fields))
        #expect(
            answer.hasPrefix(
                "HTTP/1.1 200 OK\r\nDate: today\r\nContent-Length: 4\r\nVary: Origin\r\nX-Request-Id: "
            )
        )
    }

    @Test("cannot be split by what a field says")
    func injection() {
        let answer = text(.make(fields: [.vary: "a\r\nSet-Cookie: b"]))
        #expect(!answer.contains("\r\nSet-Cookie"))
    }

    @Test(
        "has a date in the one format",
        arguments: [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (951_782_399, "Mon, 28 Feb 2000 23:59:59 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
            (951_868_800, "Wed, 01 Mar 2000 00:00:00 GMT"),
            (1_709_164_800, "Thu, 29 Feb 2024 00:00:00 GMT"),
            (1_735_689_599, "Tue, 31 Dec 2024 23:59:59 GMT"),
            (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
        ]
    )
    func date(seconds: Int, text: String) {
        #expect(HTTPDate.format(secondsSince1970: seconds) == text)
    }
}
