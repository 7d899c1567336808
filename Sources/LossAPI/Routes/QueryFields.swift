// SPDX-License-Identifier: Apache-2.0

/// The fields of a query: `name=value`, separated by `&`.
struct QueryFields {
    let fields: [(name: String, value: String)]

    /// The maximum number of fields; no loss has as many.
    private static let maximumCount = 64

    /// - Throws: A problem with a part that is not a name and a value, percent-encoded, with a name that
    ///   is repeated, or with too many fields.
    init(_ query: String) throws(Problem) {
        var fields: [(name: String, value: String)] = []
        for part in query.split(separator: "&") {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2, let name = pair[0].decoded, let value = pair[1].decoded else {
                throw Problem(
                    .notAllowed,
                    "\(String(part).quoted) in the query must be a name and a value: name=value, "
                        + "percent-encoded."
                )
            }
            guard !fields.contains(where: { $0.name == name }) else {
                throw Problem(
                    .conflictingOptions,
                    "\(name.quoted) is given twice in the query: separate the values of a list by commas."
                )
            }
            guard fields.count < Self.maximumCount else {
                throw Problem(
                    .notAllowed,
                    "The query has more than \(Self.maximumCount) fields: put options into the body."
                )
            }
            fields.append((name, value))
        }
        self.fields = fields
    }
}

extension Substring {
    /// The text with `+` and percent-encoded bytes decoded; `nil` if it is not UTF-8.
    fileprivate var decoded: String? {
        guard utf8.contains(UInt8(ascii: "%")) || utf8.contains(UInt8(ascii: "+")) else {
            return String(self)
        }
        var bytes: [UInt8] = []
        var rest = utf8.makeIterator()
        while let byte = rest.next() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.next(), let low = rest.next(),
                    let value = UInt8(
                        String(decoding: [high, low], as: UTF8.self),
                        radix: 16
                    )
                else { return nil }
                bytes.append(value)
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
