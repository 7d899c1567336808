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
        "takes a free port where none is given",
        arguments: ["127.0.0.1", "localhost", "0.0.0.0"]
    )
    func freePort(host: String) throws {
        let server = try server(host: host)
        try server.start()
        let client = try Client(port: server.port)
        client.send(request("GET", "/a"))
        #expect(try client.answer().text == "/a")
        server.stop()
        server.waitUntilStopped()
    }

    @Test("says that a port is in use, even by a server of the same kind")
    func portInUse() throws {
        let first = try server(host: "127.0.0.1")
        #expect(throws: StartError.portInUse(host: "127.0.0.1", port: first.port)) {
            _ = try server(host: "127.0.0.1", port: first.port)
        }
    }

    @Test("says that an address is not of this machine")
    func unknownHost() {
        #expect(throws: StartError.unknownHost("192.0.2.1")) { _ = try server(host: "192.0.2.1") }
    }

    @Test("says that a port is none", arguments: [-1, 65_536])
    func portOutOfRange(port: Int) {
        #expect(throws: StartError.portOutOfRange(port)) {
            _ = try server(host: "127.0.0.1", port: port)
        }
    }
}
