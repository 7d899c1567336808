// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

@Suite("A server that is told to stop") struct ShutdownTests {
    static let body = #"{"predictions": 3, "targets": 1}"#
    static let ready = "GET /readyz HTTP/1.1\r\nHost: test\r\n\r\n"

    @Test("exits with 0 when it has nothing to do", arguments: [SIGTERM, SIGINT])
    func atRest(signal: Int32) throws {
        let server = try ServerProcess()
        #expect(try server.client().ask(.get("/readyz")).status == 200)
        server.program.signal(signal)
        #expect(try server.program.exitCode() == 0)
        #expect(try server.program.output().isEmpty, "one line is all it prints")
    }

    @Test("exits with 0 when the signal comes as soon as it says that it listens")
    func early() throws {
        for _ in 0..<20 {
            let server = try ServerProcess()
            server.program.signal(SIGTERM)
            #expect(try server.program.exitCode() == 0)
        }
    }

    @Test("answers what it has begun, is no longer ready, and exits with 0")
    func drains() throws {
        let server = try ServerProcess()
        let connection = try halfAsking(server)
        server.program.signal(SIGTERM)
        let refusal = try waitUntilDraining(server)
        #expect(try refusal.json()["status"] == "draining")
        #expect(refusal.fields["Retry-After"] == "1")

        try connection.send(Self.body)
        let answer = try connection.answer()
        #expect(answer.status == 200)
        #expect(try answer.json()["loss"] == 4)
        connection.endSending()
        #expect(try connection.rest().isEmpty)
        #expect(try server.program.exitCode() == 0)
    }

    @Test("stays alive and answers small questions while it drains")
    func answersWhileDraining() throws {
        let server = try ServerProcess()
        let connection = try halfAsking(server)
        server.program.signal(SIGTERM)
        _ = try waitUntilDraining(server)
        #expect(try server.client().ask(.get("/livez")).status == 200)
        let answer = try server.client().ask(.post("/v1/losses/mse", Self.body))
        #expect(answer.status == 200)
        try connection.send(Self.body)
        #expect(try connection.answer().status == 200)
        #expect(try server.program.exitCode() == 0)
    }

    @Test("is cut at once by a second signal")
    func cut() throws {
        let server = try ServerProcess()
        let connection = try halfAsking(server)
        server.program.signal(SIGTERM)
        _ = try waitUntilDraining(server)
        server.program.signal(SIGTERM)
        #expect(try connection.rest().isEmpty)
        #expect(try server.program.exitCode(within: .seconds(10)) == 0)
    }

    @Test("cuts what is left when the time for that is over")
    func drainTime() throws {
        let server = try ServerProcess("--drain-time", "0.2")
        let connection = try halfAsking(server)
        server.program.signal(SIGTERM)
        #expect(try connection.rest().isEmpty)
        #expect(try server.program.exitCode(within: .seconds(10)) == 0)
    }

    /// A connection whose request has been accepted but is not complete.
    private func halfAsking(_ server: ServerProcess) throws -> RawConnection {
        let connection = try server.connection()
        try connection.send(
            "POST /v1/losses/mse HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\n"
                + "Content-Length: \(Self.body.utf8.count)\r\n\r\n"
        )
        #expect(try connection.answer().status == 100)
        return connection
    }

    /// The first answer of a readiness probe that is not 200: the signal takes a moment.
    private func waitUntilDraining(_ server: ServerProcess) throws -> Answer {
        let end = ContinuousClock.now + .seconds(10)
        while true {
            let answer = try server.client().ask(.get("/readyz"))
            guard answer.status == 200 else {
                #expect(answer.status == 503)
                return answer
            }
            try #require(ContinuousClock.now < end, "the server never began to drain")
        }
    }
}
