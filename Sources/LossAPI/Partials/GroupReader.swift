// SPDX-License-Identifier: Apache-2.0

import LossFunctions
import TensorJSON

/// Collects the members of a group.
struct GroupReader {
    private var hasKey = false
    private var key: String?
    private var count: Int?
    /// The sums in their order; `nil` for those not read.
    private var sums = [ExactNumber?](repeating: nil, count: Moments.Sum.allCases.count)
    private var least: Moments.Extreme?
    private var greatest: Moments.Extreme?

    private static let known =
        ["group", "count"] + Moments.Sum.allCases.map { $0.rawValue } + ["least", "greatest"]

    static func read(_ reader: inout JSONReader) throws -> LossPartial.Group {
        let base = reader.pointer
        var members = GroupReader()
        try reader.beginObject()
        while let key = try reader.nextKey() { try members.read(key, &reader, at: base) }
        return try members.group(at: base)
    }

    private mutating func read(_ key: String, _ reader: inout JSONReader, at base: String) throws {
        switch key {
        case "group":
            hasKey = true
            self.key = try Self.readUnlessNull(&reader) { try $0.readString() }
        case "count": count = try Self.readInteger(key, &reader)
        case "least": least = try Self.readUnlessNull(&reader, Self.readExtreme)
        case "greatest": greatest = try Self.readUnlessNull(&reader, Self.readExtreme)
        default:
            guard let sum = Moments.Sum(rawValue: key) else {
                throw Problem(unknownField: key, at: base, known: Self.known)
            }
            sums[sum.place] = try Self.readExact(key, &reader)
        }
    }

    private static func readUnlessNull<Value>(
        _ reader: inout JSONReader,
        _ read: (inout JSONReader) throws -> Value
    ) throws -> Value? {
        guard try reader.peekKind() == .null else { return try read(&reader) }
        try reader.skipValue()
        return nil
    }

    private static func readExact(
        _ key: String,
        _ reader: inout JSONReader
    ) throws -> ExactNumber {
        guard let number = ExactNumber(try reader.readString()) else {
            throw Problem(
                wrongKind: key,
                "an odd hexadecimal integer, \"p\" and a decimal exponent, such as \"-3p-1\", or "
                    + "\"0\": a multiple of 2^-4296 below 2^4200",
                at: reader.pointer
            )
        }
        return number
    }

    /// Reads an integer that is not negative, from a string.
    private static func readInteger(_ key: String, _ reader: inout JSONReader) throws -> Int {
        let text = try reader.readString()
        guard let number = Int(text), number >= 0, "\(number)" == text else {
            throw Problem(
                wrongKind: key,
                "a string of decimal digits without leading zeros, of an integer below 2^63",
                at: reader.pointer
            )
        }
        return number
    }

    private static func readExtreme(_ reader: inout JSONReader) throws -> Moments.Extreme {
        let base = reader.pointer
        var (loss, index): (Double?, Int?)
        try reader.beginObject()
        while let key = try reader.nextKey() {
            switch key {
            case "loss":
                let exact = try readExact(key, &reader)
                let nearest = exact.rounded
                guard nearest.isFinite, ExactNumber(nearest) == exact else {
                    throw Problem(wrongKind: key, "the value of a double", at: reader.pointer)
                }
                loss = nearest
            case "index": index = try readInteger(key, &reader)
            default: throw Problem(unknownField: key, at: base, known: ["loss", "index"])
            }
        }
        guard let loss else { throw Problem(missing: "loss", at: base) }
        guard let index else { throw Problem(missing: "index", at: base) }
        return Moments.Extreme(loss: loss, offset: index)
    }

    private func group(at base: String) throws -> LossPartial.Group {
        guard hasKey else { throw Problem(missing: "group", at: base) }
        guard let count else { throw Problem(missing: "count", at: base) }
        for sum in Moments.Sum.allCases where sums[sum.place] == nil {
            throw Problem(missing: sum.rawValue, at: base)
        }
        guard (count == 0) == (least == nil), (least == nil) == (greatest == nil) else {
            throw Problem(
                .conflictingOptions,
                "least and greatest must be null if count is 0, and only then.",
                pointer: base + "/count"
            )
        }
        let moments = Moments(count: count, least: least, greatest: greatest) {
            sums[$0.place] ?? .zero
        }
        return LossPartial.Group(key: key, moments)
    }
}
