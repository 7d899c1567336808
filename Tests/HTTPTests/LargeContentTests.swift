// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes
import Testing

@Suite("Large content") struct LargeContentTests {
    /// Longer than two segments, and not a multiple of a segment.
    private static let content = (0..<4_400_007).map {
        UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8)
    }

    private var body: [UInt8] { Self.content }

    private var head: String { request("POST", "/a", fields: ["Content-Length: \(body.count)"]) }

    @Test("arrives unchanged, however it is split", arguments: [1_000, 65_536, 600_000, .max])
    func segments(size: Int) {
        let conversation = Conversation()
        conversation.receive(Array(head.utf8) + body, size: size)
        #expect(conversation.hasReceived(body))
        #expect(conversation.record.exchanges.map { $0.requestBytes } == [body.count])
    }

    @Test("arrives unchanged when read straight into segments")
    func direct() {
        let conversation = Conversation()
        conversation.receive(head)
        let rest = conversation.receiveInPlace(body)
        conversation.receive(Array(rest))
        #expect(conversation.hasReceived(body))
    }

    @Test("arrives unchanged in chunks")
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

    @Test("is not read further while one segment is processed and the next one is full")
    func pressure() {
        let conversation = Conversation()
        conversation.areJobsHeld = true
        conversation.receive(head)
        let rest = conversation.receiveInPlace(body)
        #expect(conversation.jobs.count == 1)
        #expect(conversation.record.statuses.isEmpty)
        // Six reads fill a segment that is handed off; the next one grows to its maximum.
        #expect(body.count - rest.count == 600_000 + BodySegment.maximumBytes)
        // The memory of the segment belongs to the job's account.
        #expect((600_000...900_000).contains(conversation.jobs[0].memory.bytes))
        let kept = BodySegment.maximumBytes
        #expect(kept...(kept + kept / 2) ~= conversation.footprint)

        conversation.areJobsHeld = false
        conversation.completeJob()
        conversation.perform()
        conversation.receive(Array(rest))
        #expect(conversation.hasReceived(body))
    }

    @Test("waits for its last segment before the response")
    func lastSegment() {
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

    @Test("may be refused while a job runs, whose result then has no effect")
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

    @Test("is not timed while the server does not read")
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

    @Test("is not too slow while the server delays it")
    func serverDelay() {
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

    @Test("has an average rate without the time for which the server did not read")
    func averageRate() {
        var limits = Limits()
        limits.bodyStallTime = .seconds(30)
        limits.bodyMinimumRate = 1_024
        let conversation = Conversation(limits: limits)
        conversation.areJobsHeld = true
        conversation.receive(head)
        _ = conversation.receiveInPlace(body)
        conversation.wait(.seconds(1_000_000))
        conversation.completeJob()
        conversation.wait(.seconds(29))
        #expect(conversation.record.refusals.isEmpty)
        conversation.wait(.seconds(2))
        #expect(conversation.record.refusals == [.bodyTimeout])
    }

    @Test("is bulk from its head to its response")
    func announced() {
        let conversation = Conversation()
        #expect(conversation.traffic == .interactive)
        conversation.receive(head)
        #expect(conversation.traffic == .bulk)
        conversation.receive(body)
        #expect(conversation.record.statuses == [200])
        #expect(conversation.traffic == .interactive)
    }

    @Test("is bulk once enough chunks have arrived, but not while a job runs")
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

    @Test("is bulk when discarded after an early response")
    func discarded() {
        let conversation = Conversation(decide: { _ in .make("early") })
        conversation.receive(head)
        #expect(conversation.record.statuses == [200])
        #expect(conversation.traffic == .bulk)
    }

    @Test(
        "is bulk above a megabyte",
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

/// The same, but all parts except the last can be produced concurrently.
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

@Suite("A streamed response") struct StreamedResponseTests {
    private func response(_ parts: any ContentSource) -> Response {
        Response(status: .ok, body: Array("begin".utf8), source: parts, route: RouteName("/route"))
    }

    private let chunks = "5\r\nbegin\r\n4\r\nmore\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n"

    @Test("is sent in chunks and keeps the connection open")
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

    @Test(
        "is sent completely, however few bytes the network accepts at once",
        arguments: [1, 2, 3, 7, 100]
    )
    func steps(count: Int) {
        let conversation = Conversation(respond: { _ in
            response(Parts("more", "0123456789abcdef"))
        })
        conversation.isNetworkOpen = false
        conversation.receive(request())
        while conversation.bytesToSend > 0 {
            conversation.send(min(count, conversation.bytesToSend))
        }
        #expect(conversation.record.unnamed.hasSuffix("chunked\r\n\r\n" + chunks))
        #expect(conversation.record.exchanges.count == 1)
    }

    @Test("produces a few parts concurrently and sends them in order")
    func separate() {
        let texts = (0..<8).map { "part \($0), " }
        let expected = "begin" + texts.joined()
        // The order in which requested parts are finished: oldest first, latest first, mixed.
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

    @Test("produces no part while enough are waiting")
    func slowReader() {
        let conversation = Conversation(respond: { _ in
            response(SeparateParts(["a", "b", "c", "d", "e", "f"]))
        })
        conversation.isNetworkOpen = false
        conversation.receive(request())
        // Three parts are waiting and three are not produced yet; the source's footprint covers all
        // of them.
        #expect(conversation.footprint == request().utf8.count + 3)
        conversation.send(conversation.bytesToSend)
        #expect(conversation.footprint == request().utf8.count + 2)
    }

    @Test("is not ended by an empty part")
    func emptyPart() {
        let conversation = Conversation(respond: { _ in
            response(Parts("", "more", "0123456789abcdef", ""))
        })
        conversation.receive(request())
        #expect(conversation.record.unnamed.hasSuffix("chunked\r\n\r\n" + chunks))
    }

    @Test("ends with its connection in HTTP/1.0")
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

    @Test("is not produced for HEAD")
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
        // The client is not responsible for the missing part.
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
    /// Delivers bytes straight into the segment while it has capacity; returns the rest.
    func receiveInPlace(_ body: [UInt8]) -> ArraySlice<UInt8> {
        var rest = body[...]
        while directBodyBytes > 0 {
            let part = rest.prefix(min(100_000, directBodyBytes))
            rest = rest.dropFirst(part.count)
            receiveBody(Array(part))
        }
        return rest
    }

    /// Returns whether exactly one request with this body has been received; a failure does not
    /// print its million bytes.
    fileprivate func hasReceived(_ body: [UInt8]) -> Bool {
        record.requests.count == 1 && record.requests[0].body == body
    }
}
