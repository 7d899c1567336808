// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

@Suite("A server that is stopped") struct ShutdownTests {
    static let body = #"{"predictions": 3, "targets": 1}"#
    static let ready = "GET /readyz HTTP/1.1\r\nHost: test\r\n\r\n"

    @Test("exits with 0 if it is idle", arguments: [SIGTERM, SIGINT])
    func atRest(signal: Int32) throws {
        let server = try ServerProcess()
        #expect(try server.client().send(.get("/readyz")).status == 200)
        server.program.signal(signal)
        #expect(try server.program.exitCode() == 0)
        #expect(try server.program.output().isEmpty, "it prints a single line")
    }

    @Test("exits with 0 if the signal arrives as soon as it reports that it listens")
    func early() throws {
        for _ in 0..<20 {
            let server = try ServerProcess()
            server.program.signal(SIGTERM)
            #expect(try server.program.exitCode() == 0)
        }
    }

    @Test("completes requests in progress, is not ready, and exits with 0")
    func drains() throws {
        let server = try ServerProcess()
        let connection = try incompleteRequest(server)
        server.program.signal(SIGTERM)
        let refusal = try waitUntilDraining(server)
        #expect(try refusal.json()["status"] == "draining")
        #expect(refusal.fields["Retry-After"] == "1")

        try connection.send(Self.body)
        let response = try connection.readResponse()
        #expect(response.status == 200)
        #expect(try response.json()["loss"] == 4)
        connection.endSending()
        #expect(try connection.rest().isEmpty)
        #expect(try server.program.exitCode() == 0)
    }

    @Test("stays alive and serves small requests while it drains")
    func servesWhileDraining() throws {
        let server = try ServerProcess()
        let connection = try incompleteRequest(server)
        server.program.signal(SIGTERM)
        _ = try waitUntilDraining(server)
        #expect(try server.client().send(.get("/livez")).status == 200)
        let response = try server.client().send(.post("/v1/losses/mse", Self.body))
        #expect(response.status == 200)
        try connection.send(Self.body)
        #expect(try connection.readResponse().status == 200)
        #expect(try server.program.exitCode() == 0)
    }

    @Test("stops immediately on a second signal")
    func cut() throws {
        let server = try ServerProcess()
        let connection = try incompleteRequest(server)
        server.program.signal(SIGTERM)
        _ = try waitUntilDraining(server)
        server.program.signal(SIGTERM)
        #expect(try connection.rest().isEmpty)
        #expect(try server.program.exitCode(within: .seconds(10)) == 0)
    }

    @Test("cuts the remaining connections at the end of the drain time")
    func drainTime() throws {
        let server = try ServerProcess("--drain-time", "0.2")
        let connection = try incompleteRequest(server)
        server.program.signal(SIGTERM)
        #expect(try connection.rest().isEmpty)
        #expect(try server.program.exitCode(within: .seconds(10)) == 0)
    }

    /// A connection whose request has been accepted but is not complete.
    private func incompleteRequest(_ server: ServerProcess) throws -> RawConnection {
        let connection = try server.connection()
        try connection.send(
            "POST /v1/losses/mse HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\n"
                + "Content-Length: \(Self.body.utf8.count)\r\n\r\n"
        )
        #expect(try connection.readResponse().status == 100)
        return connection
    }

    /// The first response to a readiness probe other than 200; the signal takes a moment.
    private func waitUntilDraining(_ server: ServerProcess) throws -> Response {
        let end = ContinuousClock.now + .seconds(10)
        while true {
            let response = try server.client().send(.get("/readyz"))
            guard response.status == 200 else {
                #expect(response.status == 503)
                return response
            }
            try #require(ContinuousClock.now < end, "the server never began to drain")
        }
    }
}
