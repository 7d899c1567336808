// SPDX-License-Identifier: Apache-2.0

import Dispatch
import HTTP
import HTTPServer
import Testing

@Suite("Stopping", .timeLimit(.minutes(5))) struct StoppingTests {
    @Test("completes requests in progress, then ends")
    func drain() throws {
        let site = try Site()
        let client = try site.client()
        let fields = ["Content-Length: 3", "Expect: 100-continue"]
        client.send(request("POST", "/echo", fields: fields))
        #expect(try client.response().status == 100)
        let idle = try site.client()
        idle.send(request())
        #expect(try idle.response().status == 200)
        site.server.drain()
        #expect(idle.rest() == [])
        // While a response is pending, the readiness probe reports that the server is draining.
        for _ in 0..<50 {
            let probe = try site.client()
            probe.send(request("GET", "/ready"))
            let readiness = try probe.response()
            #expect(readiness.status == 503)
            #expect(readiness.head.contains("\r\nConnection: close"))
        }
        client.send("abc")
        let response = try client.response()
        #expect(response.text == "abc")
        #expect(response.head.contains("\r\nConnection: close"))
        site.server.waitUntilStopped()
        #expect(throws: Client.Failure.self) { try site.client() }
    }

    @Test("completes requests on workers, then ends")
    func drainWorkers() throws {
        let site = try Site { $0.inlineBodyBytes = 10 }
        let client = try site.client()
        client.send(post("/held", pattern(100)))
        site.stub.arrivals.wait()
        site.server.drain()
        site.stub.gate.signal()
        #expect(try client.response().text == "held")
        #expect(client.rest() == [])
        site.server.waitUntilStopped()
    }

    @Test("ends immediately when idle")
    func drainIdle() throws {
        let site = try Site()
        site.server.drain()
        site.server.waitUntilStopped()
        site.server.drain()
        site.server.stop()
        site.server.waitUntilStopped()
    }

    @Test("serves clients that connected before the listeners closed")
    func newConnections() throws {
        let site = try Site()
        let clients = try (0..<50).map { _ in try site.client() }
        site.server.drain()
        for client in clients { client.send(request()) }
        for client in clients { #expect(try client.response().status == 200) }
        site.server.waitUntilStopped()
    }

    @Test("keeps serving during the drain delay, but is not ready")
    func delay() throws {
        let site = try Site { $0.drainDelay = .milliseconds(300) }
        let client = try site.client()
        site.server.drain()
        for _ in 0..<3 {
            client.send(request("GET", "/ready"))
            #expect(try client.response().status == 503)
            client.send(request("GET", "/echo"))
            let response = try client.response()
            #expect(response.status == 200 && !response.head.contains("\r\nConnection: close"))
        }
        site.server.waitUntilStopped()
        #expect(client.rest() == [])
        #expect(throws: Client.Failure.self) { try site.client() }
    }

    @Test("closes connections that exceed the drain time")
    func drainTime() throws {
        let site = try Site { $0.drainTime = .milliseconds(20) }
        let client = try site.client()
        let fields = ["Content-Length: 3", "Expect: 100-continue"]
        client.send(request("POST", "/echo", fields: fields))
        #expect(try client.response().status == 100)
        site.server.drain()
        site.server.waitUntilStopped()
        #expect(client.rest()?.isEmpty != false)
    }

    @Test("closes everything on request")
    func stop() throws {
        let site = try Site()
        let client = try site.client()
        client.send(request())
        #expect(try client.response().status == 200)
        client.send("GET /")
        site.server.stop()
        site.server.waitUntilStopped()
        #expect(client.rest()?.isEmpty != false)
    }

    @Test("before the start prevents it")
    func beforeStart() throws {
        let server = try Server(
            host: "127.0.0.1",
            port: 0,
            responder: Stub(readiness: Readiness()),
            logger: .quiet
        )
        server.stop()
        try server.start()
        server.waitUntilStopped()
    }
}
