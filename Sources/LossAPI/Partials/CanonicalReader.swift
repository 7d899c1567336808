// SPDX-License-Identifier: Apache-2.0

import LossFunctions
import TensorJSON

/// Reads partial sums in the order of members in which the service writes them, whatever wrote them.
///
/// It accepts nothing that `PartialReader` would refuse and finds the same sums, but makes no strings of keys
/// and sums. A partial sum in another order, with other white space or with an error is left to `PartialReader`.
struct CanonicalReader: Sendable {
    /// The text of the last partial sum up to its first group, which the next one probably repeats.
    private var headerText: [UInt8] = []
    /// The partial sum of this text, without groups.
    private(set) var header: LossPartial?
    /// The groups of the last partial sum.
    private(set) var groups = GroupTerms()

    /// The nesting depth of a partial sum: itself, its groups, a group, an extreme.
    static let depth = 4

    /// The memory in use, in bytes.
    var footprint: Int { headerText.capacity + groups.footprint }

    /// Reads the partial sum at a position of a text.
    mutating func read(_ text: Span<UInt8>, from start: Int) -> JSONReader.KnownForm {
        var position = start
        return readPartial(text, &position) ? .read(end: position) : .differs(near: position)
    }

    private mutating func readPartial(_ text: Span<UInt8>, _ position: inout Int) -> Bool {
        guard readHeader(text, &position) else { return false }
        groups.removeAll()
        if !text.skip(UInt8(ascii: "]"), at: &position) {
            guard text.skip(Keys.firstGroup, at: &position), readGroup(text, &position) else {
                return false
            }
            while !text.skip(UInt8(ascii: "]"), at: &position) {
                guard text.skip(Keys.nextGroup, at: &position), readGroup(text, &position) else {
                    return false
                }
            }
        }
        return groups.areInOrder && text.skip(UInt8(ascii: "}"), at: &position)
    }

    /// Reads the text before the groups.
    private mutating func readHeader(_ text: Span<UInt8>, _ position: inout Int) -> Bool {
        let start = position
        if header != nil, position + headerText.count <= text.count,
            text.extracting(position..<(position + headerText.count))
                .isIdentical(to: headerText.span)
        {
            position += headerText.count
            return true
        }
        var end = start
        let limit = min(text.count, start + Self.longestHeader)
        while end < limit, !text.skip(Keys.groups, at: &end) { end += 1 }
        position = end
        guard end < limit else { return false }
        // With no groups, the text is a partial sum as well, unless the groups found are not its own. An error is
        // left to `PartialReader`.
        let whole = text.extracting(start..<end)
        headerText = whole.indices.map { whole[$0] }
        header = try? LossPartial(reading: headerText + Array("]}".utf8))
        if header == nil { position = start }
        return header != nil
    }

    /// The maximum length of the text before the groups, in bytes.
    private static let longestHeader = 4_096

    private mutating func readGroup(_ text: Span<UInt8>, _ position: inout Int) -> Bool {
        let hasKey = !text.skip(Keys.null, at: &position)
        if hasKey {
            guard text.readString(at: &position, appendingTo: &groups.keys) else { return false }
        }
        guard text.skip(Keys.count, at: &position),
            let count = text.readDecimal(at: &position)
        else { return false }
        for key in Keys.sums {
            guard text.skip(key, at: &position), readTerm(text, &position) else { return false }
        }
        guard text.skip(Keys.least, at: &position) else { return false }
        guard count > 0 else {
            guard text.skip(Keys.nullAndGreatest, at: &position),
                text.skip(Keys.nullAndEnd, at: &position)
            else { return false }
            groups.endGroup(hasKey: hasKey, count: 0, least: nil, greatest: nil)
            return true
        }
        guard let least = readExtreme(text, &position), text.skip(Keys.greatest, at: &position),
            let greatest = readExtreme(text, &position),
            text.skip(UInt8(ascii: "}"), at: &position)
        else { return false }
        groups.endGroup(hasKey: hasKey, count: count, least: least, greatest: greatest)
        return true
    }

    /// Reads the exact number whose opening quote has been read, without the closing one.
    private mutating func readTerm(_ text: Span<UInt8>, _ position: inout Int) -> Bool {
        if text.skip(UInt8(ascii: "0"), at: &position) {
            groups.endZero()
            return true
        }
        let isNegative = text.skip(UInt8(ascii: "-"), at: &position)
        guard !text.skip(UInt8(ascii: "0"), at: &position) else { return false }
        let count = text.readHexadecimal(at: &position, appendingTo: &groups.digits)
        guard count > 0, text.skip(UInt8(ascii: "p"), at: &position) else { return false }
        let isBelow = text.skip(UInt8(ascii: "-"), at: &position)
        guard let exponent = text.readDecimal(at: &position), exponent < 10_000,
            exponent > 0 || !isBelow
        else { return false }
        return groups.endTerm(
            padding: 4 * ((8 - count % 8) % 8),
            exponent: isBelow ? -exponent : exponent,
            isNegative: isNegative
        )
    }

    private mutating func readExtreme(
        _ text: Span<UInt8>,
        _ position: inout Int
    ) -> Moments.Extreme? {
        guard text.skip(Keys.loss, at: &position), readTerm(text, &position),
            let loss = groups.takeLoss(), text.skip(Keys.index, at: &position),
            let index = text.readDecimal(at: &position), text.skip(Keys.endOfExtreme, at: &position)
        else { return nil }
        return Moments.Extreme(loss: loss, offset: index)
    }

    /// The texts between the numbers.
    private enum Keys {
        static let groups = ExpectedText(#""groups":["#)
        static let firstGroup = ExpectedText(#"{"group":"#)
        static let nextGroup = ExpectedText(#",{"group":"#)
        static let null = ExpectedText("null")
        static let count = ExpectedText(#","count":""#)
        static let sums = Moments.Sum.allCases.map { ExpectedText(#"","\#($0.rawValue)":""#) }
        static let least = ExpectedText(#"","least":"#)
        static let greatest = ExpectedText(#","greatest":"#)
        static let nullAndGreatest = ExpectedText(#"null,"greatest":"#)
        static let nullAndEnd = ExpectedText("null}")
        static let loss = ExpectedText(#"{"loss":""#)
        static let index = ExpectedText(#"","index":""#)
        static let endOfExtreme = ExpectedText(#""}"#)
    }
}

extension Span<UInt8> {
    /// Whether the bytes are those of another span.
    fileprivate func isIdentical(to other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for place in indices where self[place] != other[place] { return false }
        return true
    }
}
