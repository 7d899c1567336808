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

    /// How many bytes the field takes at the most.
    static let capacity = parseLabel.count + computeLabel.count + serializeLabel.count + 3 * 24

    /// Appends the field, with durations in milliseconds, to bytes with room for ``capacity`` more.
    func append(to bytes: inout OutputSpan<UInt8>) {
        bytes.append(Self.parseLabel.span)
        bytes.append(milliseconds: parse)
        bytes.append(Self.computeLabel.span)
        bytes.append(milliseconds: compute)
        guard let serialize else { return }
        bytes.append(Self.serializeLabel.span)
        bytes.append(milliseconds: serialize)
    }

    private static let parseLabel = Array("\r\nServer-Timing: parse;dur=".utf8)
    private static let computeLabel = Array(", compute;dur=".utf8)
    private static let serializeLabel = Array(", serialize;dur=".utf8)
}
