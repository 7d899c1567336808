// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes

/// What a connection has led to, as far as its client can see, and whether that is sound HTTP.
struct Transcript {
    /// What does not depend on the way in which the bytes came.
    struct Record: Equatable {
        var heads: [String] = []
        var refusals: [Refusal] = []
        var sent: [UInt8] = []
        var statuses: [Int] = []
        var closing: CloseReason?
    }

    private(set) var record = Record()
    /// Whether an answer has said that it is the last.
    private(set) var isOver = false
    private var hasShutDown = false
    /// Where the answer at hand begins in what has been sent.
    private var start = 0
    private var head: RequestHead?
    /// What the request at hand is refused for.
    private var refusal: Refusal?

    /// Refusals that may come when the request has been read to its end, so that the connection
    /// goes on.
    private static let ofRoom: Set<Refusal> = [.tooManyWaiting, .memoryExhausted]

    /// Takes note of a request.
    mutating func begin(_ head: RequestHead) throws(BrokenPromise) {
        try expect(!isOver, "a request is taken after the last answer")
        self.head = head
        record.heads.append("\(head.method.rawValue) \(head.path) \(head.contentLength ?? -1)")
    }

    mutating func refuse(_ refusal: Refusal) throws(BrokenPromise) {
        try expect(!isOver, "\(refusal) after the last answer")
        try expect(self.refusal == nil, "\(refusal) after another refusal of the same request")
        self.refusal = refusal
        record.refusals.append(refusal)
    }

    mutating func send(_ output: ResponseOutput, _ count: Int) throws(BrokenPromise) {
        try expect(!isOver && !hasShutDown, "bytes are sent after the last answer")
        let inHead = max(0, output.head.count - output.sent)
        let skipped = max(0, output.sent - output.head.count)
        record.sent += output.head.suffix(inHead).prefix(count)
        record.sent += output.body.dropFirst(skipped).prefix(max(0, count - inHead))
    }

    mutating func shutDown() throws(BrokenPromise) {
        try expect(!hasShutDown, "two half-closes")
        hasShutDown = true
    }

    mutating func close(_ closing: CloseReason) {
        record.closing = closing
    }

    /// Takes note that an answer is complete, and checks it.
    mutating func end(_ exchange: Exchange) throws(BrokenPromise) {
        let answer = try Answer(
            record.sent[start...],
            isToHead: exchange.method == .head,
            mayContinue: head?.expectsContinue == true
        )
        if let head {
            try expect(exchange.method == head.method, "an exchange of another method")
        }
        try expect(answer.status == exchange.status.code, "the exchange has another status")
        try expect(answer.content.count == exchange.responseBytes, "the exchange has other bytes")
        try answer.checkContent()
        if let refusal {
            try expect(answer.status == refusal.status.code, "\(refusal) has another status")
            try expect(
                answer.isLast || Self.ofRoom.contains(refusal),
                "\(refusal), and the connection goes on"
            )
        }
        record.statuses.append(answer.status)
        isOver = answer.isLast
        start = record.sent.count
        head = nil
        refusal = nil
    }
}
