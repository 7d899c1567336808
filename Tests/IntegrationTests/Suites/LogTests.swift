// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite("The log of the server")
struct LogTests {
    private static let path = "/v1/losses/mse"
    private static let body = #"{"predictions": [3], "targets": [1]}"#

    /// Stops the server and returns its log lines with a message.
    private func lines(_ message: String, of server: ServerProcess) throws -> [[String: Any]] {
        server.program.signal(SIGTERM)
        #expect(try server.program.exitCode() == 0)
        let lines = try server.program.errors.split(separator: "\n").map { line in
            let value = try JSONSerialization.jsonObject(with: Data(line.utf8))
            return try #require(value as? [String: Any])
        }
        return lines.filter { $0["message"] as? String == message }
    }

    @Test("reports version, address and limits")
    func start() throws {
        let server = try ServerProcess("--body-bytes", "1000", "--workers", "3")
        let all = try lines("listening", of: server)
        let line = try #require(all.first)
        #expect(all.count == 1)
        #expect(line["level"] as? String == "info")
        #expect((line["version"] as? String)?.isEmpty == false)
        #expect((line["instructions"] as? String)?.isEmpty == false)
        #expect(line["address"] as? String == server.url)
        let limits = try #require(line["limits"] as? [String: Any])
        #expect(limits["body_bytes"] as? Int == 1_000)
        #expect(limits["idle_time"] as? Double == 75)
        #expect(limits["workers"] as? Int == 3)
        #expect(limits.values.allSatisfy { $0 is NSNumber }, "\(limits)")
    }

    @Test("omits requests by default")
    func quiet() throws {
        let server = try ServerProcess()
        _ = try server.client().send(.post(Self.path, Self.body))
        #expect(try lines("responded", of: server).isEmpty)
    }

    @Test("has a line for each request except probes, with numbers as numbers")
    func access() throws {
        let server = try ServerProcess("--access-log")
        let client = try server.client()
        let response = try client.send(.post(Self.path, Self.body))
        for path in ["/livez", "/readyz", "/healthz", "/v1/losses/nothing"] {
            _ = try client.send(.get(path))
        }
        let all = try lines("responded", of: server)
        #expect(all.count == 2)
        let line = try #require(all.first)
        #expect(line["level"] as? String == "info")
        #expect(line["client_address"] as? String == "127.0.0.1")
        #expect((line["client_port"] as? Int).map { $0 > 0 } == true)
        #expect(line["method"] as? String == "POST")
        #expect(line["route"] as? String == "/v1/losses/{loss}")
        #expect(line["loss"] as? String == "squared_error")
        #expect(line["status"] as? Int == 200)
        #expect(line["request_bytes"] as? Int == Self.body.utf8.count)
        #expect(line["response_bytes"] as? Int == response.body.count)
        for name in ["seconds", "parse_seconds", "compute_seconds", "serialize_seconds"] {
            #expect((line[name] as? Double).map { $0 > 0 && $0 < 10 } == true, "\(name)")
        }
        #expect(line["request_id"] as? String == response.fields["X-Request-Id"])
        #expect(all.last?["status"] as? Int == 404)
        #expect(all.last?["route"] as? String == "/v1/losses/{loss}")
        #expect(all.last?["problem"] as? String == "unknown-loss")
    }

    @Test("names the route of a request that is refused for its body")
    func refusedBody() throws {
        let server = try ServerProcess("--access-log", "--body-bytes", "10")
        #expect(try server.client().send(.post(Self.path, Self.body)).status == 413)
        let line = try #require(try lines("responded", of: server).first)
        #expect(line["status"] as? Int == 413)
        #expect(line["problem"] as? String == "body-too-large")
        #expect(line["route"] as? String == "/v1/losses/{loss}")
        #expect(line["loss"] as? String == "squared_error")
    }

    @Test("includes probes if enabled")
    func probes() throws {
        let server = try ServerProcess(
            ["--access-log"],
            environment: ["LOSS_SERVER_ACCESS_LOG_PROBES": "yes"]
        )
        for path in ["/livez", "/readyz", "/healthz"] {
            _ = try server.client().send(.get(path))
        }
        #expect(try lines("responded", of: server).count == 3)
    }

    @Test("warns about requests refused for lack of capacity, but not about each")
    func overload() throws {
        let server = try ServerProcess("--connections", "1")
        let kept = try server.connection()
        try kept.send("GET /livez HTTP/1.1\r\nHost: test\r\n\r\n")
        #expect(try kept.readResponse().status == 200)
        let count = 20
        for _ in 0..<count {
            #expect(try server.client().send(.post(Self.path, Self.body)).status == 503)
        }
        let all = try lines("overloaded: requests were refused", of: server)
        #expect(all.allSatisfy { $0["level"] as? String == "warning" })
        #expect(all.count < count / 2)
        let refused = all.map { line in
            (line["refusals"] as? [String: Int])?["too-many-connections"] ?? 0
        }
        #expect(refused.reduce(0, +) == count)
    }
}
