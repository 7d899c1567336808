// SPDX-License-Identifier: Apache-2.0

/// The time spent on a response, sent as its `Server-Timing` field (W3C Server Timing).
package struct WorkTimes: Sendable, Hashable {
    /// Nanoseconds spent on parsing the content.
    package var parse: Int64 = 0
    /// Nanoseconds spent on computing the result.
    package var compute: Int64 = 0
    /// Nanoseconds spent on serializing it; `nil` if that happens while the response is sent.
    package var serialize: Int64?

    package init() {}

    /// The total in seconds.
    package var seconds: Double { Double(parse + compute + (serialize ?? 0)) / 1e9 }

    /// Appends the field, with durations in milliseconds, and the name of the field of the request's ID, which
    /// comes next.
    func append(to bytes: inout [UInt8]) {
        if let serialize, max(parse, compute, serialize) < Self.shortNanoseconds {
            return appendShort(serialize, to: &bytes)
        }
        defer { bytes.append(contentsOf: RequestID.label) }
        bytes.append(contentsOf: Self.parseLabel)
        bytes.append(milliseconds: parse)
        bytes.append(contentsOf: Self.computeLabel)
        bytes.append(milliseconds: compute)
        guard let serialize else { return }
        bytes.append(contentsOf: Self.serializeLabel)
        bytes.append(milliseconds: serialize)
    }

    /// Appends durations below ten milliseconds, the common case, by patching the digits of a
    /// template, which takes a third of the instructions.
    private func appendShort(_ serialize: Int64, to bytes: inout [UInt8]) {
        let end = bytes.count
        bytes.append(contentsOf: Self.shortText)
        var text = bytes.mutableSpan
        text.write(milliseconds: parse, at: end + Self.parseLabel.count)
        text.write(milliseconds: compute, at: end + Self.computeOffset)
        text.write(milliseconds: serialize, at: end + Self.serializeOffset)
    }

    private static let shortNanoseconds: Int64 = 10_000_000
    private static let parseLabel = Array("\r\nServer-Timing: parse;dur=".utf8)
    private static let computeLabel = Array(", compute;dur=".utf8)
    private static let serializeLabel = Array(", serialize;dur=".utf8)
    private static let zero = Array("0.000".utf8)
    private static let shortText =
        parseLabel + zero + computeLabel + zero + serializeLabel + zero + RequestID.label
    private static let computeOffset = parseLabel.count + zero.count + computeLabel.count
    private static let serializeOffset = computeOffset + zero.count + serializeLabel.count
}

extension MutableSpan<UInt8> {
    /// Writes nanoseconds below ten million as milliseconds over a text such as `0.000`.
    fileprivate mutating func write(milliseconds nanoseconds: Int64, at index: Int) {
        let microseconds = UInt32(truncatingIfNeeded: Swift.max(0, nanoseconds)) / 1_000
        self[index] = UInt8(truncatingIfNeeded: 0x30 + microseconds / 1_000)
        self[index + 2] = UInt8(truncatingIfNeeded: 0x30 + microseconds / 100 % 10)
        self[index + 3] = UInt8(truncatingIfNeeded: 0x30 + microseconds / 10 % 10)
        self[index + 4] = UInt8(truncatingIfNeeded: 0x30 + microseconds % 10)
    }
}
