// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes
import Testing

@Suite("Long content") struct LongContentTests {
    /// Longer than two pieces, and no multiple of one.
    private static let content = (0..<4_400_007).map {
        UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8)
    }

    private var body: [UInt8] { Self.content }

    private var head: String { request("POST", "/a", fields: ["Content-Length: \(body.count)"]) }

    @Test("arrives as it is, however it is split", arguments: [1_000, 65_536, 600_000, .max])
    func pieces(size: Int) {
        let conversation = Conversation()
        conversation.receive(Array(head.utf8) + body, size: size)
        #expect(conversation.hasReceived(body))
        #expect(conversation.record.exchanges.map { $0.requestBytes } == [body.count])
    }

    @Test("arrives as it is where it is read into place")
    func direct() {
        let conversation = Conversation()
        conversation.receive(head)
        let rest = conversation.receiveInPlace(body)
        conversation.receive(Array(rest))
        #expect(conversation.hasReceived(body))
    }

    @Test("arrives as it is in chunks")
    func chunked() {
        let conversation = Conversation()
        conversation.receive(request("POST", fields: ["Transfer-Encoding: chunked"]))
        for start in stride(from: 0, to: body.count, by: 70_000) {
            let part = body[start..<min(start + 70_000, body.count)]
            conversation.receive("\(String(part.count, radix: 16))\r\n")
            conversation.receive(Array(part))
            conversation.receive("\r\n")
        }
        conversation.receive("0\r\n\r\n")
        #expect(conversation.hasReceived(body))
    }

    @Test("is not read further while a segment is taken in and the next one waits")
    func pressure() {
        let conversation = Conversation()
        conversation.areJobsHeld = true
        conversation.receive(head)
        let rest = conversation.receiveInPlace(body)
        #expect(conversation.jobs.count == 1)
        #expect(conversation.record.statuses.isEmpty)
        // Six reads make a piece that is handed over; the next one grows until it is full.
        #expect(body.count - rest.count == 600_000 + BodySegment.maximumBytes)
        // What is handed over is held by its account.
        #expect((600_000...900_000).contains(conversation.jobs[0].memory.bytes))
        let kept = BodySegment.maximumBytes
        #expect(kept...(kept + kept / 2) ~= conversation.footprint)

        conversation.areJobsHeld = false
        conversation.completeJob()
        conversation.perform()
        conversation.receive(Array(rest))
        #expect(conversation.hasReceived(body))
    }

    @Test("waits for its last segment before it is answered")
    func lastPiece() {
        let conversation = Conversation()
        conversation.areJobsHeld = true
        conversation.receive(Array(head.utf8) + body, size: 700_000)
        #expect(conversation.record.statuses.isEmpty)
        conversation.areJobsHeld = false
        conversation.completeJob()
        conversation.perform()
        #expect(conversation.hasReceived(body))
        #expect(conversation.record.statuses == [200])
    }

    @Test("may be refused while a segment is away, and what comes back changes nothing")
    func refused() {
        let conversation = Conversation()
        conversation.areJobsHeld = true
        conversation.receive(Array(head.utf8) + body.prefix(700_000))
        conversation.refuse(.memoryExhausted)
        #expect(conversation.record.statuses == [503])
        conversation.completeJob()
        conversation.perform()
        #expect(conversation.record.statuses == [503])
    }

    @Test("has all the time in the world while the server does not read on")
    func unread() {
        let conversation = Conversation()
        conversation.areJobsHeld = true
        conversation.receive(head)
        let rest = conversation.receiveInPlace(body)
        conversation.wait(.seconds(1_000))
        #expect(conversation.record.refusals.isEmpty)
        conversation.areJobsHeld = false
        conversation.completeJob()
        conversation.perform()
        conversation.receive(Array(rest))
        #expect(conversation.hasReceived(body))
    }

    @Test("is not too slow while it waits for the server")
    func patience() {
        var limits = Limits()
        limits.bodyStallTime = .seconds(30)
        let conversation = Conversation(limits: limits)
        conversation.areJobsHeld = true
        conversation.receive(Array(head.utf8) + body.prefix(600_000))
        conversation.wait(.seconds(29))
        conversation.completeJob()
        conversation.wait(.seconds(29))
        #expect(conversation.record.refusals.isEmpty)
        conversation.wait(.seconds(2))
        #expect(conversation.record.refusals == [.bodyTimeout])
    }

    @Test("is bulk from its announcement to its answer")
    func announced() {
        let conversation = Conversation()
        #expect(conversation.traffic == .interactive)
        conversation.receive(head)
        #expect(conversation.traffic == .bulk)
        conversation.receive(body)
        #expect(conversation.record.statuses == [200])
        #expect(conversation.traffic == .interactive)
    }

    @Test("is bulk once as much of it has come in chunks, but not while somebody has a segment")
    func grown() {
        let conversation = Conversation()
        conversation.receive(request("POST", fields: ["Transfer-Encoding: chunked"]))
        let chunk = Array("10000\r\n".utf8) + body.prefix(0x10000) + Array("\r\n".utf8)
        for _ in 0..<16 {
            conversation.receive(chunk)
            #expect(conversation.traffic == nil)
        }
        conversation.receive(chunk)
        #expect(conversation.traffic == .bulk)
        conversation.areJobsHeld = true
        for _ in 0..<8 { conversation.receive(chunk) }
        #expect(conversation.jobs.count == 1)
        #expect(conversation.traffic == nil)
        conversation.completeJob()
        #expect(conversation.traffic == .bulk)
    }

    @Test("is bulk where it is thrown away after an answer that did not wait for it")
    func thrownAway() {
        let conversation = Conversation(decide: { _ in .make("early") })
        conversation.receive(head)
        #expect(conversation.record.statuses == [200])
        #expect(conversation.traffic == .bulk)
    }

    @Test(
        "is bulk from a megabyte on",
        arguments: [(1_048_576, nil), (1_048_577, TrafficClass.bulk)]
    )
    func length(bytes: Int, traffic: TrafficClass?) {
        let conversation = Conversation()
        conversation.receive(request("POST", fields: ["Content-Length: \(bytes)"]))
        #expect(conversation.traffic == traffic)
    }
}

