// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes
import Testing

@Suite("A response") struct ResponseTests {
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

    @Test("has the formats of its request in its record, whatever its route")
    func formats() {
        let formats = RouteName.Formats(request: "csv", result: "json")
        let conversation = Conversation()
        conversation.intakeOptions.route = RouteName("/a").with(formats)
        conversation.receive(request("POST", fields: ["Content-Length: 2"], body: "ab"))
        conversation.receive("nonsense\r\n\r\n")
        let routes = conversation.record.exchanges.map { $0.route }
        #expect(routes.first == RouteName("/route").with(formats))
        #expect(routes.last?.formats == RouteName.Formats())
    }

    @Test("may have any status")
    func status() {
        #expect(text(.make(status: .init(code: 599))).hasPrefix("HTTP/1.1 599 \r\n"))
        #expect(text(.make(status: .notFound)).hasPrefix("HTTP/1.1 404 Not Found\r\n"))
    }

    @Test("to HEAD has the fields of GET and no content")
    func head() {
        let output = text(.make("body"), to: request("HEAD"))
        #expect(output.contains("\r\nContent-Length: 4\r\n"))
        #expect(output.hasSuffix("\r\n\r\n"))
    }

    @Test("without content has no length either", arguments: [204, 304])
    func noContent(code: Int) {
        let output = text(.make("body", status: .init(code: code)))
        #expect(!output.contains("Content-Length"))
        #expect(output.hasSuffix("\r\n\r\n"))
    }

    @Test("has the fields of the connection once, as the connection sets them")
    func ownFields() {
        let fields: ResponseFields = [
            .date: "tomorrow", .contentLength: "99", .connection: "close",
            .transferEncoding: "chunked", .vary: "Origin",
        ]
        let output = text(.make("body", fields: fields))
        #expect(
            output.hasPrefix(
                "HTTP/1.1 200 OK\r\nDate: today\r\nContent-Length: 4\r\nVary: Origin\r\nX-Request-Id: "
            )
        )
    }

    @Test("cannot be split by a field value")
    func injection() {
        let output = text(.make(fields: [.vary: "a\r\nSet-Cookie: b"]))
        #expect(!output.contains("\r\nSet-Cookie"))
    }

    @Test(
        "has a date in IMF-fixdate format",
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
