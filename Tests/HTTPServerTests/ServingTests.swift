// SPDX-License-Identifier: Apache-2.0

import Dispatch
import HTTP
import HTTPServer
import HTTPTypes
import Testing

@Suite("A server", .timeLimit(.minutes(5))) struct ServingTests {
    @Test("responds and keeps the connection open")
    func keepAlive() throws {
        let site = try Site()
        let client = try site.client()
        for path in ["/a", "/b", "/c"] {
            client.send(request("GET", path))
            let response = try client.response()
            #expect(response.status == 200)
            #expect(response.text == path)
            #expect(response.head.contains("\r\nDate: "))
        }
    }

    @Test("responds in order to requests in one packet")
    func pipelined() throws {
        let site = try Site()
        let client = try site.client()
        client.send((0..<500).map { request("GET", "/\($0)") }.joined())
        for index in 0..<500 { #expect(try client.response().text == "/\(index)") }
    }

    @Test("responds to a request that arrives byte by byte")
    func slowly() throws {
        let site = try Site()
        let client = try site.client()
        for byte in post("/echo", Array("abc".utf8)) { client.send([byte]) }
        #expect(try client.response().text == "abc")
    }

    @Test("receives and sends 10 MB, by length and in chunks")
    func large() throws {
        let site = try Site()
        let client = try site.client()
        let body = pattern(10_000_000)
        client.send(post("/echo", body))
        #expect(try client.response().body == body)

        client.send(request("POST", "/echo", fields: ["Transfer-Encoding: chunked"]))
        var start = 0
        while start < body.count {
            let part = body[start..<min(body.count, start + 99_999)]
            client.send(Array("\(String(part.count, radix: 16))\r\n".utf8) + part + [13, 10])
            start += part.count
        }
        client.send("0\r\n\r\n")
        #expect(try client.response().body == body)
    }

    @Test("sends 100 Continue before the body arrives")
    func continuation() throws {
        let site = try Site()
        let client = try site.client()
        let fields = ["Content-Length: 3", "Expect: 100-continue"]
        client.send(request("POST", "/echo", fields: fields))
        #expect(try client.response().status == 100)
        client.send("abc")
        #expect(try client.response().text == "abc")
    }

    @Test("serves many connections at once")
    func parallel() throws {
        let site = try Site()
        let clients = try (0..<200).map { _ in try site.client() }
        for (index, client) in clients.enumerated() { client.send(request("GET", "/\(index)")) }
        for (index, client) in clients.enumerated() {
            #expect(try client.response().text == "/\(index)")
        }
    }

    @Test("responds to a client that half-closes after its request")
    func halfClose() throws {
        let site = try Site()
        let client = try site.client()
        client.send(request("GET", "/a") + request("GET", "/b"))
        client.shutdownWrite()
        #expect(try client.response().text == "/a")
        #expect(try client.response().text == "/b")
        #expect(client.rest() == [])
    }

    @Test("explains a refusal to a client that is still sending, before it closes")
    func earlyRefusal() throws {
        let site = try Site { $0.bodyBytes = 1_000 }
        let client = try site.client()
        client.send(request("POST", "/echo", fields: ["Content-Length: 8000000"]))
        // All bytes are accepted: a connection closed immediately would break here.
        #expect(client.send(pattern(8_000_000)))
        let response = try client.response()
        #expect(response.status == 413)
        #expect(response.head.contains("\r\nConnection: close"))
        #expect(client.rest() == [])
    }

    @Test("survives clients that reset the connection")
    func reset() throws {
        let site = try Site(loops: 1)
        for text in [request("GET", "/large"), "GET /", request()] {
            let client = try site.client()
            client.send(text)
            if text.hasSuffix("\r\n\r\n") { client.send("GET") }
            client.resetAtEnd()
        }
        let client = try site.client()
        client.send(request("GET", "/a"))
        #expect(try client.response().text == "/a")
    }

    @Test("reports events of connections and requests")
    func events() throws {
        let site = try Site()
        do {
            let client = try site.client()
            client.send(post("/echo", Array("abc".utf8)) + Array("GET\r\n".utf8))
            #expect(try client.response().status == 200)
            #expect(try client.response().status == 400)
            #expect(client.rest() == [])
        }
        site.stub.endings.wait()
        let events = site.stub.events
        #expect(events.first == .connectionOpened)
        #expect(events.contains(.refused(.invalidRequestLine)))
        #expect(events.last == .connectionClosed(.afterResponse))
        let exchanges = events.compactMap { event in
            if case .responseSent(let exchange) = event { exchange } else { nil }
        }
        #expect(exchanges.map { $0.status.code } == [200, 400])
        #expect(exchanges.map { $0.route.template } == ["/echo", "invalid-request-line"])
        #expect(exchanges.map { $0.requestBytes } == [3, 0])
    }
}
