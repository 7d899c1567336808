// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("Documents") struct DocumentTests {
    static let paths = [
        "/", "/v1/losses", "/v1/losses/huber", "/v1/penalties", "/v1/penalties/l2", "/problems",
        "/problems/shape-mismatch", "/openapi.yaml", "/openapi.json",
    ]

    @Test("are fetched once and then only asked after", arguments: paths)
    func conditional(path: String) throws {
        let client = try ServerProcess.shared.client()
        let first = try client.ask(.get(path))
        #expect(first.status == 200)
        #expect(!first.body.isEmpty)
        #expect(first.fields["Content-Length"] == "\(first.body.count)")
        let tag = try #require(first.fields["ETag"])

        for known in [tag, "W/" + tag, "\"other\", " + tag, "*"] {
            let second = try client.ask(.get(path, fields: ["If-None-Match": known]))
            #expect(second.status == 304, "If-None-Match: \(known)")
            #expect(second.body.isEmpty)
            #expect(second.fields["ETag"] == tag)
            #expect(second.fields["Content-Type"] == nil)
            #expect(second.newConnections == 0)
        }
        let changed = try client.ask(.get(path, fields: ["If-None-Match": "\"other\""]))
        #expect(changed.status == 200)
        let isSame = changed.body == first.body
        #expect(isSame)
    }

    @Test("have heads without bodies", arguments: paths + ["/livez", "/readyz", "/healthz"])
    func head(path: String) throws {
        let client = try ServerProcess.shared.client()
        let get = try client.ask(.get(path))
        let head = try client.ask(Question("HEAD", path))
        #expect(get.status == 200)
        #expect(head.status == 200)
        // The clock may tick between the two, and each has a name of its own.
        let compared = Set((get.fields.all + head.fields.all).map { $0.name.lowercased() })
            .subtracting(["date", "x-request-id"])
        #expect(compared.contains("content-length"))
        for name in compared { #expect(head.fields[name] == get.fields[name], "\(name)") }

        // libcurl would hide a body that should not be there: the next answer follows at once.
        let connection = try ServerProcess.shared.connection()
        try connection.send("HEAD \(path) HTTP/1.1\r\nHost: test\r\n\r\n")
        try connection.send("GET \(path) HTTP/1.1\r\nHost: test\r\n\r\n")
        #expect(try connection.answer(toHead: true).status == 200)
        #expect(try connection.answer().body.count == get.body.count)
    }

    @Test("answer to every other name there is", arguments: ["losses", "penalties"])
    func aliases(kind: String) throws {
        let client = try ServerProcess.shared.client()
        let entries = try client.ask(.get("/v1/\(kind)")).json()[kind]?.array ?? []
        #expect(!entries.isEmpty)
        for entry in entries {
            let document = try client.ask(.get(try #require(entry["href"]?.string))).body
            for name in (entry["aliases"]?.array ?? []).compactMap({ $0.string }) {
                let path = "/v1/\(kind)/\(name)"
                #expect(try client.ask(.get(path)).body == document, "\(path)")
            }
        }
    }

    @Test("of metrics are Prometheus text and count what was asked")
    func metrics() throws {
        let server = try ServerProcess()
        let client = try server.client()
        for _ in 0..<3 {
            #expect(try client.ask(.get("/v1/losses/mse")).status == 200)
        }
        _ = try client.ask(.post("/v1/losses/mse", "{"))
        let answer = try client.ask(.get("/metrics"))
        #expect(answer.status == 200)
        #expect(answer.contentType?.hasPrefix("text/plain; version=0.0.4") == true)
        #expect(answer.text.hasSuffix("\n"))
        let lines = answer.text.split(separator: "\n")
        let counts = lines.filter { $0.hasPrefix("http_server_request_duration_seconds_count") }
        let gets = counts.first { $0.contains("GET") && $0.contains("/v1/losses/{loss}") }
        #expect(gets?.hasSuffix(" 3") == true, "\(counts)")
        let posts = counts.first { $0.contains("POST") && $0.contains("400") }
        #expect(posts?.hasSuffix(" 1") == true, "\(counts)")
    }
}
