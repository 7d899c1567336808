// SPDX-License-Identifier: Apache-2.0

import TensorJSON

/// The ways to read a body.
enum JSONReading: CaseIterable {
    /// Any value, which is skipped.
    case anything
    /// An array of numbers.
    case numbers
    /// The members of a request, as the service reads them.
    case members

    /// The values read, or the error.
    struct Outcome: Equatable {
        var words: [String] = []
        var shapes: [[Int]] = []
        /// The numbers, bit by bit.
        var bits: [UInt64] = []
        var error: JSONError?
        var end = -1
    }

    func outcome(_ feed: inout JSONFeed) -> Outcome {
        var outcome = Outcome()
        do throws(JSONError) {
            switch self {
            case .anything:
                try feed.retrying { reader throws(JSONError) in try reader.skipValue() }
            case .numbers: outcome.add(try feed.numbers())
            case .members: try Self.readMembers(&feed, into: &outcome)
            }
            try feed.retrying { reader throws(JSONError) in try reader.finish() }
            outcome.end = feed.reader.position
        } catch {
            outcome.error = error
        }
        return outcome
    }

    private static func readMembers(
        _ feed: inout JSONFeed,
        into outcome: inout Outcome
    ) throws(JSONError) {
        try feed.retrying { reader throws(JSONError) in try reader.beginObject() }
        while true {
            // A member may be read several times but counts only once.
            let before = outcome
            let member = try feed.retrying { reader throws(JSONError) -> (key: String, Bool)? in
                outcome = before
                guard let key = try reader.nextKey() else { return nil }
                outcome.words.append(key + reader.pointer)
                return (key, try readMember(key, from: &reader, into: &outcome))
            }
            guard let (_, isArray) = member else { return }
            if isArray { outcome.add(try feed.numbers()) }
        }
    }

    /// Reads the value of a member, or returns `true` if it is an array of numbers.
    private static func readMember(
        _ key: String,
        from reader: inout JSONReader,
        into outcome: inout Outcome
    ) throws(JSONError) -> Bool {
        switch key {
        case "predictions", "targets", "weights":
            guard case .null = try reader.peekKind() else { return true }
            try reader.skipValue()
        case "delta": outcome.bits.append(try reader.readNumber().bitPattern)
        case "reduction": outcome.words.append(try reader.readString())
        case "from_logits": outcome.words.append("\(try reader.readBoolean())")
        case "outputs":
            try reader.beginArray()
            while try reader.nextElement() { outcome.words.append(try reader.readString()) }
        default: try reader.skipValue()
        }
        return false
    }
}

extension JSONReading.Outcome {
    fileprivate mutating func add(_ numbers: NumberArray) {
        shapes.append(numbers.shape)
        for value in numbers.values { bits.append(value.bitPattern) }
    }
}
