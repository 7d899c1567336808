// SPDX-License-Identifier: Apache-2.0

/// What the time of an answer was spent on, as its `Server-Timing` field tells (W3C Server Timing).
package struct WorkTimes: Sendable, Hashable {
    /// Nanoseconds of reading the content.
    package var parse: Int64 = 0
    /// Nanoseconds of finding the answer.
    package var compute: Int64 = 0
    /// Nanoseconds of writing it; nil where that is done while it is sent.
    package var serialize: Int64?

    package init() {}

    /// Appends the field; durations are in milliseconds.
    func append(to bytes: inout [UInt8]) {
        bytes.append(contentsOf: Self.parseLabel)
        bytes.append(milliseconds: parse)
        bytes.append(contentsOf: Self.computeLabel)
        bytes.append(milliseconds: compute)
        guard let serialize else { return }
        bytes.append(contentsOf: Self.serializeLabel)
        bytes.append(milliseconds: serialize)
    }

    private static let parseLabel = Array("\r\nServer-Timing: parse;dur=".utf8)
    private static let computeLabel = Array(", compute;dur=".utf8)
    private static let serializeLabel = Array(", serialize;dur=".utf8)
}

extension [UInt8] {
    /// Appends nanoseconds as milliseconds with three decimals.
    fileprivate mutating func append(milliseconds nanoseconds: Int64) {
        let microseconds = Swift.max(0, Int(nanoseconds) / 1_000)
        append(decimal: microseconds / 1_000)
        append(UInt8(ascii: "."))
        append(UInt8(ascii: "0") + UInt8(microseconds / 100 % 10))
        append(UInt8(ascii: "0") + UInt8(microseconds / 10 % 10))
        append(UInt8(ascii: "0") + UInt8(microseconds % 10))
    }
}
