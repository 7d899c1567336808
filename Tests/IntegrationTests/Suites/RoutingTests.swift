// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("Paths, methods and content types") struct RoutingTests {
    static let documents = [
        "/", "/v1/losses", "/v1/penalties", "/problems", "/problems/not-found", "/openapi.yaml",
        "/openapi.json", "/livez", "/readyz", "/healthz", "/metrics",
    ]
    static let questions = ["/v1/losses/mse", "/v1/penalties/l2"]
    static let body = #"{"predictions": [1, 2], "targets": [0, 0]}"#

    @Test("tell what they allow", arguments: documents + questions)
    func options(path: String) throws {
        let answer = try ServerProcess.shared.client().ask(Question("OPTIONS", path))
        #expect(answer.status == 204)
        #expect(answer.body.isEmpty)
        #expect(answer.fields["Content-Length"] == nil)
        let allowed =
            Self.questions.contains(path) ? "GET, HEAD, OPTIONS, POST" : "GET, HEAD, OPTIONS"
        #expect(answer.fields["Allow"] == allowed)
    }

    @Test("tell what the server as a whole allows")
    func asterisk() throws {
        let connection = try ServerProcess.shared.connection()
        try connection.send("OPTIONS * HTTP/1.1\r\nHost: test\r\n\r\n")
        let answer = try connection.answer()
        #expect(answer.status == 204)
        #expect(answer.fields["Allow"] == "GET, HEAD, OPTIONS, POST")
    }

    @Test(
        "refuse what leads nowhere",
        arguments: [
            "/nothing", "/v1", "/v1/losses/", "/v1/losses/mse/more", "/problems/nothing", "//",
        ]
    )
    func notFound(path: String) throws {
        let client = try ServerProcess.shared.client()
        for method in ["GET", "POST", "OPTIONS"] {
            let answer = try client.ask(Question(method, path))
            #expect(answer.status == 404, "\(method) \(path): \(answer.text)")
            #expect(answer.contentType == "application/problem+json")
        }
    }

    @Test("suggest the loss that was meant")
    func unknownLoss() throws {
        let client = try ServerProcess.shared.client()
        let problem = try client.ask(.post("/v1/losses/hubber", Self.body))
            .expectProblem(404, "unknown-loss")
        #expect(problem["detail"]?.string?.contains("\"huber\"") == true)
        #expect(problem["allowed"]?.array?.contains("huber") == true)
        try client.ask(.post("/v1/penalties/l3", Self.body)).expectProblem(404, "unknown-penalty")
    }

    @Test("refuse methods they do not have", arguments: ["PUT", "PATCH", "DELETE", "TRACE"])
    func methodNotAllowed(method: String) throws {
        let client = try ServerProcess.shared.client()
        for path in Self.documents + Self.questions {
            let answer = try client.ask(Question(method, path))
            try answer.expectProblem(405, "method-not-allowed")
            #expect(answer.fields["Allow"]?.hasPrefix("GET, HEAD, OPTIONS") == true)
        }
    }

    @Test("take questions only where there is something to ask", arguments: documents)
    func post(path: String) throws {
        let answer = try ServerProcess.shared.client().ask(.post(path, Self.body))
        try answer.expectProblem(405, "method-not-allowed")
        #expect(answer.fields["Allow"] == "GET, HEAD, OPTIONS")
    }

    @Test("refuse methods nobody knows", arguments: ["BREW", "get", "PROPFIND"])
    func methodNotImplemented(method: String) throws {
        let answer = try ServerProcess.shared.client().ask(Question(method, "/v1/losses/mse"))
        try answer.expectProblem(501, "method-not-implemented")
    }

    @Test(
        "take JSON under its names, and what curl calls it unless told otherwise",
        arguments: [
            "application/json", "Application/JSON; charset=UTF-8", "text/json",
            "application/x-www-form-urlencoded", "text/plain", "application/vnd.example+json", "",
        ]
    )
    func accepted(type: String) throws {
        var question = Question.post(Self.questions[0], Self.body)
        question.fields = type == "application/x-www-form-urlencoded" ? [:] : ["Content-Type": type]
        let answer = try ServerProcess.shared.client().ask(question)
        #expect(answer.status == 200, "\(answer.text)")
        #expect(try answer.json()["loss"] == 2.5)
    }

    @Test(
        "refuse what is not JSON in UTF-8",
        arguments: [
            "text/html", "application/json; charset=latin1", "multipart/form-data", "json",
        ]
    )
    func mediaType(type: String) throws {
        var question = Question.post(Self.questions[0], Self.body)
        question.fields = ["Content-Type": type]
        let answer = try ServerProcess.shared.client().ask(question)
        let problem = try answer.expectProblem(415, "unsupported-media-type")
        #expect(answer.fields["Accept-Post"] == "application/json")
        #expect(problem["allowed"] == ["application/json"])
    }

    @Test("refuse bodies in codings that are not read", arguments: ["br", "zstd", "gzip, gzip"])
    func contentCoding(coding: String) throws {
        var question = Question.post(Self.questions[0], Self.body)
        question.fields.append("Content-Encoding", coding)
        let answer = try ServerProcess.shared.client().ask(question)
        try answer.expectProblem(415, "unsupported-content-coding")
        #expect(answer.fields["Accept-Encoding"] == "gzip, deflate, identity")
    }

    @Test("take identity for no coding at all")
    func identity() throws {
        var question = Question.post(Self.questions[0], Self.body)
        question.fields.append("Content-Encoding", "identity")
        #expect(try ServerProcess.shared.client().ask(question).status == 200)
    }

    @Test("refuse questions without a body")
    func withoutBody() throws {
        let client = try ServerProcess.shared.client()
        for body in [Question.Body.absent, .bytes([]), .chunked([], chunk: 1)] {
            let question = Question("POST", Self.questions[0], body: body)
            let problem = try client.ask(question).expectProblem(400, "malformed-json")
            #expect(problem["position"] == 0)
            #expect(problem["reason"] == "unexpected_end")
        }
    }

    @Test("say when they were answered", arguments: ["/livez", "/nothing", "/v1/losses/mse"])
    func date(path: String) throws {
        let date = try ServerProcess.shared.client().ask(.get(path)).fields["Date"]
        // IMF-fixdate, RFC 9110 section 5.6.7.
        #expect(date?.wholeMatch(of: #/\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT/#) != nil)
    }
}
