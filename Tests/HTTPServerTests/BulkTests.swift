// SPDX-License-Identifier: Apache-2.0

import Dispatch
import HTTP
import HTTPServer
import Testing

@Suite("Bulk content", .timeLimit(.minutes(5))) struct BulkTests {
    private let body = pattern(1_500_000)

    /// Returns a client whose head, with the length of bulk content, has been read by the server.
    private func announce(to site: Site, _ path: String = "/echo") throws -> Client {
        let client = try site.client()
        let fields = ["Content-Length: \(body.count)", "Expect: 100-continue"]
        client.send(request("POST", path, fields: fields))
        #expect(try client.response().status == 100)
        return client
    }

    @Test("is transferred while the interactive loop is blocked, and its connection returns")
    func beside() throws {
        let site = try Site(loops: 1)
        let bulk = try announce(to: site)
        // Short enough to be processed on the loop, which it blocks.
        let held = try site.client()
        held.send(request("GET", "/held"))
        site.stub.arrivals.wait()
        bulk.send(body)
        let response = Result { try bulk.response() }
        bulk.send(request("GET", "/short"))
        site.stub.gate.signal()
        #expect(try response.get().body == body)
        #expect(try held.response().text == "held")
        #expect(try bulk.response().text == "/short")
    }

    @Test("and small requests on one connection get responses in order")
    func pipelined() throws {
        let site = try Site()
        let client = try site.client()
        let long = post("/echo", body)
        let short = Array(request("GET", "/short").utf8)
        client.send(long + short + short + long + long + short)
        for isLong in [true, false, false, true, true, false] {
            let response = try client.response()
            #expect(isLong ? response.body == body : response.text == "/short")
        }
    }

    @Test("gets its response if it began before a drain")
    func drain() throws {
        let site = try Site()
        let client = try announce(to: site)
        site.server.drain()
        client.send(body)
        let response = try client.response()
        #expect(response.body == body)
        #expect(response.head.contains("\r\nConnection: close"))
        site.server.waitUntilStopped()
    }

    @Test("and a pipelined request get responses if a drain begins in between")
    func drainDuringMigration() throws {
        let site = try Site(loops: 1)
        let client = try announce(to: site, "/echo-and-hold")
        client.send(body + Array(request("GET", "/short").utf8))
        #expect(try client.response().body == body)
        site.stub.arrivals.wait()
        site.server.drain()
        // The interactive loop has begun to drain, the bulk loop has not.
        var probe = try site.client()
        probe.send(request("GET", "/ready"))
        while try !probe.response().head.contains("\r\nConnection: close") {
            probe = try site.client()
            probe.send(request("GET", "/ready"))
        }
        site.stub.gate.signal()
        #expect(try client.response().text == "/short")
        #expect(client.rest() == [])
        site.server.waitUntilStopped()
    }

    @Test("is closed while migrating when the server stops")
    func cut() throws {
        for _ in 0..<50 {
            let site = try Site(loops: 1)
            let clients = try (0..<8).map { _ in try announce(to: site) }
            site.server.stop()
            for client in clients { #expect(client.rest()?.isEmpty != false) }
            site.server.waitUntilStopped()
            let ends = site.stub.events.count { $0 == .connectionClosed(.cut) }
            #expect(ends == clients.count)
        }
    }

    @Test("of a client that disconnects releases all memory")
    func disconnected() throws {
        let site = try Site { $0.connections = 4 }
        for _ in 0..<20 {
            try announce(to: site).send(Array(body.prefix(1_200_000)))
            site.stub.endings.wait()
        }
    }
}
