// SPDX-License-Identifier: Apache-2.0

package import LossFunctions

extension LossPartial {
    /// The name and version of the document.
    static let format = "loss-partial/1"

    /// The document, whose members have a fixed order: equal partial sums have equal bytes.
    ///
    /// A sum is an odd hexadecimal integer, "p", and the exponent of a power of two, such as `-3p-1`
    /// for -1.5, which any language with big integers can add; so is a loss, because languages differ
    /// in how they write doubles. Counts and indices are strings, because they may exceed 2^53.
    package var document: JSONValue {
        [
            "format": .string(Self.format),
            "loss": .string(loss),
            "options": JSONValue(present: options.map { ($0.name, JSONValue($0.value)) }),
            "numerics": .integer(numerics),
            "groups": .array(groups.map { $0.document }),
        ]
    }
}

extension LossPartial.Group {
    fileprivate var document: JSONValue {
        var members: [(String, JSONValue)] = [
            ("group", key.map { .string($0) } ?? .null), ("count", .string("\(moments.count)")),
        ]
        members += Moments.Sum.allCases.map { ($0.rawValue, .string("\(moments[$0])")) }
        members += [("least", moments.least.document), ("greatest", moments.greatest.document)]
        return JSONValue(present: members)
    }
}

extension Moments.Extreme? {
    fileprivate var document: JSONValue {
        guard let extreme = self else { return .null }
        return [
            "loss": .string("\(ExactNumber(extreme.loss))"), "index": .string("\(extreme.offset)"),
        ]
    }
}
