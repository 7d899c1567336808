// SPDX-License-Identifier: Apache-2.0

import Testing

/// Connections and sequences of requests.
extension ConformanceTests {
    @Test("RFC 9112 9.3.2: responses to pipelined requests are in order")
    func pipelining() throws {
        let connection = try ServerProcess.shared.connection()
        let requests = [
            RequestText.get(), RequestText.get(target: "/nothing"),
            RequestText.post("Content-Length: 33", content: RequestText.lossBody),
            RequestText.chunked("21\r\n\(RequestText.lossBody)\r\n0\r\n\r\n"),
            RequestText.head("OPTIONS * HTTP/1.1", ["Host: test"]), RequestText.post(),
            RequestText.head("BREW / HTTP/1.1", ["Host: test"]), "\r\n" + RequestText.get("X: y"),
            RequestText.get("Connection: close", target: "/openapi.json"), RequestText.get(),
        ]
        try connection.send(requests.joined())
        for status in [200, 404, 200, 200, 204, 400, 501, 200, 200] {
            #expect(try connection.readResponse().status == status)
        }
        #expect(try connection.rest().isEmpty)
        #expect(!connection.wasReset)
    }

    @Test(
        "RFC 9112 9.6: the last response is complete, and later requests get none",
        arguments: [
            (RequestText.get("Connection: close", target: "/openapi.yaml"), 200),
            (RequestText.get("Connection: close", target: "/nothing"), 404),
            (RequestText.get("X : y"), 400), (RequestText.get(target: target(filling: 9_000)), 414),
            (RequestText.post("Content-Length: 999999999"), 413),
            (RequestText.chunked("x\r\n"), 400), (RequestText.get("Expect: x"), 417),
            (RequestText.head("CONNECT test:80 HTTP/1.1", ["Host: test"]), 501),
        ]
    )
    func end(request: String, status: Int) throws {
        let connection = try ServerProcess.shared.connection()
        // Far more than the server reads at once, so that some is unread when it responds.
        let more = String(repeating: RequestText.get(), count: 20_000)
        try connection.send(request + more)
        let response = try connection.readResponse()
        #expect(response.status == status)
        #expect(response.fields["Content-Length"].flatMap { Int($0) } == response.body.count)
        #expect(try connection.rest().isEmpty)
        #expect(!connection.wasReset)
    }

    @Test(
        "RFC 9112 8: an incomplete request is not processed",
        arguments: [
            "GET", "GET /livez HTTP/1.1", "GET /livez HTTP/1.1\r\nHost: test\r\n",
            RequestText.post("Content-Length: 34", content: RequestText.lossBody),
            RequestText.chunked("21\r\n\(RequestText.lossBody)"),
            RequestText.chunked("21\r\n\(RequestText.lossBody)\r\n"),
            RequestText.chunked("21\r\n\(RequestText.lossBody)\r\n0\r\n"),
            RequestText.chunked("21\r\n\(RequestText.lossBody)\r\n0\r\nX: y\r\n"),
        ]
    )
    func cutOff(request: String) throws {
        let connection = try ServerProcess.shared.connection()
        try connection.send(request)
        connection.endSending()
        let response = try connection.readResponse()
        try response.expectProblem(400, "incomplete-request")
        #expect(response.fields["Connection"] == "close")
        #expect(try connection.rest().isEmpty)
    }

    @Test(
        "RFC 9112 9.5: a connection without a request ends without a response",
        arguments: ["", "\r\n"]
    )
    func nothing(request: String) throws {
        let connection = try ServerProcess.shared.connection()
        try connection.send(request)
        connection.endSending()
        #expect(try connection.rest().isEmpty)
    }

    @Test("RFC 9112 9.3: unneeded content with invalid framing ends the connection")
    func unreadWrongChunks() throws {
        let connection = try ServerProcess.shared.connection()
        let wrong = RequestText.chunked("x\r\n", target: "/nothing")
        try connection.send(wrong + RequestText.get())
        #expect(try connection.readResponse().status == 404)
        #expect(try connection.rest().isEmpty)
    }

    @Test("RFC 9112 9.3: HTTP/1.0 keeps the connection on request")
    func keptByHTTP10() throws {
        let connection = try ServerProcess.shared.connection()
        let lines = ["Host: test", "Connection: Keep-Alive"]
        for _ in 0..<2 {
            try connection.send(RequestText.head("GET /livez HTTP/1.0", lines))
            let response = try connection.readResponse()
            #expect(response.status == 200)
            #expect(response.fields["Connection"] == "keep-alive")
        }
        try connection.send(RequestText.head("GET /livez HTTP/1.0", []))
        #expect(try connection.readResponse().status == 200)
        #expect(try connection.rest().isEmpty)
    }

