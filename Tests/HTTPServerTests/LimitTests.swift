// SPDX-License-Identifier: Apache-2.0

import Dispatch
import HTTP
import Testing

@Suite("A limit", .timeLimit(.minutes(5))) struct LimitTests {
    @Test("on time ends an incomplete head")
    func headTime() throws {
        let site = try Site { $0.headTime = .milliseconds(20) }
        let client = try site.client()
        client.send("GET / HTTP/1.1\r\n")
        #expect(try client.response().text == "head-timeout")
        #expect(client.rest() == [])
    }

    @Test("on time ends an incomplete body")
    func bodyTime() throws {
        let site = try Site { $0.bodyStallTime = .milliseconds(20) }
        let client = try site.client()
        client.send(request("POST", "/echo", fields: ["Content-Length: 3"]) + "ab")
        #expect(try client.response().text == "body-timeout")
        #expect(client.rest() == [])
    }

    @Test("on time closes an idle connection silently")
    func idleTime() throws {
        let site = try Site { $0.idleTime = .seconds(1) }
        let client = try site.client()
        client.send(request())
        #expect(try client.response().status == 200)
        #expect(client.rest() == [])
    }

    @Test("on time ends a response that is not read")
    func responseTime() throws {
        let site = try Site { $0.responseStallTime = .milliseconds(20) }
        let client = try site.client()
        client.send(request("GET", "/large"))
        site.stub.endings.wait()
        #expect(site.stub.events.last == .connectionClosed(.responseStalled))
        #expect((client.rest() ?? []).count < 50_000_000)
    }

    @Test("on time ends a response that would fit into the kernel's buffers")
    func bufferedResponse() throws {
        let site = try Site { $0.responseStallTime = .milliseconds(20) }
        let client = try site.client(receiveBuffer: 4_096)
        client.send(request("GET", "/long"))
        site.stub.endings.wait()
        #expect(site.stub.events.last == .connectionClosed(.responseStalled))
        #expect((client.rest() ?? []).count < 2_000_000)
    }

    @Test("on connections is reported to the one beyond it")
    func connections() throws {
        let site = try Site { $0.connections = 1 }
        do {
            let first = try site.client()
            first.send(request())
            #expect(try first.response().status == 200)
            let second = try site.client()
            second.send(request())
            #expect(try second.response().text == "too-many-connections")
            #expect(second.rest() == [])
            first.send(request())
            #expect(try first.response().status == 200)
        }
        site.stub.endings.wait()
        site.stub.endings.wait()
        let third = try site.client()
        third.send(request())
        #expect(try third.response().status == 200)
    }

    @Test("on memory refuses a body before it is complete")
    func memory() throws {
        let site = try Site { $0.memoryBytes = 1_000_000 }
        let client = try site.client()
        client.send(request("POST", "/echo", fields: ["Content-Length: 9000000"]))
        client.send(pattern(8_000_000))
        let response = try client.response()
        #expect(response.text == "excessive-memory", "\(response)")
        let next = try site.client()
        next.send(post("/echo", pattern(500_000)))
        #expect(try next.response().body == pattern(500_000))
    }
}
