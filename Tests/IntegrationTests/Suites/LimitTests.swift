// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("A limit") struct LimitTests {
    static let path = "/v1/losses/mse"

    @Test("on the body is enforced before it is read, and the response arrives")
    func bodyByLength() throws {
        let server = try ServerProcess("--body-bytes", "1000")
        let client = try server.client()
        let spaces = [UInt8](repeating: UInt8(ascii: " "), count: 5_000_000)
        for body in [Request.Body.bytes(spaces), .chunked(spaces, chunk: 4_096)] {
            let request = Request("POST", Self.path, body: body)
            let response = try client.send(request)
            let problem = try response.expectProblem(413, "body-too-large")
            #expect(problem["detail"]?.string?.contains("1000") == true)
            #expect(response.fields["Connection"] == "close")
        }

        let connection = try server.connection()
        try connection.send(
            "POST \(Self.path) HTTP/1.1\r\nHost: test\r\nContent-Length: 1001\r\n\r\n"
        )
        try connection.readResponse().expectProblem(413, "body-too-large")
    }

    @Test("on the body does not apply to rows of which only sums are kept")
    func stream() throws {
        let server = try ServerProcess("--body-bytes", "1000", "--stream-bytes", "3MiB")
        let client = try server.client()
        let line = "0.125,0.25\n"
        func post(_ count: Int, _ query: String = "", isChunked: Bool) -> Request {
            let text = "predictions,targets\n" + String(repeating: line, count: count)
            let bytes = Array(text.utf8)
            var request = Request(
                "POST",
                Self.path + query,
                body: isChunked ? .chunked(bytes, chunk: 60_000) : .bytes(bytes)
            )
            request.fields = ["Content-Type": "text/csv"]
            return request
        }
        for isChunked in [false, true] {
            for count in [200, 200_000] {
                let response = try client.send(post(count, isChunked: isChunked))
                #expect(response.status == 200)
                let body = String(decoding: response.body, as: UTF8.self)
                #expect(body.hasPrefix("{\"loss\":0.015625,\"normalizer\":\(count),"), "\(body)")
            }
            try client.send(post(200, "?outputs=gradient", isChunked: isChunked))
                .expectProblem(413, "body-too-large")
            let problem = try client.send(post(300_000, isChunked: isChunked))
                .expectProblem(413, "stream-too-long")
            #expect(problem["detail"]?.string?.contains("3145728 bytes (--stream-bytes)") == true)
        }
    }

    /// A body of `count` predictions and as many targets, for which all outputs are requested.
    private func manyNumbers(_ count: Int) -> Request {
        let list = repeatElement("0.1234567891234567", count: count).joined(separator: ",")
        let outputs = #"["loss","gradient","hessian","elements"]"#
        return .post(
            Self.path,
            #"{"predictions":[\#(list)],"targets":[\#(list)],"outputs":\#(outputs)}"#
        )
    }

    @Test("on memory is reported as such, and large bodies that fit alone wait for each other")
    func memory() throws {
        // They wait for each other for as long as a sanitizer needs.
        let server = try ServerProcess("--memory-bytes", "33554432", "--body-stall-time", "300")
        let fitting = manyNumbers(425_000)
        let excessive = manyNumbers(650_000)
        let crowd = try CurlCrowd(
            server.url,
            sending: [[fitting], [excessive], [fitting], [excessive], [fitting]]
        )
        let responses = try crowd.send().compactMap { $0.first }
        #expect(responses.map { $0.status } == [200, 413, 200, 413, 200])
        for response in [responses[1], responses[3]] {
            try response.expectProblem(413, "excessive-memory")
        }
    }

    @Test("on memory covers a loss for each of many empty segments")
    func emptySegments() throws {
        let server = try ServerProcess("--memory-bytes", "16777216")
        let lengths = "2" + String(repeating: ",0", count: 300_000)
        let body = #"{"predictions":[1,2],"targets":[1,0],"lengths":[\#(lengths)]}"#
        let response = try server.client().send(.post("/v1/losses/lambdarank_ndcg", body))
        try response.expectProblem(413, "excessive-memory")
    }

    @Test("on the body admits bodies within it")
    func bodyWithin() throws {
        let server = try ServerProcess("--body-bytes", "1000")
        let body = #"{"predictions": 3, "targets": 1}"#
        let padded = body + String(repeating: " ", count: 1_000 - body.utf8.count)
        #expect(try server.client().send(.post(Self.path, padded)).status == 200)
        #expect(try server.client().send(.post(Self.path, padded + " ")).status == 413)
    }

    @Test("on the request line is 8 KiB, and a target of 8000 bytes passes")
    func requestLine() throws {
        let client = try ServerProcess.shared.client()
        let long = "/livez?" + String(repeating: "a", count: 7_993)
        #expect(try client.send(.get(long)).status == 200)
        let response = try client.send(.get(long + String(repeating: "a", count: 1_000)))
        try response.expectProblem(414, "request-line-too-long")
        #expect(response.fields["Connection"] == "close")
    }

    @Test("on the head is 32 KiB and 100 fields")
    func head() throws {
        let client = try ServerProcess.shared.client()
        let large = Request.get("/livez", fields: ["Large": String(repeating: "a", count: 33_000)])
        try client.send(large).expectProblem(431, "head-too-large")

        var many = Request.get("/livez")
        for index in 0..<101 { many.fields.append("Field-\(index)", "1") }
        try client.send(many).expectProblem(431, "too-many-fields")

        let within = Request.get(
            "/livez",
            fields: ["Large": String(repeating: "a", count: 30_000)]
        )
        #expect(try client.send(within).status == 200)
    }

    @Test("on the time of a head gives a slow client 408")
    func slowHead() throws {
        let server = try ServerProcess("--head-time", "0.1")
        let connection = try server.connection()
        try connection.send("GET /livez HTTP/1.1\r\nHost: ")
        let response = try connection.readResponse()
        try response.expectProblem(408, "head-timeout")
        #expect(response.fields["Connection"] == "close")
        connection.endSending()
        #expect(try connection.rest().isEmpty)
    }

    @Test("on the time of a body gives a slow client 408")
    func slowBody() throws {
        let server = try ServerProcess("--body-stall-time", "0.1")
        let connection = try server.connection()
        try connection.send(
            "POST \(Self.path) HTTP/1.1\r\nHost: test\r\nContent-Length: 9\r\n\r\n{"
        )
        try connection.readResponse().expectProblem(408, "body-timeout")
    }

    @Test("on idle time closes the connection silently")
    func idle() throws {
        let server = try ServerProcess("--idle-time", "0.1")
        let connection = try server.connection()
        try connection.send("GET /livez HTTP/1.1\r\nHost: test\r\n\r\n")
        #expect(try connection.readResponse().status == 200)
        #expect(try connection.rest().isEmpty)
    }

    @Test("on the depth of JSON can be set")
    func depth() throws {
        let server = try ServerProcess("--json-depth", "3")
        let client = try server.client()
        let within = #"{"predictions": [[1]], "targets": [[0]]}"#
        #expect(try client.send(.post(Self.path, within)).status == 200)
        let beyond = #"{"predictions": [[[1]]], "targets": [[[0]]]}"#
        let problem = try client.send(.post(Self.path, beyond)).expectProblem(400, "malformed-json")
        #expect(problem["reason"] == "too_deep")
        #expect(problem["position"] == 18)
    }

    @Test("on the steps of a loss can be set")
    func steps() throws {
        let server = try ServerProcess("--steps", "400")
        let client = try server.client()
        let path = "/v1/losses/nt_xent"
        let within = #"{"embeddings": [[1, 0], [2, 1], [-3, 5]], "labels": [0, 0, 1]}"#
        #expect(try client.send(.post(path, within)).status == 200)
        let beyond = #"{"embeddings": [[1], [2], [-3], [4]], "labels": [0, 0, 1, 1]}"#
        let problem = try client.send(.post(path, beyond)).expectProblem(413, "too-many-steps")
        #expect(problem["detail"]?.string?.contains("528 steps") == true)
    }

    @Test("on connections gives later ones 503 and keeps the others")
    func connections() throws {
        let server = try ServerProcess("--connections", "2")
        let kept = try (0..<2).map { _ in try server.connection() }
        for connection in kept {
            try connection.send("GET /livez HTTP/1.1\r\nHost: test\r\n\r\n")
            #expect(try connection.readResponse().status == 200)
        }
        let response = try server.connection().readResponse()
        try response.expectProblem(503, "too-many-connections")
        #expect(response.fields["Retry-After"] == "1")
        for connection in kept {
            try connection.send("GET /livez HTTP/1.1\r\nHost: test\r\n\r\n")
            #expect(try connection.readResponse().status == 200)
        }
    }

    @Test("can be set by the environment, and the command line wins")
    func environment() throws {
        let body = #"{"predictions": 3, "targets": 1}"#
        for (options, status) in [([], 413), (["--body-bytes", "1000"], 200)] {
            let server = try ServerProcess(
                options,
                environment: ["LOSS_SERVER_BODY_BYTES": "10", "LOSS_SERVER_PORT": "tcp://[::1]:1"]
            )
            let response = try server.client().send(.post(Self.path, body))
            #expect(response.status == status)
            if status == 413 { #expect(response.text.contains("has \(body.utf8.count) bytes")) }
        }
    }
}
