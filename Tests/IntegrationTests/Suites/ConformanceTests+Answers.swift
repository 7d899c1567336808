// SPDX-License-Identifier: Apache-2.0

import Testing

/// The fields that answers must have.
extension ConformanceTests {
    @Test(
        "RFC 9110 6.6.1: an answer says when it was made",
        arguments: [
            (RequestText.get(), 200), (RequestText.head("OPTIONS / HTTP/1.1", ["Host: test"]), 204),
            (RequestText.get("If-None-Match: *", target: "/openapi.json"), 304),
            (RequestText.post(), 400), (RequestText.get("X : y"), 400),
            (RequestText.get(target: "/nothing"), 404), (RequestText.post(target: "/"), 405),
            (RequestText.post("Content-Length: 999999999"), 413),
            (RequestText.get(target: target(filling: 9_000)), 414),
            (RequestText.post("Content-Type: text/html"), 415),
            (RequestText.get("Expect: x"), 417),
            (RequestText.get("X: " + String(repeating: "y", count: 33_000)), 431),
        ]
    )
    func date(request: String, status: Int) throws {
        let connection = try ServerProcess.shared.connection()
        try connection.send(request)
        let answer = try connection.answer()
        #expect(answer.status == status)
        // IMF-fixdate, RFC 9110 section 5.6.7.
        let days = "Mon|Tue|Wed|Thu|Fri|Sat|Sun"
        let months = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
        let form = try Regex(#"(\#(days)), \d\d (\#(months)) \d{4} \d\d:\d\d:\d\d GMT"#)
        #expect(try form.wholeMatch(in: answer.fields["Date"] ?? "") != nil)
    }

    @Test(
        "RFC 9110 9.3.2: HEAD is answered like GET, but for the content",
        arguments: RoutingTests.documents + RoutingTests.questions + ["/nothing"]
    )
    func headOnly(path: String) throws {
        let connection = try ServerProcess.shared.connection()
        try connection.send(RequestText.get(target: path))
        let whole = try connection.answer()
        // If there were content, it would be taken for the next answer.
        try connection.send(RequestText.head("HEAD \(path) HTTP/1.1", ["Host: test"]))
        try connection.send(RequestText.get())
        let head = try connection.answer(toHead: true)
        #expect(try connection.answer().text == #"{"status":"ok"}"#)

        #expect(head.status == whole.status)
        #expect(head.fields.all.map { $0.name } == whole.fields.all.map { $0.name })
        for name in ["Content-Type", "ETag", "Cache-Control", "Allow"] {
            #expect(head.fields[name] == whole.fields[name])
        }
        // What has no tag may be of another length each time.
        if whole.fields["ETag"] != nil {
            #expect(head.fields["Content-Length"] == whole.fields["Content-Length"])
        }
    }

    @Test("RFC 9110 13.1.2: what the client has already is not sent again")
    func notModified() throws {
        let connection = try ServerProcess.shared.connection()
        let path = "/openapi.json"
        try connection.send(RequestText.get(target: path))
        let whole = try connection.answer()
        let tag = try #require(whole.fields["ETag"])
        let strong = tag.hasPrefix("W/") ? String(tag.dropFirst(2)) : tag
        #expect(strong.hasPrefix("\"") && strong.hasSuffix("\"") && strong.count > 2)

        let old = "Thu, 01 Jan 1970 00:00:00 GMT"
        for lines in [
            ["If-None-Match: \(tag)"], ["If-None-Match: W/\(strong)"], ["If-None-Match: *"],
            ["If-None-Match: \"x\", \(tag), W/\"y\""],
            ["If-None-Match: \"x\"", "If-None-Match: \(tag)"],
            ["If-None-Match: \"a,b\" ,, \(tag)"],
            ["If-None-Match: \(tag)", "If-Modified-Since: \(old)"],
        ] {
            try connection.send(RequestText.head("GET \(path) HTTP/1.1", ["Host: test"] + lines))
            let answer = try connection.answer()
            #expect(answer.status == 304, "\(lines)")
            #expect(answer.body.isEmpty)
            for name in ["ETag", "Cache-Control"] {
                #expect(answer.fields[name] == whole.fields[name])
            }
            #expect(answer.fields["Date"] != nil)
        }
    }

    @Test("RFC 9110 13.1.2: what the client does not have is sent")
    func modified() throws {
        let connection = try ServerProcess.shared.connection()
        let path = "/openapi.json"
        try connection.send(RequestText.get(target: path))
        let whole = try connection.answer()
        let tag = try #require(whole.fields["ETag"]).replacing("W/", with: "").replacing(
            "\"",
            with: ""
        )

        for lines in [
            ["If-None-Match: \"x\""], ["If-None-Match: \(tag)"], ["If-None-Match: \"*\""],
            ["If-None-Match: \"\(tag)x\""], ["If-None-Match: \"x, \(tag)\""], ["If-None-Match:"],
            ["If-None-Match: \"x\"", "If-Modified-Since: Thu, 01 Jan 2099 00:00:00 GMT"],
            ["If-Modified-Since: never"],
        ] {
            try connection.send(RequestText.head("GET \(path) HTTP/1.1", ["Host: test"] + lines))
            let answer = try connection.answer()
            #expect(answer.status == 200, "\(lines)")
            let isWhole = answer.body == whole.body
            #expect(isWhole, "\(lines)")
        }
    }

    @Test(
        "RFC 9110 13.2.1: a condition changes nothing where there is no success",
        arguments: [
            (RequestText.get("If-None-Match: *", target: "/nothing"), 404),
            (RequestText.post("If-None-Match: *", target: "/openapi.json"), 405),
            (
                RequestText.post(
                    "If-None-Match: *",
                    "Content-Length: 33",
                    content: RequestText.question
                ), 200
            ),
        ]
    )
    func condition(request: String, status: Int) throws {
        let connection = try ServerProcess.shared.connection()
        try connection.send(request)
        #expect(try connection.answer().status == status)
    }

    @Test("RFC 9110 15.6.4: a server that drains is not ready and says when to ask again")
    func draining() throws {
        let server = try ServerProcess()
        let busy = try server.connection()
        try busy.send(RequestText.post("Expect: 100-continue", "Content-Length: 33"))
        #expect(try busy.answer().status == 100)
        server.program.signal(15)
        let end = ContinuousClock.now + .seconds(10)
        var answer = try server.client().ask(.get("/readyz"))
        while answer.status == 200, ContinuousClock.now < end {
            answer = try server.client().ask(.get("/readyz"))
        }
        #expect(answer.status == 503)
        #expect(answer.fields["Retry-After"] == "1")
        try busy.send(RequestText.question)
        #expect(try busy.answer().status == 200)
    }
}
