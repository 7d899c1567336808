// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes

/// A record of a connection as observed by its client, which checks that it is valid HTTP.
struct Transcript {
    /// The part of the record that must not depend on the timing of bytes.
    struct Record: Equatable {
        var heads: [String] = []
        var refusals: [Refusal] = []
        var sent: [UInt8] = []
        var statuses: [Int] = []
        var closing: CloseReason?
    }

    private(set) var record = Record()
    /// Whether a response has announced the end of the connection.
    private(set) var isOver = false
    /// Whether a response may begin before its request has ended, so that its parts depend on the timing.
    private(set) var hasStreams = false
    private var hasShutDown = false
    /// The offset of the current response in the bytes sent.
    private var start = 0
    private var head: RequestHead?
    /// The maximum number of times that `100 Continue` may precede the current response.
    private var interimMaximum = 0
    /// The refusal of the current request, if any.
    private var refusal: Refusal?

    /// Refusals of requests that have been read completely, after which the connection may
    /// continue.
    private static let capacityRefusals: Set<Refusal> = [.tooManyWaiting, .memoryExhausted]

    /// Records a request.
    mutating func begin(_ head: RequestHead) throws(InvariantViolation) {
        try expect(!isOver, "a request is accepted after the last response")
        self.head = head
        interimMaximum = head.expectsContinue ? 1 : 0
        if head.fields[.prefer] != nil { hasStreams = true }
        record.heads.append("\(head.method.rawValue) \(head.path) \(head.contentLength ?? -1)")
    }

    /// Records that the connection sends `100 Continue` to a client that may have gone.
    mutating func probe() throws(InvariantViolation) {
        try expect(head?.version != .http10, "100 Continue in HTTP/1.0")
        interimMaximum += 1
    }

    mutating func refuse(_ refusal: Refusal) throws(InvariantViolation) {
        try expect(!isOver, "\(refusal) after the last response")
        try expect(self.refusal == nil, "\(refusal) after another refusal of the same request")
        self.refusal = refusal
        record.refusals.append(refusal)
    }

    mutating func send(_ output: ResponseOutput, _ count: Int) throws(InvariantViolation) {
        try expect(!isOver && !hasShutDown, "bytes are sent after the last response")
        let inHead = max(0, output.head.count - output.sent)
        let skipped = max(0, output.sent - output.head.count)
        record.sent += output.head.suffix(inHead).prefix(count)
        record.sent += output.body.dropFirst(skipped).prefix(max(0, count - inHead))
    }

    mutating func shutDown() throws(InvariantViolation) {
        try expect(!hasShutDown, "two half-closes")
        hasShutDown = true
    }

    mutating func close(_ closing: CloseReason) {
        record.closing = closing
    }

    /// Checks a complete response and records it.
    mutating func end(_ exchange: Exchange) throws(InvariantViolation) {
        let response = try ParsedResponse(
            record.sent[start...],
            isToHead: exchange.method == .head,
            interimMaximum: interimMaximum
        )
        if let head {
            try expect(exchange.method == head.method, "an exchange with another method")
        }
        try expect(response.status == exchange.status.code, "the exchange has another status")
        try expect(
            response.content.count == exchange.responseBytes,
            "the exchange has another length"
        )
        try response.checkContent()
        try expect(
            !response.isCutOff || !exchange.problem.isEmpty,
            "a response is cut off without a problem"
        )
        if let refusal, !response.isCutOff {
            try expect(response.status == refusal.status.code, "\(refusal) has another status")
            try expect(
                response.isLast || Self.capacityRefusals.contains(refusal),
                "the connection continues after \(refusal)"
            )
        }
        record.statuses.append(response.status)
        isOver = response.isLast
        start = record.sent.count
        head = nil
        interimMaximum = 0
        refusal = nil
    }
}
