// SPDX-License-Identifier: Apache-2.0

import HTTP
import SeededRandom
import Testing

/// A head that equals the previous one is reused instead of parsed, which must have no visible
/// effect.
@Suite("The head of a repeated request") struct RepetitionTests {
    /// Requests that differ from each other only slightly.
    private static let requests: [String] = [
        "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 12\r\n\r\n123456789012",
        "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 13\r\n\r\n1234567890123",
        "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc",
        "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 03\r\n\r\nabc",
        "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: +3\r\n\r\nabc",
        "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 00\r\n\r\n",
        "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
        "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1 2\r\n\r\n123456789012",
        "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\r\n\r\n1",
        "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 12\r\nX-A: 1\r\n\r\n123456789012",
        "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 12\r\nX-A: 2\r\n\r\n123456789012",
        "POST /a HTTP/1.1\r\nHost: x\r\nX-A: 2\r\nContent-Length: 12\r\n\r\n123456789012",
        "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 12\r\nConnection: close\r\n\r\n123456789012",
        "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\nab",
        "POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 12\r\n\r\n123456789012",
        "POST /a HTTP/1.0\r\nHost: x\r\nContent-Length: 12\r\n\r\n123456789012",
        "GET /a HTTP/1.1\r\nHost: x\r\nX-Request-Id: one\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost: x\r\nX-Request-Id: two\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost: y\r\nX-Request-Id: two\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost: x\r\nX-A: \(String(repeating: "a", count: 2_000))\r\n\r\n",
        "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
        "\r\nGET /a HTTP/1.1\r\nHost: x\r\n\r\n",
    ]

    @Test("is interpreted like a first request", arguments: requests.indices)
    func alike(_ index: Int) {
        let first = Self.requests[index]
        for second in Self.requests {
            let alone = requestsAndRefusals(second)
            for size in [1, 7, .max] {
                let both = requestsAndRefusals(first, second, size: size)
                let one = requestsAndRefusals(first, size: size)
                // Bytes after a refusal or a close are ignored.
                let isOpen = one.refusals.isEmpty && one.closing == nil && !one.hasShutDown
                #expect(
                    both.requests == one.requests + (isOpen ? alone.requests : []),
                    "\(first.debugDescription), then \(second.debugDescription) by \(size)"
                )
                #expect(both.refusals == one.refusals + (isOpen ? alone.refusals : []))
            }
        }
    }

    @Test("is interpreted like a first request, with any bytes changed")
    func damaged() {
        var random = SplitMix(state: 5)
        let alphabet = Array("\r\n :-;,0123456789aAzZ\u{0}\u{7F}".utf8) + [0xC3]
        for request in Self.requests where !request.contains("aaaaaaaa") {
            for _ in 0..<200 {
                var damaged = Array(request.utf8)
                let place = Int(random.next() % UInt64(damaged.count))
                damaged[place] = alphabet[Int(random.next() % UInt64(alphabet.count))]
                let first = requestsAndRefusals(request)
                guard first.refusals.isEmpty, first.closing == nil, !first.hasShutDown else {
                    continue
                }
                let conversation = Conversation()
                conversation.receive(request)
                conversation.receive(damaged)
                let alone = Conversation()
                alone.receive(damaged)
                #expect(conversation.record.requests == first.requests + alone.record.requests)
                #expect(conversation.record.refusals == alone.record.refusals)
            }
        }
    }

    @Test("has its intake restarted only if that is allowed, and if the heads are alike")
    func restarts() {
        let request = "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n"
        let longer = "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n"
        let other = "POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n"
        for (isRepeatable, decisions) in [(true, 3), (false, 6)] {
            var options = IntakeOptions()
            options.isRepeatable = isRepeatable
            let connection = RestartingConnection(options)
            for text in [
                request + "ab", request + "cd", longer + "efg", other + "hi", other + "jk",
                request + "lm",
            ] {
                connection.receive(text)
            }
            #expect(connection.bodies == ["ab", "cd", "efg", "hi", "jk", "lm"])
            #expect(connection.decisions == decisions)
        }
    }

    private func requestsAndRefusals(_ texts: String..., size: Int = .max) -> Conversation.Record {
        let conversation = Conversation()
        for text in texts { conversation.receive(text, size: size) }
        return conversation.record
    }
}

/// A connection whose intakes can be restarted and answer with what they have received.
private final class RestartingConnection {
    /// The content of each request, as its intake received it.
    private(set) var bodies: [String] = []
    /// The number of requests whose intake was decided on.
    private(set) var decisions = 0

    private var connection = Connection(
        limits: Limits(),
        budget: MemoryBudget(limit: 1 << 20),
        now: Instant(nanoseconds: 0)
    )
    private let options: IntakeOptions
    private let today = DateField("today")

    init(_ options: IntakeOptions) { self.options = options }

    func receive(_ text: String) {
        var rest = Array(text.utf8)[...]
        let now = Instant(nanoseconds: 0)
        while true {
            switch connection.next() {
            case .receive:
                decisions += 1
                connection.received(.accept(Restartable(), options), date: today, now: now)
            case .respond:
                guard let response = connection.makeResponse() else { return }
                bodies.append(String(decoding: response.body, as: UTF8.self))
                connection.responded(response, date: today, now: now)
            case .send:
                _ = connection.sent(connection.output.unsentBytes, now: now)
            case .read where !rest.isEmpty:
                rest = rest.dropFirst(connection.receive(rest, now: now))
            default: return
            }
        }
    }

    /// Answers with its content, which a restart discards.
    private struct Restartable: Intake {
        private var body: [UInt8] = []

        var footprint: Int { body.count }

        mutating func receive(_ bytes: Span<UInt8>, isLast _: Bool) -> Bool {
            for index in bytes.indices { body.append(bytes[index]) }
            return false
        }

        mutating func receive(_: consuming BodySegment, isLast _: Bool, _: MemoryAccount) {}

        mutating func makeResponse(unless _: Cancellation?) -> Response {
            .make(String(decoding: body, as: UTF8.self))
        }

        mutating func restart() -> Bool {
            body = []
            return true
        }
    }
}