    @Test("RFC 9112 6.1: a long response has a transfer coding, except for HTTP/1.0")
    func longResponse() throws {
        let list = Array(repeating: "1", count: 200_000).joined(separator: ",")
        let content = #"{"predictions":[\#(list)],"targets":[\#(list)]}"#
        let lines = ["Host: test", "Content-Length: \(content.utf8.count)"]
        let connection = try ServerProcess.shared.connection()
        try connection.send(RequestText.head("POST /v1/losses/mse HTTP/1.0", lines) + content)
        let response = try connection.readResponse()
        #expect(response.status == 200)
        #expect(response.fields["Transfer-Encoding"] == nil)
        let json = try JSON(parsing: response.body + Array(try connection.rest().utf8))
        #expect(json["loss"] == 0)
        #expect(json["gradient"]?.numbers.count == 200_000)

        let modern = try ServerProcess.shared.connection()
        try modern.send(RequestText.head("POST /v1/losses/mse HTTP/1.1", lines) + content)
        let fields = try modern.readResponse().fields
        #expect(fields["Transfer-Encoding"] == "chunked")
        #expect(fields["Content-Length"] == nil)
    }

    @Test("RFC 9110 8.6: 100, 204 and 304 have no length and no transfer coding")
    func withoutContent() throws {
        let connection = try ServerProcess.shared.connection()
        try connection.send(RequestText.get(target: "/openapi.json"))
        let tag = try #require(try connection.readResponse().fields["ETag"])
        let requests = [
            (RequestText.head("OPTIONS / HTTP/1.1", ["Host: test"]), 204),
            (RequestText.get("If-None-Match: \(tag)", target: "/openapi.json"), 304),
            (RequestText.post("Expect: 100-continue", "Content-Length: 33"), 100),
        ]
        for (request, status) in requests {
            try connection.send(request)
            let response = try connection.readResponse()
            #expect(response.status == status)
            #expect(response.fields["Content-Length"] == nil)
            #expect(response.fields["Transfer-Encoding"] == nil)
        }
        try connection.send(RequestText.lossBody)
        #expect(try connection.readResponse().status == 200)
    }

    @Test(
        "RFC 9110 10.1.1: 100 Continue precedes the content, whatever its framing",
        arguments: ["100-continue", "100-Continue", "\t100-continue ", ",100-continue,"]
    )
    func continuation(expectation: String) throws {
        let connection = try ServerProcess.shared.connection()
        let chunks = "21\r\n\(RequestText.lossBody)\r\n0\r\n\r\n"
        for (framing, content) in [
            ("Content-Length: 33", RequestText.lossBody), ("Transfer-Encoding: chunked", chunks),
        ] {
            try connection.send(RequestText.post("Expect: \(expectation)", framing))
            #expect(try connection.readResponse().status == 100)
            try connection.send(content)
            #expect(try connection.readResponse().status == 200)
        }
    }

    @Test(
        "RFC 9110 15.5.9: a slow client gets 408, and the connection ends",
        arguments: [
            ("GET /livez HTTP/1.1\r\nHost: ", "head-timeout"),
            (RequestText.post("Content-Length: 33", content: "{"), "body-timeout"),
            (RequestText.chunked("21\r\n{"), "body-timeout"),
        ]
    )
    func tooSlow(request: String, slug: String) throws {
        let server = try ServerProcess("--head-time", "0.1", "--body-stall-time", "0.1")
        let connection = try server.connection()
        try connection.send(request)
        let response = try connection.readResponse()
        try response.expectProblem(408, slug)
        #expect(response.fields["Connection"] == "close")
        #expect(try connection.rest().isEmpty)
    }

    @Test("RFC 9110 15.5.9: a silent client gets no response")
    func idle() throws {
        let server = try ServerProcess("--idle-time", "0.1")
        for request in ["", RequestText.get()] {
            let connection = try server.connection()
            try connection.send(request)
            if !request.isEmpty { #expect(try connection.readResponse().status == 200) }
            #expect(try connection.rest().isEmpty)
        }
    }

    @Test("RFC 9110 15.6.4: a connection beyond the limit gets Retry-After")
    func overloaded() throws {
        let server = try ServerProcess("--connections", "1")
        let first = try server.connection()
        try first.send(RequestText.get())
        #expect(try first.readResponse().status == 200)
        let second = try server.connection()
        let response = try second.readResponse()
        #expect(response.status == 503)
        #expect(response.fields["Retry-After"].flatMap { Int($0) } == 1)
        #expect(response.fields["Connection"] == "close")
        #expect(try second.rest().isEmpty)
    }
}
