// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes
import Testing

@Suite("A response that begins before its request has ended") struct ConcurrentResponseTests {
    private static let head = request("POST", fields: ["Transfer-Encoding: chunked"])

    /// A conversation whose responses repeat their requests.
    private func conversation(
        limits: Limits = Limits(),
        frame: Response.ProblemFrame? = nil
    ) -> Conversation {
        let conversation = Conversation(limits: limits)
        conversation.intakeOptions.respondsConcurrently = true
        conversation.intakeOptions.inlineBytes = 0
        conversation.intakeOptions.isStream = true
        conversation.makeIntake = { Repeating(frame: frame) }
        return conversation
    }

    private func chunk(_ text: String) -> String {
        "\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n"
    }

    /// The content of the response so far, with its chunk lines.
    private func content(_ conversation: Conversation) -> String {
        let text = conversation.record.text
        return text.firstRange(of: "\r\n\r\n").map { String(text[$0.upperBound...]) } ?? ""
    }

    @Test("is sent part by part, and ends with trailers on a connection that stays open")
    func parts() {
        let conversation = conversation()
        conversation.receive(Self.head)
        #expect(conversation.record.sent.isEmpty)
        conversation.receive(chunk("one"))
        #expect(conversation.record.text.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(conversation.record.text.contains("\r\nTransfer-Encoding: chunked\r\n"))
        #expect(content(conversation) == "3\r\none\r\n")
        conversation.receive(chunk("three"))
        #expect(content(conversation) == "3\r\none\r\n5\r\nthree\r\n")
        conversation.receive("0\r\n\r\n")
        let end = "3\r\nend\r\n0\r\nAge: 1\r\n\r\n"
        #expect(content(conversation) == "3\r\none\r\n5\r\nthree\r\n" + end)
        #expect(conversation.record.exchanges.map { $0.requestBytes } == [8])
        #expect(conversation.record.exchanges.map { $0.responseBytes } == [11])
        #expect(conversation.isIdle)
        conversation.receive(Self.head + chunk("again") + "0\r\n\r\n")
        #expect(conversation.record.statuses == [200, 200])
        #expect(conversation.record.text.hasSuffix("8\r\nagainend\r\n0\r\nAge: 1\r\n\r\n"))
    }

    @Test("is whole if the request ends before a part of it has been made")
    func short() {
        let conversation = conversation()
        conversation.areJobsHeld = true
        conversation.receive(Self.head + chunk("one") + "0\r\n\r\n")
        conversation.completeJob()
        conversation.perform()
        #expect(content(conversation) == "6\r\noneend\r\n0\r\nAge: 1\r\n\r\n")
        #expect(conversation.isIdle)
    }

    @Test("is sent for a body of known length, too")
    func length() {
        let conversation = conversation()
        conversation.receive(request("POST", fields: ["Content-Length: 5"]) + "12")
        #expect(content(conversation) == "2\r\n12\r\n")
        conversation.receive("345")
        #expect(content(conversation).hasSuffix("6\r\n345end\r\n0\r\nAge: 1\r\n\r\n"))
    }

    @Test("stops reading while the client does not read it")
    func pressure() {
        let conversation = conversation()
        conversation.receive(Self.head + chunk("one"))
        let sent = conversation.record.sent.count
        conversation.isNetworkOpen = false
        conversation.areJobsHeld = true
        conversation.receive(chunk("two"))
        #expect(conversation.jobs.count == 1)
        conversation.completeJob()
        conversation.receive(chunk("three"))
        // The bytes that arrived are kept, and nothing is made of them.
        #expect(conversation.jobs.isEmpty)
        #expect(conversation.record.sent.count == sent)
        conversation.areJobsHeld = false
        conversation.isNetworkOpen = true
        conversation.perform()
        #expect(content(conversation) == "3\r\none\r\n3\r\ntwo\r\n5\r\nthree\r\n")
    }

    @Test("makes a part of at most a quarter of a megabyte of content at once")
    func segments() {
        let conversation = conversation()
        conversation.areJobsHeld = true
        conversation.receive(request("POST", fields: ["Content-Length: 2000000"]))
        let rest = conversation.receiveInPlace([UInt8](repeating: 97, count: 1_000_000))
        #expect(conversation.jobs.count == 1)
        #expect(1_000_000 - rest.count <= 3 * 256 * 1_024)
    }

    @Test("is cut off with the problem in its frame if the request fails later")
    func problem() {
        let frame = Response.ProblemFrame(before: "{", after: "}\n")
        for (frame, text) in [(frame, "9\r\n{failed}\n\r\n1\r\n"), (nil, "1\r\n")] {
            let conversation = conversation(frame: frame)
            conversation.receive(Self.head + chunk("one"))
            conversation.receive(chunk("fail"))
            #expect(content(conversation) == "3\r\none\r\n" + text)
            #expect(conversation.record.hasShutDown)
            #expect(conversation.record.exchanges.map { $0.problem } == ["a-problem"])
            #expect(conversation.record.exchanges.map { $0.status } == [.ok])
            // What the client still sends is discarded.
            conversation.receive(chunk("more"))
            conversation.end()
            #expect(conversation.record.closing == .afterResponse)
            #expect(conversation.record.statuses == [200])
        }
    }