/// Content in parts of given lengths.
private struct Parts: ContentSource {
    var left: [[UInt8]]

    init(_ parts: String...) {
        left = parts.map { Array($0.utf8) }
    }

    var footprint: Int { left.reduce(0) { $0 + $1.count } }
    var isAtEnd: Bool { left.isEmpty }

    mutating func next() -> [UInt8] { left.removeFirst() }
}

/// The same where all parts but the last can be made at once.
private struct SeparateParts: ContentSource {
    private var parts: Parts

    init(_ texts: [String]) {
        parts = Parts()
        parts.left = texts.map { Array($0.utf8) }
    }

    var footprint: Int { parts.footprint }
    var isAtEnd: Bool { parts.isAtEnd }

    mutating func next() -> [UInt8] { parts.next() }

    mutating func split() -> (any ContentSource)? {
        guard parts.left.count > 1 else { return nil }
        var part = Parts()
        part.left = [parts.next()]
        return part
    }
}

@Suite("An answer that is made while it is sent") struct MadeAnswerTests {
    private func response(_ parts: any ContentSource) -> Response {
        Response(status: .ok, body: Array("begin".utf8), source: parts, route: RouteName("/route"))
    }

    private let chunks = "5\r\nbegin\r\n4\r\nmore\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n"

    @Test("is sent in chunks, and another answer may follow")
    func chunked() {
        let conversation = Conversation(respond: { request in
            request.head.path == "/a" ? response(Parts("more", "0123456789abcdef")) : .make("b")
        })
        conversation.receive(request("GET", "/a") + request("GET", "/b"))
        #expect(
            conversation.record.unnamed
                == "HTTP/1.1 200 OK\r\nDate: today\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks
                + "HTTP/1.1 200 OK\r\nDate: today\r\nContent-Length: 1\r\n\r\nb"
        )
        #expect(conversation.record.exchanges.map { $0.responseBytes } == [25, 1])
    }

    @Test("is sent whole in whatever steps the network takes it", arguments: [1, 2, 3, 7, 100])
    func steps(count: Int) {
        let conversation = Conversation(respond: { _ in
            response(Parts("more", "0123456789abcdef"))
        })
        conversation.isNetworkOpen = false
        conversation.receive(request())
        while conversation.bytesToSend > 0 {
            conversation.take(min(count, conversation.bytesToSend))
        }
        #expect(conversation.record.unnamed.hasSuffix("chunked\r\n\r\n" + chunks))
        #expect(conversation.record.exchanges.count == 1)
    }

    @Test("has a few parts made at once, and sends them in their order")
    func separate() {
        let texts = (0..<8).map { "part \($0), " }
        let expected = "begin" + texts.joined()
        // Which of those that are being made is made first: the oldest, the latest, any.
        for order in [[0], [2, 1, 0], [1, 0], [2, 0, 1, 0]] {
            let conversation = Conversation(respond: { _ in
                response(SeparateParts(texts))
            })
            conversation.areJobsHeld = true
            conversation.receive(request(version: "HTTP/1.0"))
            #expect(conversation.parts.count == 3)
            var turn = 0
            while !conversation.parts.isEmpty {
                #expect(conversation.parts.count <= 3)
                conversation.completePart(
                    min(order[turn % order.count], conversation.parts.count - 1)
                )
                conversation.perform()
                turn += 1
            }
            #expect(turn == 8)
            #expect(conversation.record.text.hasSuffix("\r\n\r\n" + expected))
            #expect(conversation.record.exchanges.map { $0.responseBytes } == [expected.utf8.count])
        }
    }

    @Test("has no part made while enough wait to be sent")
    func slowReader() {
        let conversation = Conversation(respond: { _ in
            response(SeparateParts(["a", "b", "c", "d", "e", "f"]))
        })
        conversation.isNetworkOpen = false
        conversation.receive(request())
        // Three wait, and three are not yet made: the source tells what is kept for all of them.
        #expect(conversation.footprint == request().utf8.count + 3)
        conversation.take(conversation.bytesToSend)
        #expect(conversation.footprint == request().utf8.count + 2)
    }

    @Test("never ends with a part of no length")
    func emptyPart() {
        let conversation = Conversation(respond: { _ in
            response(Parts("", "more", "0123456789abcdef", ""))
        })
        conversation.receive(request())
        #expect(conversation.record.unnamed.hasSuffix("chunked\r\n\r\n" + chunks))
    }

    @Test("ends with its connection where the client knows no chunks")
    func http10() {
        let conversation = Conversation(respond: { _ in
            response(Parts("more", "0123456789abcdef"))
        })
        conversation.receive(
            request(version: "HTTP/1.0", fields: ["Connection: keep-alive"])
        )
        #expect(
            conversation.record.unnamed
                == "HTTP/1.1 200 OK\r\nDate: today\r\nConnection: close\r\n\r\n"
                + "beginmore0123456789abcdef"
        )
        #expect(conversation.record.hasShutDown)
    }

    @Test("is not made for HEAD")
    func head() {
        let conversation = Conversation(respond: { _ in response(Parts("more")) })
        conversation.receive(request("HEAD") + request("HEAD"))
        #expect(conversation.record.statuses == [200, 200])
        #expect(!conversation.record.text.contains("begin"))
        #expect(!conversation.record.text.contains("Content-Length"))
    }

    @Test("is waited for, and counts as memory until it is sent")
    func waiting() {
        let conversation = Conversation(respond: { _ in
            response(Parts("more", "0123456789abcdef"))
        })
        conversation.areJobsHeld = true
        conversation.receive(request())
        #expect(conversation.record.text.hasSuffix("\r\n5\r\nbegin\r\n"))
        #expect(conversation.footprint == request().utf8.count + 20)
        // That the next part is not there is nothing the client has done.
        conversation.wait(.seconds(1_000))
        #expect(conversation.record.closing == nil)
        conversation.completePart()
        conversation.perform()
        conversation.completePart()
        conversation.perform()
        #expect(conversation.record.text.hasSuffix(chunks))
        #expect(conversation.footprint == 0)
    }
}

extension Conversation {
    /// Lets bytes arrive where they stay, as long as there is room; what is left of them.
    fileprivate func receiveInPlace(_ body: [UInt8]) -> ArraySlice<UInt8> {
        var rest = body[...]
        while directBodyBytes > 0 {
            let part = rest.prefix(min(100_000, directBodyBytes))
            rest = rest.dropFirst(part.count)
            receiveBody(Array(part))
        }
        return rest
    }

    /// Whether one request has come, with this body; says so without its million bytes.
    fileprivate func hasReceived(_ body: [UInt8]) -> Bool {
        record.requests.count == 1 && record.requests[0].body == body
    }
}
