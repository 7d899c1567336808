// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes
import Testing

@Suite("A connection") struct PersistenceTests {
    @Test("stays open by default in HTTP/1.1")
    func http11() {
        let record = outcome(request() + request())
        #expect(record.statuses == [200, 200])
        #expect(!record.hasShutDown)
        #expect(!record.text.contains("Connection:"))
    }

    @Test("is closed on request, and further input is ignored")
    func close() {
        for option in ["close", "Close", "keep-alive, close", "close, keep-alive", "x,,close"] {
            let record = outcome(request(fields: ["Connection: \(option)"]) + request())
            #expect(record.requests.count == 1)
            #expect(record.statuses == [200])
            #expect(record.text.contains("\r\nConnection: close\r\n"))
            #expect(record.hasShutDown)
        }
    }

    @Test("is closed in HTTP/1.0 unless the client asks to keep it")
    func http10() {
        let closed = outcome(request(version: "HTTP/1.0") + request(version: "HTTP/1.0"))
        #expect(closed.statuses == [200])
        #expect(closed.hasShutDown)
        let kept = request(version: "HTTP/1.0", fields: ["Connection: Keep-Alive"])
        let record = outcome(kept + kept)
        #expect(record.statuses == [200, 200])
        #expect(record.text.contains("\r\nConnection: keep-alive\r\n"))
        #expect(!record.hasShutDown)
    }

    @Test("responds in order to pipelined requests")
    func pipelined() {
        let record = outcome(
            request("GET", "/1") + request("POST", "/2", fields: ["Content-Length: 3"], body: "abc")
                + request("HEAD", "/3") + request("GET", "/4")
        )
        #expect(record.requests.map { $0.path } == ["/1", "/2", "/3", "/4"])
        #expect(record.text.split(separator: "\r\n\r\n").count == 5)
        #expect(record.text.hasSuffix("\r\n\r\n/4"))
    }

    @Test("processes the next request only after the response was sent")
    func oneAtATime() {
        let conversation = Conversation(respond: { _ in nil })
        conversation.receive(request("GET", "/1") + request("GET", "/2"))
        #expect(conversation.record.requests.map { $0.path } == ["/1"])
        conversation.isNetworkOpen = false
        conversation.respond(with: .make("one"))
        #expect(conversation.record.requests.map { $0.path } == ["/1"])
        conversation.send(conversation.bytesToSend - 1)
        #expect(conversation.record.requests.map { $0.path } == ["/1"])
        conversation.send(1)
        #expect(conversation.record.requests.map { $0.path } == ["/1", "/2"])
    }

    @Test("is closed silently when the client closes it")
    func byPeer() {
        #expect(outcome("", ends: true).closing == .byPeer)
        #expect(outcome(request(), ends: true).closing == .byPeer)
        #expect(outcome("\r\n", ends: true).closing == .byPeer)
    }

    @Test("responds to requests sent before the client half-closed")
    func halfClosed() {
        let conversation = Conversation(respond: { _ in nil })
        conversation.receive(request("GET", "/1") + request("GET", "/2"))
        conversation.end()
        conversation.respond(with: .make("one"))
        conversation.respond(with: .make("two"))
        #expect(conversation.record.requests.count == 2)
        #expect(conversation.record.text.hasSuffix("two"))
        #expect(conversation.record.closing == .byPeer)
    }

    @Test(
        "is half-closed after an error and read to its end, so that no reset discards the response"
    )
    func linger() {
        let conversation = Conversation()
        conversation.receive("GET\r\n")
        #expect(conversation.record.statuses == [400])
        #expect(conversation.record.text.contains("\r\nConnection: close\r\n"))
        #expect(conversation.record.hasShutDown)
        conversation.receive(request())
        #expect(conversation.record.statuses == [400])
        #expect(conversation.record.closing == nil)
        conversation.end()
        #expect(conversation.record.closing == .afterResponse)
    }

    @Test("reports each exchange")
    func exchanges() {
        let conversation = Conversation(respond: { _ in nil })
        conversation.receive(request("POST", fields: ["Content-Length: 3"], body: "abc"))
        conversation.wait(.seconds(2))
        conversation.respond(with: .make("result"))
        let exchange = Exchange(
            method: .post,
            route: RouteName("/route"),
            status: .ok,
            seconds: 2,
            requestBytes: 3,
            responseBytes: 6,
            requestID: .generated(connection: 0, ordinal: 1)
        )
        #expect(conversation.record.exchanges == [exchange])
    }

    @Test("reports refusals, with the method if it is known")
    func refusedExchange() {
        let conversation = Conversation()
        conversation.receive("HEAD / HTTP/1.1\r\nHost: a b\r\n\r\n")
        let exchange = Exchange(
            method: .head,
            route: RouteName("invalid-host"),
            status: .badRequest,
            seconds: 0,
            requestBytes: 0,
            responseBytes: 0,
            requestID: .generated(connection: 0, ordinal: 1)
        )
        #expect(conversation.record.exchanges == [exchange])
    }
}
