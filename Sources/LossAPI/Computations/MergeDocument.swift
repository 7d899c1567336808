// SPDX-License-Identifier: Apache-2.0

import Formats
import HTTP
import LossFacts
import LossFunctions
import Requests
import TensorJSON

/// A request to merge partial sums.
struct MergeDocument: StreamedDocument {
    var outside: [String] = []
    private var merger: Merger
    private var canonical = CanonicalReader()

    /// The members of the object, and the fields of the query.
    static let members = ["partials", "reduction", "normalizer", "outputs"]

    init(_ merger: Merger) { self.merger = merger }

    var footprint: Int { merger.footprint + canonical.footprint }

    var resultFootprint: Int { merger.resultFootprint }

    func form(of path: [String]) throws -> MemberForm {
        guard Self.members.contains(path[0]) else {
            throw Problem(unknownField: path[0], at: "", known: Self.members)
        }
        return path[0] == "partials" ? .elements : .value
    }

    mutating func read(_ path: [String], _ reader: inout JSONReader) throws {
        guard path != ["partials"] else { return try readPartial(&reader) }
        guard try reader.peekKind() != .null else { return try reader.skipValue() }
        switch path[0] {
        case "reduction": try merger.set(reduction: try reader.readString())
        case "normalizer": try merger.set(normalizer: try reader.readNumber())
        default: try merger.set(outputs: try reader.readStrings())
        }
    }

    mutating func set(_: [String], _: NumberArray) {}

    /// Reads a partial sum and adds it to the others.
    mutating func readPartial(_ reader: inout JSONReader) throws {
        let isCanonical = try reader.readKnownForm(depth: CanonicalReader.depth) { text, start in
            canonical.read(text, from: start)
        }
        guard !isCanonical else { return try addCanonical(at: reader.pointer) }
        let pointer = reader.pointer
        let partial = try PartialReader.read(&reader)
        try merge(at: pointer) { merger throws(MergeError) in try merger.add(partial) }
    }

    /// Reads a line that has nothing but a partial sum in the usual order of its members, and adds this to the
    /// others, or returns `false`.
    mutating func readCanonicalLine(_ line: Span<UInt8>) throws(Problem) -> Bool {
        guard case .read(let end) = canonical.read(line, from: 0),
            end == line.count || end + 1 == line.count && line[end] == UInt8(ascii: "\r")
        else { return false }
        try addCanonical(at: "")
        return true
    }

    /// Adds the partial sum that has been read in the usual order of its members.
    private mutating func addCanonical(at pointer: @autoclosure () -> String) throws(Problem) {
        guard let header = canonical.header else { return }
        let groups = canonical.groups
        try merge(at: pointer()) { merger throws(MergeError) in
            try merger.add(groups, of: header)
        }
    }

    private mutating func merge(
        at pointer: @autoclosure () -> String,
        _ add: (inout Merger) throws(MergeError) -> Void
    ) throws(Problem) {
        do { try add(&merger) } catch { throw Problem(error, at: pointer()) }
    }

    /// Sets the options in the query of a request.
    mutating func read(query: String?) throws(Problem) {
        guard let query else { return }
        let known = Self.members.filter { $0 != "partials" }
        for (name, text) in try QueryFields(query).fields {
            do {
                switch name {
                case "reduction": try merger.set(reduction: text)
                case "normalizer":
                    guard let number = text.jsonNumber else {
                        throw Problem(
                            .wrongKind,
                            "normalizer in the query is \(text.quoted), but must be a number as in JSON.",
                            allowed: ["a number"]
                        )
                    }
                    try merger.set(normalizer: number)
                case "outputs":
                    let words = text.split(separator: ",", omittingEmptySubsequences: false)
                    try merger.set(outputs: words.map(String.init))
                case "format" where BodyFormat(rawValue: text) != nil: break
                default: throw Problem(notText: name, of: Self.members, texts: known)
                }
                outside.append(name)
            } catch let error as RequestError {
                throw Problem(error, at: nil)
            } catch {
                var problem = Problem(explaining: error)
                problem.pointer = nil
                throw problem
            }
        }
    }

