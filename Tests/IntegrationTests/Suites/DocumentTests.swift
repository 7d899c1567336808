// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("Documents") struct DocumentTests {
    static let paths = [
        "/", "/v1/losses", "/v1/losses/huber", "/v1/losses/huber/schema",
        "/v1/losses/huber/examples", "/v1/losses?family=binary", "/v1/penalties",
        "/v1/penalties/l2", "/v1/penalties/l2/schema", "/v1/penalties/l2/examples", "/problems",
        "/problems/shape-mismatch", "/openapi.yaml", "/openapi.json",
    ]

    @Test("are fetched once and then revalidated", arguments: paths)
    func conditional(path: String) throws {
        let client = try ServerProcess.shared.client()
        let first = try client.send(.get(path))
        #expect(first.status == 200)
        #expect(!first.body.isEmpty)
        #expect(first.fields["Content-Length"] == "\(first.body.count)")
        let tag = try #require(first.fields["ETag"])

        for known in [tag, "W/" + tag, "\"other\", " + tag, "*"] {
            let second = try client.send(.get(path, fields: ["If-None-Match": known]))
            #expect(second.status == 304, "If-None-Match: \(known)")
            #expect(second.body.isEmpty)
            #expect(second.fields["ETag"] == tag)
            #expect(second.fields["Content-Type"] == nil)
            #expect(second.newConnections == 0)
        }
        let changed = try client.send(.get(path, fields: ["If-None-Match": "\"other\""]))
        #expect(changed.status == 200)
        let isSame = changed.body == first.body
        #expect(isSame)
    }

    @Test("have heads without bodies", arguments: paths + ["/livez", "/readyz", "/healthz"])
    func head(path: String) throws {
        let client = try ServerProcess.shared.client()
        let get = try client.send(.get(path))
        let head = try client.send(Request("HEAD", path))
        #expect(get.status == 200)
        #expect(head.status == 200)
        // The clock may advance between the two, and their request IDs differ.
        let compared = Set((get.fields.all + head.fields.all).map { $0.name.lowercased() })
            .subtracting(["date", "x-request-id"])
        #expect(compared.contains("content-length"))
        for name in compared { #expect(head.fields[name] == get.fields[name], "\(name)") }

        // libcurl would hide an unexpected body; here the next response must follow immediately.
        let connection = try ServerProcess.shared.connection()
        try connection.send("HEAD \(path) HTTP/1.1\r\nHost: test\r\n\r\n")
        try connection.send("GET \(path) HTTP/1.1\r\nHost: test\r\n\r\n")
        #expect(try connection.readResponse(toHead: true).status == 200)
        #expect(try connection.readResponse().body.count == get.body.count)
    }

    @Test("are available under every alias", arguments: ["losses", "penalties"])
    func aliases(kind: String) throws {
        let client = try ServerProcess.shared.client()
        let entries = try client.send(.get("/v1/\(kind)")).json()[kind]?.array ?? []
        #expect(!entries.isEmpty)
        for entry in entries {
            let document = try client.send(.get(try #require(entry["href"]?.string))).body
            for name in (entry["aliases"]?.array ?? []).compactMap({ $0.string }) {
                let path = "/v1/\(kind)/\(name)"
                #expect(try client.send(.get(path)).body == document, "\(path)")
            }
        }
    }

    @Test("of metrics are Prometheus text and count requests")
    func metrics() throws {
        let server = try ServerProcess()
        let client = try server.client()
        for _ in 0..<3 {
            #expect(try client.send(.get("/v1/losses/mse")).status == 200)
        }
        _ = try client.send(.post("/v1/losses/mse", "{"))
        let response = try client.send(.get("/metrics"))
        #expect(response.status == 200)
        #expect(response.contentType?.hasPrefix("text/plain; version=0.0.4") == true)
        #expect(response.text.hasSuffix("\n"))
        let lines = response.text.split(separator: "\n")
        let counts = lines.filter { $0.hasPrefix("http_server_request_duration_seconds_count") }
        let gets = counts.first { $0.contains("GET") && $0.contains("/v1/losses/{loss}") }
        #expect(gets?.hasSuffix(" 3") == true, "\(counts)")
        let posts = counts.first { $0.contains("POST") && $0.contains("400") }
        #expect(posts?.hasSuffix(" 1") == true, "\(counts)")
    }
}
