// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("Health") struct HealthTests {
    @Test("is ok", arguments: ["/livez", "/healthz", "/readyz"])
    func healthy(path: String) throws {
        let response = try ServerProcess.shared.client().send(.get(path))
        #expect(response.status == 200)
        #expect(response.text == #"{"status":"ok"}"#)
        #expect(response.contentType == "application/json")
    }

    @Test("reports idle connections and resource usage in /metrics")
    func metrics() throws {
        let server = try ServerProcess()
        let connections = try (0..<2).map { _ in try server.connection() }
        for connection in connections {
            try connection.send("GET /livez HTTP/1.1\r\nHost: test\r\n\r\n")
            #expect(try connection.readResponse().status == 200)
        }
        let busy = try server.connection()
        try busy.send("GET /livez HTTP/1.1\r\nHo")
        let client = try server.client()
        var values = try values(of: client)
        // The server may not have accepted the third connection yet, or received its first bytes.
        for _ in 0..<10_000
        where values["http_server_open_connections"] != 4
            || values["http_server_idle_connections"] != 2
        {
            values = try self.values(of: client)
        }
        #expect(values["http_server_idle_connections"] == 2)
        #expect(values["http_server_open_connections"] == 4)
        #expect(values["process_open_fds"].map { $0 > 4 && $0 < 1_000 } == true)
        #expect(values["process_max_fds"].map { $0 >= 1_000 } == true)
        #expect(values["process_resident_memory_bytes"].map { $0 > 1e6 && $0 < 1e9 } == true)
        #expect(values["process_cpu_seconds_total"].map { $0 > 0 && $0 < 60 } == true)
        #expect(values["process_start_time_seconds"].map { $0 > 1.7e9 && $0 < 1e10 } == true)
        withExtendedLifetime(connections) {}
    }

    /// The samples of `/metrics` without labels.
    private func values(of client: CurlClient) throws -> [String: Double] {
        let lines = try client.send(.get("/metrics")).text.split(separator: "\n")
        let pairs = lines.compactMap { line -> (String, Double)? in
            let words = line.split(separator: " ")
            guard words.count == 2, let value = Double(words[1]) else { return nil }
            return (String(words[0]), value)
        }
        return Dictionary(pairs) { $1 }
    }
}