    mutating func result(unless _: Cancellation?) throws -> JSONValue {
        do throws(MergeError) {
            return try merger.result().document
        } catch {
            throw Problem(error, at: "")
        }
    }
}

extension MergedLoss {
    /// The document of the results.
    package var document: JSONValue {
        var members = total.members
        if let partial { members.append(("partial", partial.document)) }
        if !groups.isEmpty {
            members.append(
                (
                    "groups",
                    .array(
                        groups.map { group in
                            JSONValue(
                                present: [
                                    ("group", .string(group.key)),
                                    ("count", .integer(group.summary.count)),
                                ] + group.summary.members
                            )
                        }
                    )
                )
            )
        }
        return JSONValue(present: members)
    }
}

extension MergedLoss.Summary {
    fileprivate var members: [(String, JSONValue?)] {
        [
            ("loss", loss.map { .number($0) }),
            ("normalizer", normalizer.map { .number($0) }),
            ("statistics", statistics.map { $0.indexedDocument }),
        ]
    }
}

extension Statistics {
    /// The document of statistics, in which places are indices in the data set.
    var indexedDocument: JSONValue {
        [
            "count": .integer(count), "mean": .number(mean),
            "variance": variance.map { .number($0) } ?? .null,
            "standard_error": standardError.map { .number($0) } ?? .null,
            "least": ["loss": .number(least.loss), "index": .integer(least.place.first ?? 0)],
            "greatest": [
                "loss": .number(greatest.loss), "index": .integer(greatest.place.first ?? 0),
            ],
        ]
    }
}

extension Problem {
    /// Describes partial sums that are not merged; `pointer` is that of the partial sum, or of the request.
    init(_ error: MergeError, at pointer: String) {
        switch error {
        case .unlike(let mismatch):
            self.init(.unlikePartials, mismatch.sentence, pointer: pointer)
        case .request(.conflict(let field, .normalizerOf(let reduction))):
            self.init(
                .conflictingOptions,
                "normalizer replaces the denominator of reduction \"mean\", but the reduction is "
                    + "\(reduction.rawValue.quoted).",
                pointer: pointer + "/" + field
            )
        case .request(.loss(.notFinite(let quantity, _, _), _)):
            self.init(
                .notFinite,
                "The \(quantity.ofMergedLosses) of all parts together is too large for a double (about "
                    + "1.8e308): request other outputs, such as \"partial\".",
                pointer: pointer + "/partials"
            )
        case .request(.loss(.nothingToAverage, _)):
            self.init(
                .nothingToAverage,
                "The partial sums have no loss with a weight above 0, so there is nothing to average: request "
                    + "\"partial\" only, or \"loss\" with reduction \"sum\".",
                pointer: pointer + "/partials"
            )
        case .request(let error): self.init(error, at: pointer)
        }
    }
}

extension LossPartial.Mismatch {
    /// The difference between a partial sum and those before it.
    fileprivate var sentence: String {
        switch self {
        case .loss(let own, let other):
            "The partial sum is of \(other.quoted), but those before it are of \(own.quoted)."
        case .numerics(let own, let other):
            "The partial sum has the revision \(other) of the numbers, but this server has \(own): compute all "
                + "with its release."
        case .option(let name, let own, let other):
            "The partial sum has \(name.quoted): \(other.text), but those before it have \(own.text)."
        case .tooLarge:
            "With this partial sum, a sum is larger than every sum of losses that doubles can express."
        }
    }
}

extension Quantity {
    /// The name of a quantity of merged losses.
    fileprivate var ofMergedLosses: String {
        switch self {
        case .normalizer: "sum of the weights"
        case .statistics: "variance of the losses"
        default: rawValue
        }
    }
}

extension OptionValue? {
    /// The value as JSON text.
    fileprivate var text: String {
        map { String(decoding: JSONValue($0).bytes, as: UTF8.self) } ?? "no value"
    }
}
