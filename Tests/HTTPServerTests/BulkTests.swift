// SPDX-License-Identifier: Apache-2.0

import Dispatch
import HTTP
import HTTPServer
import Testing

@Suite("Bulk content", .timeLimit(.minutes(2))) struct BulkTests {
    private let body = pattern(1_500_000)

    /// A client whose announcement of bulk content has been read.
    private func announce(to site: Site, _ path: String = "/echo") throws -> Client {
        let client = try site.client()
        let fields = ["Content-Length: \(body.count)", "Expect: 100-continue"]
        client.send(request("POST", path, fields: fields))
        #expect(try client.answer().status == 100)
        return client
    }

    @Test("comes and goes while the loop of short questions is busy, and its connection returns")
    func beside() throws {
        let site = try Site(loops: 1)
        let bulk = try announce(to: site)
        // Short enough to be answered on the loop, which is held by it.
        let held = try site.client()
        held.send(request("GET", "/held"))
        site.stub.arrivals.wait()
        bulk.send(body)
        let answer = Result { try bulk.answer() }
        bulk.send(request("GET", "/short"))
        site.stub.gate.signal()
        #expect(try answer.get().body == body)
        #expect(try held.answer().text == "held")
        #expect(try bulk.answer().text == "/short")
    }

    @Test("and short questions of one connection are answered in their order")
    func pipelined() throws {
        let site = try Site()
        let client = try site.client()
        let long = post("/echo", body)
        let short = Array(request("GET", "/short").utf8)
        client.send(long + short + short + long + long + short)
        for isLong in [true, false, false, true, true, false] {
            let answer = try client.answer()
            #expect(isLong ? answer.body == body : answer.text == "/short")
        }
    }

    @Test("is answered where it had begun before a drain")
    func drain() throws {
        let site = try Site()
        let client = try announce(to: site)
        site.server.drain()
        client.send(body)
        let answer = try client.answer()
        #expect(answer.body == body)
        #expect(answer.head.contains("\r\nConnection: close"))
        site.server.waitUntilStopped()
    }

    @Test("and a question behind it are answered where a drain begins in between")
    func drainOnTheWay() throws {
        let site = try Site(loops: 1)
        let client = try announce(to: site, "/echo-and-hold")
        client.send(body + Array(request("GET", "/short").utf8))
        #expect(try client.answer().body == body)
        site.stub.arrivals.wait()
        site.server.drain()
        // The loop of short questions takes part in the drain, that of bulk content not yet.
        var probe = try site.client()
        probe.send(request("GET", "/ready"))
        while try !probe.answer().head.contains("\r\nConnection: close") {
            probe = try site.client()
            probe.send(request("GET", "/ready"))
        }
        site.stub.gate.signal()
        #expect(try client.answer().text == "/short")
        #expect(client.rest() == [])
        site.server.waitUntilStopped()
    }

    @Test("is cut on its way from one loop to another, too")
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

    @Test("of a client that vanishes leaves nothing behind")
    func vanished() throws {
        let site = try Site { $0.connections = 4 }
        for _ in 0..<20 {
            try announce(to: site).send(Array(body.prefix(1_200_000)))
            site.stub.endings.wait()
        }
    }
}
