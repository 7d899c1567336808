// SPDX-License-Identifier: Apache-2.0

import Dispatch
import HTTP
import HTTPServer
import Testing

@Suite("A client that leaves before its response", .timeLimit(.minutes(5)))
struct AbandonmentTests {
    /// A server with one worker, which processes every request.
    private func site() throws -> Site {
        try Site(loops: 1) { limits in
            limits.inlineBodyBytes = 10
            limits.workers = 1
        }
    }

    @Test("ends the work on its request, and the worker serves others", arguments: [false, true])
    func gone(resets: Bool) throws {
        let site = try site()
        do {
            let client = try site.client()
            client.send(post("/endless", pattern(100)))
            site.stub.arrivals.wait()
            if resets { client.resetAtEnd() }
        }
        site.stub.cancellations.wait()
        site.stub.endings.wait()
        let route = RouteName("/endless")
        #expect(site.stub.events.last == .connectionClosed(.abandoned, route: route))
        let next = try site.client()
        next.send(post("/echo", pattern(100)))
        #expect(try next.response().body == pattern(100))
    }

    @Test("takes its request with it if no worker has begun", arguments: [false, true])
    func waiting(resets: Bool) throws {
        let site = try site()
        let first = try site.client()
        first.send(post("/held", pattern(100)))
        site.stub.arrivals.wait()
        do {
            let second = try site.client()
            second.send(post("/endless", pattern(100)))
            // Its request has been read once the next one has its response.
            let third = try site.client()
            third.send(request("GET", "/small"))
            #expect(try third.response().text == "/small")
            if resets { second.resetAtEnd() }
        }
        // The second and the third client.
        site.stub.endings.wait()
        site.stub.endings.wait()
        let route = RouteName("/endless")
        #expect(site.stub.events.contains(.connectionClosed(.abandoned, route: route)))
        site.stub.gate.signal()
        #expect(try first.response().text == "held")
        let next = try site.client()
        next.send(post("/echo", pattern(100)))
        #expect(try next.response().body == pattern(100))
        // The worker has not begun with the second request.
        #expect(site.stub.arrivals.wait(timeout: .now()) == .timedOut)
    }

    @Test("gets it, and those to its other requests, if it has only half-closed")
    func halfClosed() throws {
        let site = try site()
        let client = try site.client()
        client.send(post("/held", pattern(100)))
        site.stub.arrivals.wait()
        client.send(post("/echo", pattern(200)) + Array(request("GET", "/small").utf8))
        client.shutdownWrite()
        #expect(try client.response().status == 100)
        site.stub.gate.signal()
        #expect(try client.response().text == "held")
        #expect(try client.response().body == pattern(200))
        #expect(try client.response().text == "/small")
        #expect(client.rest() == [])
    }

    @Test("gets it if it sends everything and half-closes at once, with a large body")
    func halfClosedAtOnce() throws {
        let site = try site()
        let body = pattern(5_000_000)
        let client = try site.client()
        client.send(post("/echo", body))
        client.shutdownWrite()
        var response = try client.response()
        // The work may have been finished before the end of input was noticed.
        if response.status == 100 { response = try client.response() }
        #expect(response.body == body)
        #expect(client.rest() == [])
    }

    @Test("gets no interim response in HTTP/1.0")
    func http10() throws {
        let site = try site()
        let client = try site.client()
        client.send("POST /held HTTP/1.0\r\nContent-Length: 100\r\n\r\n")
        client.send(pattern(100))
        client.shutdownWrite()
        site.stub.arrivals.wait()
        site.stub.gate.signal()
        #expect(try client.response().text == "held")
        #expect(client.rest() == [])
    }

    @Test("because the server stops ends the work, too")
    func stopped() throws {
        let site = try site()
        let client = try site.client()
        client.send(post("/endless", pattern(100)))
        site.stub.arrivals.wait()
        site.server.stop()
        site.stub.cancellations.wait()
        #expect((client.rest() ?? []).isEmpty)
    }
}
