// SPDX-License-Identifier: Apache-2.0

import Testing

/// The fields that responses must have.
extension ConformanceTests {
    @Test(
        "RFC 9110 6.6.1: a response has a Date",
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
        let response = try connection.readResponse()
        #expect(response.status == status)
        // IMF-fixdate, RFC 9110 section 5.6.7.
        let days = "Mon|Tue|Wed|Thu|Fri|Sat|Sun"
        let months = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
        let form = try Regex(#"(\#(days)), \d\d (\#(months)) \d{4} \d\d:\d\d:\d\d GMT"#)
        #expect(try form.wholeMatch(in: response.fields["Date"] ?? "") != nil)
    }

    @Test(
        "RFC 9110 9.3.2: HEAD has the response of GET without content",
        arguments: RoutingTests.documents + RoutingTests.lossPaths + ["/nothing"]
    )
    func headOnly(path: String) throws {
        let connection = try ServerProcess.shared.connection()
        try connection.send(RequestText.get(target: path))
        let whole = try connection.readResponse()
        // Content would be parsed as the next response.
        try connection.send(RequestText.head("HEAD \(path) HTTP/1.1", ["Host: test"]))
        try connection.send(RequestText.get())
        let head = try connection.readResponse(toHead: true)
        #expect(try connection.readResponse().text == #"{"status":"ok"}"#)

        #expect(head.status == whole.status)
        #expect(head.fields.all.map { $0.name } == whole.fields.all.map { $0.name })
        for name in ["Content-Type", "ETag", "Cache-Control", "Allow"] {
            #expect(head.fields[name] == whole.fields[name])
        }
        // Documents without an entity tag may change in length.
        if whole.fields["ETag"] != nil {
            #expect(head.fields["Content-Length"] == whole.fields["Content-Length"])
        }
    }

    @Test("RFC 9110 13.1.2: a matching representation is not sent again")
    func notModified() throws {
        let connection = try ServerProcess.shared.connection()
        let path = "/openapi.json"
        try connection.send(RequestText.get(target: path))
        let whole = try connection.readResponse()
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
            let response = try connection.readResponse()
            #expect(response.status == 304, "\(lines)")
            #expect(response.body.isEmpty)
            for name in ["ETag", "Cache-Control"] {
                #expect(response.fields[name] == whole.fields[name])
            }
            #expect(response.fields["Date"] != nil)
        }
    }

    @Test("RFC 9110 13.1.2: a different representation is sent")
    func modified() throws {
        let connection = try ServerProcess.shared.connection()
        let path = "/openapi.json"
        try connection.send(RequestText.get(target: path))
        let whole = try connection.readResponse()
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
            let response = try connection.readResponse()
            #expect(response.status == 200, "\(lines)")
            let isWhole = response.body == whole.body
            #expect(isWhole, "\(lines)")
        }
    }

    @Test(
        "RFC 9110 13.2.1: a condition does not affect unsuccessful responses",
        arguments: [
            (RequestText.get("If-None-Match: *", target: "/nothing"), 404),
            (RequestText.post("If-None-Match: *", target: "/openapi.json"), 405),
            (
                RequestText.post(
                    "If-None-Match: *",
                    "Content-Length: 33",
                    content: RequestText.lossBody
                ), 200
            ),
        ]
    )
    func condition(request: String, status: Int) throws {
        let connection = try ServerProcess.shared.connection()
        try connection.send(request)
        #expect(try connection.readResponse().status == status)
    }

    @Test("RFC 9110 15.6.4: a draining server is not ready and sends Retry-After")
    func draining() throws {
        let server = try ServerProcess()
        let busy = try server.connection()
        try busy.send(RequestText.post("Expect: 100-continue", "Content-Length: 33"))
        #expect(try busy.readResponse().status == 100)
        server.program.signal(15)
        let end = ContinuousClock.now + .seconds(10)
        var response = try server.client().send(.get("/readyz"))
        while response.status == 200, ContinuousClock.now < end {
            response = try server.client().send(.get("/readyz"))
        }
        #expect(response.status == 503)
        #expect(response.fields["Retry-After"] == "1")
        try busy.send(RequestText.lossBody)
        #expect(try busy.readResponse().status == 200)
    }
}
