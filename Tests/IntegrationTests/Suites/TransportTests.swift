// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("A connection") struct TransportTests {
    static let path = "/v1/losses/mse"
    static let body = #"{"predictions": [1, 2], "targets": [0, 0]}"#

    @Test("is kept for the next request after any response")
    func keptAlive() throws {
        let client = try ServerProcess.shared.client()
        let first = try client.send(.get("/livez"))
        #expect(first.newConnections == 1)
        let requests: [Request] = [
            .post(Self.path, Self.body), .get("/nothing"), .post(Self.path, "{"),
            Request("HEAD", "/"), Request("OPTIONS", "/"), Request("DELETE", "/"),
            Request("BREW", "/"), .post("/v1/losses/nothing", Self.body), .get("/livez"),
        ]
        for request in requests {
            let response = try client.send(request)
            #expect(response.newConnections == 0, "\(request.method) \(request.path)")
            #expect(response.localPort == first.localPort)
        }
    }

    @Test("is closed on the client's request")
    func closed() throws {
        let connection = try ServerProcess.shared.connection()
        try connection.send("GET /livez HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")
        let response = try connection.readResponse()
        #expect(response.status == 200)
        #expect(response.fields["Connection"] == "close")
        #expect(try connection.rest().isEmpty)
    }

    @Test("is closed after each response in HTTP/1.0, unless the client keeps it alive")
    func http10() throws {
        let once = try ServerProcess.shared.connection()
        try once.send("GET /livez HTTP/1.0\r\n\r\n")
        #expect(try once.readResponse().status == 200)
        #expect(try once.rest().isEmpty)

        let kept = try ServerProcess.shared.connection()
        for _ in 0..<2 {
            try kept.send("GET /livez HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            #expect(try kept.readResponse().fields["Connection"] == "keep-alive")
        }
    }

    @Test("accepts a body in chunks of any size", arguments: [1, 7, 4_096])
    func chunked(chunk: Int) throws {
        let client = try ServerProcess.shared.client()
        let request = Request(
            "POST",
            Self.path,
            fields: ["Content-Type": "application/json"],
            body: .chunked(Array(Self.body.utf8), chunk: chunk)
        )
        for newConnections in [1, 0] {
            let response = try client.send(request)
            #expect(response.status == 200)
            #expect(try response.json()["loss"] == 2.5)
            #expect(response.newConnections == newConnections)
        }
    }

    @Test("accepts chunks with extensions and trailers, byte by byte")
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
        #expect(try connection.readResponse().json()["loss"] == 2.5)
    }

    @Test("responds to pipelined requests in order")
    func pipelined() throws {
        let connection = try ServerProcess.shared.connection()
        let bodies = (1...50).map { #"{"predictions": \#($0), "targets": 0}"# }
        let requests = bodies.map { body in
            "POST \(Self.path) HTTP/1.1\r\nHost: test\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
                + body
        }
        try connection.send(requests.joined() + "GET /livez HTTP/1.1\r\nHost: test\r\n\r\n")
        for number in 1...50 {
            let response = try connection.readResponse()
            #expect(try response.json()["loss"]?.number == Double(number * number))
        }
        #expect(try connection.readResponse().text == #"{"status":"ok"}"#)
    }

    @Test("skips the body of a request whose head determines the response, and continues")
    func skippedBody() throws {
        let connection = try ServerProcess.shared.connection()
        try connection.send(
            "POST /nothing HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nGET /"
                + "GET /livez HTTP/1.1\r\nHost: test\r\n\r\n"
        )
        #expect(try connection.readResponse().status == 404)
        #expect(try connection.readResponse().status == 200)
    }

    @Test("that ends within a request gets an error, and the request is not processed")
    func halfRequest() throws {
        let connection = try ServerProcess.shared.connection()
        try connection.send(
            "POST \(Self.path) HTTP/1.1\r\nHost: test\r\nContent-Length: 1000\r\n\r\n" + Self.body
        )
        connection.endSending()
        let response = try connection.readResponse()
        try response.expectProblem(400, "incomplete-request")
        #expect(try connection.rest().isEmpty)
    }

    @Test(
        "is closed after an ambiguous request",
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
        let response = try connection.readResponse()
        #expect(response.fields["Connection"] == "close")
        let status = slug == "invalid-transfer-encoding" ? response.status : 400
        try response.expectProblem(status, slug)
        connection.endSending()
        #expect(try connection.rest().isEmpty)
    }

    @Test("is one of many that are served concurrently, with correct results")
    func parallel() throws {
        let clients = 32
        let requestCount = 20
        func number(_ client: Int, _ request: Int) -> Double {
            Double(client * requestCount + request)
        }
        let requests = (0..<clients).map { client in
            (0..<requestCount).map { request in
                let body = #"{"predictions": [\#(number(client, request))], "targets": [-1]}"#
                return Request.post(Self.path, body)
            }
        }
        let crowd = try CurlCrowd(ServerProcess.shared.url, sending: requests)
        let responses = try crowd.send()
        for client in 0..<clients {
            #expect(responses[client].count == requestCount)
            for (request, response) in responses[client].enumerated() {
                let distance = number(client, request) + 1
                let json = try response.json()
                #expect(json["loss"]?.number == distance * distance)
                #expect(json["gradient"]?.numbers == [2 * distance])
            }
        }
        let connections = responses.joined().map { $0.newConnections }.reduce(0, +)
        #expect(connections <= clients)
    }
}
