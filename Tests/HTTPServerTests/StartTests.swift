// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPServer
import Testing

@Suite("Starting") struct StartTests {
    private func server(host: String, port: Int = 0) throws(StartError) -> Server {
        try Server(
            host: host,
            port: port,
            responder: Stub(readiness: Readiness()),
            logger: .quiet
        )
    }

    @Test(
        "uses a free port for port 0",
        arguments: ["127.0.0.1", "localhost", "0.0.0.0"]
    )
    func freePort(host: String) throws {
        let server = try server(host: host)
        try server.start()
        let client = try Client(port: server.port)
        client.send(request("GET", "/a"))
        #expect(try client.response().text == "/a")
        server.stop()
        server.waitUntilStopped()
    }

    @Test("reports that a port is in use, even by another instance")
    func portInUse() throws {
        let first = try server(host: "127.0.0.1")
        #expect(throws: StartError.portInUse(host: "127.0.0.1", port: first.port)) {
            _ = try server(host: "127.0.0.1", port: first.port)
        }
    }

    @Test("reports an address that is not on this machine")
    func unknownHost() {
        #expect(throws: StartError.unknownHost("192.0.2.1")) { _ = try server(host: "192.0.2.1") }
    }

    @Test("reports an invalid port", arguments: [-1, 65_536])
    func portOutOfRange(port: Int) {
        #expect(throws: StartError.portOutOfRange(port)) {
            _ = try server(host: "127.0.0.1", port: port)
        }
    }
}
