// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("A connection") struct TransportTests {
    static let path = "/v1/losses/mse"
    static let body = #"{"predictions": [1, 2], "targets": [0, 0]}"#

    @Test("is kept for the next request, whatever the last was answered")
    func keptAlive() throws {
        let client = try ServerProcess.shared.client()
        let first = try client.ask(.get("/livez"))
        #expect(first.newConnections == 1)
        let questions: [Question] = [
            .post(Self.path, Self.body), .get("/nothing"), .post(Self.path, "{"),
            Question("HEAD", "/"), Question("OPTIONS", "/"), Question("DELETE", "/"),
            Question("BREW", "/"), .post("/v1/losses/nothing", Self.body), .get("/livez"),
        ]
        for question in questions {
            let answer = try client.ask(question)
            #expect(answer.newConnections == 0, "\(question.method) \(question.path)")
            #expect(answer.localPort == first.localPort)
        }
    }

    @Test("is closed when the client asks for that")
    func closed() throws {
        let connection = try ServerProcess.shared.connection()
        try connection.send("GET /livez HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")
        let answer = try connection.answer()
        #expect(answer.status == 200)
        #expect(answer.fields["Connection"] == "close")
        #expect(try connection.rest().isEmpty)
    }

    @Test("is closed after each answer in HTTP/1.0, unless the client asks to keep it")
    func http10() throws {
        let once = try ServerProcess.shared.connection()
        try once.send("GET /livez HTTP/1.0\r\n\r\n")
        #expect(try once.answer().status == 200)
        #expect(try once.rest().isEmpty)

        let kept = try ServerProcess.shared.connection()
        for _ in 0..<2 {
            try kept.send("GET /livez HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            #expect(try kept.answer().fields["Connection"] == "keep-alive")
        }
    }

    @Test("takes a body in chunks of any size", arguments: [1, 7, 4_096])
    func chunked(chunk: Int) throws {
        let client = try ServerProcess.shared.client()
        let question = Question(
            "POST",
            Self.path,
            fields: ["Content-Type": "application/json"],
            body: .chunked(Array(Self.body.utf8), chunk: chunk)
        )
        for newConnections in [1, 0] {
            let answer = try client.ask(question)
            #expect(answer.status == 200)
            #expect(try answer.json()["loss"] == 2.5)
            #expect(answer.newConnections == newConnections)
        }
    }

    @Test("takes chunks with extensions and trailers, byte by byte")
    func chunkedByHand() throws {
        let connection = try ServerProcess.shared.connection()
        let half = Self.body.utf8.count / 2
        let parts = [String(Self.body.prefix(half)), String(Self.body.dropFirst(half))]
        let chunks = parts.map { part in
            String(part.utf8.count, radix: 16) + ";name=\"value\"\r\n\(part)\r\n"
        }
        let request =
            "POST \(Self.path) HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n"
            + chunks.joined() + "0\r\nTrailer: ignored\r\n\r\n"
        for byte in request.utf8 { try connection.send([byte]) }
        #expect(try connection.answer().json()["loss"] == 2.5)
    }

    @Test("answers requests that come all at once in their order")
    func pipelined() throws {
        let connection = try ServerProcess.shared.connection()
        let bodies = (1...50).map { #"{"predictions": \#($0), "targets": 0}"# }
        let requests = bodies.map { body in
            "POST \(Self.path) HTTP/1.1\r\nHost: test\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
                + body
        }
        try connection.send(requests.joined() + "GET /livez HTTP/1.1\r\nHost: test\r\n\r\n")
        for number in 1...50 {
            let answer = try connection.answer()
            #expect(try answer.json()["loss"]?.number == Double(number * number))
        }
        #expect(try connection.answer().text == #"{"status":"ok"}"#)
    }

    @Test("skips the body of a request that its head decides, and goes on")
    func skippedBody() throws {
        let connection = try ServerProcess.shared.connection()
        try connection.send(
            "POST /nothing HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nGET /"
                + "GET /livez HTTP/1.1\r\nHost: test\r\n\r\n"
        )
        #expect(try connection.answer().status == 404)
        #expect(try connection.answer().status == 200)
    }

    @Test("that ends in the middle of a request is told so and acts on nothing")
    func halfRequest() throws {
        let connection = try ServerProcess.shared.connection()
        try connection.send(
            "POST \(Self.path) HTTP/1.1\r\nHost: test\r\nContent-Length: 1000\r\n\r\n" + Self.body
        )
        connection.endSending()
        let answer = try connection.answer()
        try answer.expectProblem(400, "incomplete-request")
        #expect(try connection.rest().isEmpty)
    }

    @Test(
        "is closed after a request that could be read in two ways",
        arguments: [
            (
                "Content-Length: 5\r\nTransfer-Encoding: chunked",
                "content-length-and-transfer-encoding"
            ),
            ("Content-Length: 5\r\nContent-Length: 6", "several-content-lengths"),
            ("Content-Length: +5", "invalid-content-length"),
            ("Content-Length : 5", "whitespace-before-colon"),
            ("Host: other", "several-hosts"),
            ("Transfer-Encoding: chunked, identity", "invalid-transfer-encoding"),
        ]
    )
    func ambiguous(fields: String, slug: String) throws {
        let connection = try ServerProcess.shared.connection()
        try connection.send("POST \(Self.path) HTTP/1.1\r\nHost: test\r\n\(fields)\r\n\r\n")
        let answer = try connection.answer()
        #expect(answer.fields["Connection"] == "close")
        let status = slug == "invalid-transfer-encoding" ? answer.status : 400
        try answer.expectProblem(status, slug)
        connection.endSending()
        #expect(try connection.rest().isEmpty)
    }

    @Test("is one of many that are answered at the same time, each right")
    func parallel() throws {
        let clients = 32
        let requests = 20
        func number(_ client: Int, _ request: Int) -> Double { Double(client * requests + request) }
        let questions = (0..<clients).map { client in
            (0..<requests).map { request in
                let body = #"{"predictions": [\#(number(client, request))], "targets": [-1]}"#
                return Question.post(Self.path, body)
            }
        }
        let crowd = try CurlCrowd(ServerProcess.shared.url, asking: questions)
        let answers = try crowd.ask()
        for client in 0..<clients {
            #expect(answers[client].count == requests)
            for (request, answer) in answers[client].enumerated() {
                let distance = number(client, request) + 1
                let json = try answer.json()
                #expect(json["loss"]?.number == distance * distance)
                #expect(json["gradient"]?.numbers == [2 * distance])
            }
        }
        let connections = answers.joined().map { $0.newConnections }.reduce(0, +)
        #expect(connections <= clients)
    }
}
