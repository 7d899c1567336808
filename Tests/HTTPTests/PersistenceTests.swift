// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes
import Testing

@Suite("A connection") struct PersistenceTests {
    @Test("is kept for HTTP/1.1, without a word")
    func http11() {
        let record = outcome(request() + request())
        #expect(record.statuses == [200, 200])
        #expect(!record.hasShutDown)
        #expect(!record.text.contains("Connection:"))
    }

    @Test("is closed when the client says so, and nothing after it is done")
    func close() {
        for option in ["close", "Close", "keep-alive, close", "close, keep-alive", "x,,close"] {
            let record = outcome(request(fields: ["Connection: \(option)"]) + request())
            #expect(record.requests.count == 1)
            #expect(record.statuses == [200])
            #expect(record.text.contains("\r\nConnection: close\r\n"))
            #expect(record.hasShutDown)
        }
    }

    @Test("is closed for HTTP/1.0 unless the client wants to keep it")
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

    @Test("answers requests that come together in their order")
    func pipelined() {
        let record = outcome(
            request("GET", "/1") + request("POST", "/2", fields: ["Content-Length: 3"], body: "abc")
                + request("HEAD", "/3") + request("GET", "/4")
        )
        #expect(record.requests.map { $0.path } == ["/1", "/2", "/3", "/4"])
        #expect(record.text.split(separator: "\r\n\r\n").count == 5)
        #expect(record.text.hasSuffix("\r\n\r\n/4"))
    }

    @Test("takes the next request only when the answer is out")
    func oneAtATime() {
        let conversation = Conversation(respond: { _ in nil })
        conversation.receive(request("GET", "/1") + request("GET", "/2"))
        #expect(conversation.record.requests.map { $0.path } == ["/1"])
        conversation.isNetworkOpen = false
        conversation.answer(.make("one"))
        #expect(conversation.record.requests.map { $0.path } == ["/1"])
        conversation.take(conversation.bytesToSend - 1)
        #expect(conversation.record.requests.map { $0.path } == ["/1"])
        conversation.take(1)
        #expect(conversation.record.requests.map { $0.path } == ["/1", "/2"])
    }

    @Test("is closed quietly when the client has nothing more to say")
    func byPeer() {
        #expect(outcome("", ends: true).closing == .byPeer)
        #expect(outcome(request(), ends: true).closing == .byPeer)
        #expect(outcome("\r\n", ends: true).closing == .byPeer)
    }

    @Test("answers what came before the client's end")
    func halfClosed() {
        let conversation = Conversation(respond: { _ in nil })
        conversation.receive(request("GET", "/1") + request("GET", "/2"))
        conversation.end()
        conversation.answer(.make("one"))
        conversation.answer(.make("two"))
        #expect(conversation.record.requests.count == 2)
        #expect(conversation.record.text.hasSuffix("two"))
        #expect(conversation.record.closing == .byPeer)
    }

    @Test("is half-closed after an error and heard to its end, so that no reset eats the answer")
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

    @Test("tells what each exchange was")
    func exchanges() {
        let conversation = Conversation(respond: { _ in nil })
        conversation.receive(request("POST", fields: ["Content-Length: 3"], body: "abc"))
        conversation.wait(.seconds(2))
        conversation.answer(.make("answer"))
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

    @Test("tells of refusals, too, with the method if it was known")
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