    @Test("is a whole response if the request fails before a part of it has been made")
    func earlyProblem() {
        let conversation = conversation()
        conversation.receive(Self.head + chunk("fail"))
        #expect(conversation.record.statuses == [422])
        #expect(conversation.record.text.contains("\r\nConnection: close\r\n"))
        #expect(conversation.record.text.hasSuffix("\r\n\r\nfailed"))
        #expect(conversation.record.hasShutDown)
    }

    @Test("is cut off if the connection refuses the rest of the request", arguments: [false, true])
    func refusal(releases: Bool) {
        var limits = Limits()
        limits.streamBytes = 10
        for ending in [chunk("too much"), "nonsense\r\n"] {
            let conversation = conversation(limits: limits)
            conversation.releasesBuffers = releases
            conversation.holdsBackRefusals = true
            conversation.receive(Self.head + chunk("one"))
            conversation.isNetworkOpen = false
            conversation.receive(chunk("two"))
            conversation.isNetworkOpen = true
            conversation.receive(ending)
            #expect(conversation.record.refusals.count == 1)
            #expect(content(conversation).hasPrefix("3\r\none\r\n3\r\ntwo\r\n"))
            #expect(content(conversation).hasSuffix("1\r\n"))
            #expect(conversation.record.statuses == [200])
            #expect(conversation.record.hasShutDown)
        }
    }

    @Test("is cut off if the client ends its input within the request")
    func incomplete() {
        let conversation = conversation()
        conversation.receive(Self.head + chunk("one"))
        conversation.end()
        #expect(conversation.record.refusals == [.incompleteRequest])
        #expect(content(conversation) == "3\r\none\r\n1\r\n")
    }

    @Test("is not interrupted by interim responses when the input ends while a worker is busy")
    func probe() {
        let conversation = conversation()
        conversation.receive(Self.head + chunk("one"))
        conversation.areJobsHeld = true
        conversation.receive(chunk("two"))
        conversation.endDuringWork()
        #expect(conversation.record.statuses == [200])
    }

    @Test("has no deadline while the client sends slowly, but enough")
    func slowBody() {
        let conversation = conversation()
        conversation.receive(Self.head)
        // 1,100 bytes a second: less than a response needs, which waits for the request.
        let part = chunk(String(repeating: "a", count: 11_000))
        for _ in 0..<20 {
            conversation.receive(part)
            conversation.wait(.seconds(10))
        }
        #expect(conversation.record.refusals.isEmpty && conversation.record.closing == nil)
        conversation.wait(.seconds(30))
        #expect(conversation.record.refusals == [.bodyTimeout])
        #expect(content(conversation).hasSuffix("1\r\n"))
    }

    @Test("has no deadline for the body while the client reads slowly, but enough")
    func slowReader() {
        let conversation = conversation()
        conversation.receive(Self.head + chunk("one"))
        conversation.isNetworkOpen = false
        conversation.receive(chunk(String(repeating: "a", count: 200_000)))
        for _ in 0..<6 {
            conversation.wait(.seconds(2))
            conversation.send(33_000)
        }
        conversation.isNetworkOpen = true
        conversation.perform()
        conversation.receive(chunk("b"))
        conversation.wait(.seconds(29))
        #expect(conversation.record.refusals.isEmpty && conversation.record.closing == nil)
    }

    @Test("ends the connection if the client does not read it")
    func stalledReader() {
        for rate in [0, 1_000] {
            let conversation = conversation()
            conversation.receive(Self.head + chunk("one"))
            conversation.isNetworkOpen = false
            conversation.receive(chunk(String(repeating: "a", count: 200_000)))
            for _ in 0..<29 {
                conversation.wait(.seconds(1))
                if rate > 0 { conversation.send(rate) }
            }
            #expect(conversation.record.closing == nil)
            conversation.wait(.seconds(1))
            #expect(conversation.record.closing == .responseStalled)
        }
    }

    @Test("counts the memory of its parts")
    func memory() {
        let conversation = conversation()
        conversation.receive(Self.head + chunk("one"))
        conversation.isNetworkOpen = false
        conversation.receive(chunk(String(repeating: "a", count: 50_000)))
        #expect(conversation.footprint >= 50_000)
        #expect(conversation.bytesToSend >= 50_000)
    }
}

/// Makes a response that repeats the content, and fails at the word `fail`.
private struct Repeating: Intake {
    let frame: Response.ProblemFrame?
    private var rows: [UInt8] = []

    init(frame: Response.ProblemFrame?) { self.frame = frame }

    var footprint: Int { rows.count }

    var respondsConcurrently: Bool { true }

    mutating func receive(_: Span<UInt8>, isLast _: Bool) -> Bool { false }

    mutating func receive(_ segment: consuming BodySegment, isLast _: Bool, _: MemoryAccount) {
        rows += segment.bytes.dropFirst(BodySegment.headroom)
    }

    mutating func takePart() -> Response? {
        guard !rows.isEmpty else { return nil }
        defer { rows = [] }
        guard String(decoding: rows, as: UTF8.self).hasSuffix("fail") == false else {
            return Response(
                status: .unprocessableContent,
                body: Array("failed".utf8),
                problem: "a-problem"
            )
        }
        return Response(status: .ok, body: rows, extent: .part(frame))
    }

    mutating func makeResponse(unless _: Cancellation?) -> Response {
        Response(
            status: .ok,
            body: rows + Array("end".utf8),
            extent: .end(trailers: [.age: "1"])
        )
    }
}
