// SPDX-License-Identifier: Apache-2.0

import HTTP
import LossFacts
import LossFunctions
import Requests
import TensorJSON

/// A request to evaluate a model on a data set.
struct EvaluationDocument: TensorDocument {
    var outside: [String] = []
    private var evaluation: DataSetEvaluation

    static let members = [
        "inputs", "weights", "mask", "missing", "groups", "losses", "metrics", "baseline",
        "confidence", "worst",
    ]

    /// The members that may be texts.
    private static let texts = ["losses", "metrics", "missing", "confidence", "worst"]

    init(limits: ComputationLimits) { evaluation = DataSetEvaluation(limits: limits) }

    var footprint: Int { evaluation.footprint }

    var resultFootprint: Int { evaluation.resultFootprint }

    func form(of path: [String]) throws -> MemberForm {
        if path.count > 1 { return .numbers(.ofInputs(path[1])) }
        switch path[0] {
        case "inputs", "baseline": return .members
        case "losses", "metrics": return .elements
        case "weights": return .numbers(.none)
        case "mask": return .numbers(.booleans)
        default:
            guard Self.members.contains(path[0]) else {
                throw Problem(unknownField: path[0], at: "", known: Self.members)
            }
            return .value
        }
    }

    mutating func read(_ path: [String], _ reader: inout JSONReader) throws {
        switch path[0] {
        case "losses": evaluation.losses.append(try reader.readTerm("loss"))
        case "metrics": evaluation.metrics.append(try reader.readTerm("metric"))
        case _ where try reader.peekKind() == .null: try reader.skipValue()
        case "missing": evaluation.data.skipsMissing = try reader.readMissing()
        case "groups":
            try evaluation.set(groups: try reader.readLabels(limit: evaluation.groupLimit))
        case "confidence": try evaluation.set(confidence: try reader.readNumber())
        default: try evaluation.set(worst: try reader.readNumber())
        }
    }

    mutating func set(_ path: [String], _ numbers: NumberArray) {
        let tensor = Tensor(numbers)
        switch path[0] {
        case "inputs": evaluation.data.set(path[1], tensor)
        case "baseline": evaluation.baseline.append((path[1], tensor))
        case "weights": evaluation.data.weights = tensor
        default: evaluation.data.mask = tensor
        }
    }

    mutating func set(_ name: String, _ tensor: Tensor) throws {
        let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
        switch parts.first {
        case "weights": evaluation.data.weights = tensor
        case "mask": evaluation.data.mask = tensor
        case "groups":
            do throws(RequestError) {
                try evaluation.set(
                    groups: GroupLabels.integers(tensor, limit: evaluation.groupLimit)
                )
            } catch {
                throw Problem(error, at: "")
            }
        case "baseline" where parts.count > 1: evaluation.baseline.append((parts[1], tensor))
        default: evaluation.data.set(name, tensor)
        }
    }

    mutating func set(_: String, _ labels: GroupLabels) throws {
        do throws(RequestError) { try evaluation.set(groups: labels) } catch {
            throw Problem(error, at: "")
        }
    }

    static let labelFields = ["groups"]

    var labelLimit: Int { evaluation.groupLimit }

    func arrangement() throws(Problem) -> DocumentArrangement {
        let inputs = evaluation.inputNames
        guard !inputs.isEmpty else {
            throw Problem(RequestError.missingChoice("losses", "metrics"), at: nil)
        }
        return DocumentArrangement(
            arrays: inputs + ["weights", "mask"] + evaluation.lengthNames,
            columns: inputs + ["weights", "mask", "groups"] + inputs.map { "baseline." + $0 }
        )
    }

    mutating func set(_ name: String, text: String) throws {
        guard Self.texts.contains(name) else {
            throw Problem(notText: name, of: Self.members, texts: Self.texts)
        }
        try read(name, text: text)
    }

    mutating func result(unless cancellation: Cancellation?) throws -> JSONValue {
        do throws(DataSetError) {
            return try evaluation.result(unless: cancellation).document
        } catch {
            throw Problem(error)
        }
    }
}

extension JSONReader {
    /// Reads a loss or metric: its name, or an object with its name and options.
    ///
    /// - Parameters:
    ///   - noun: The key of the name.
    ///   - hasCoefficient: Whether the term may have a coefficient.
    /// - Returns: The loss or metric, whose options have not been checked.
    /// - Throws: A `JSONError` in the text, or a `Problem` if the name is missing.
    mutating func readTerm(_ noun: String, hasCoefficient: Bool = false) throws -> Term {
        try takeMemory(512)
        let base = pointer
        switch try peekKind() {
        case .object: break
        case .string: return Term(name: try readString())
        default:
            let expected = "the name of a \(noun), or an object with \(noun.quoted)"
            throw Problem(wrongKind: "An element of the list", expected, at: base)
        }
        var term = Term()
        var hasName = false
        try beginObject()
        while let key = try nextKey() {
            // Null means that the field is omitted.
            guard try peekKind() != .null else {
                try skipValue()
                continue
            }
            switch key {
            case noun:
                term.name = try readString()
                hasName = true
            case "name": term.label = try readString()
            case "coefficient" where hasCoefficient: term.coefficient = try readNumber()
            case "inputs":
                try beginObject()
                while let input = try nextKey() {
                    guard try peekKind() != .null else {
                        try skipValue()
                        continue
                    }
                    term.inputs[input] = try readString()
                }
            case "parameters" where noun == "penalty":
                term.inputs["parameters"] = try readString()
            default:
                guard Term.mayHave(key) else {
                    // The field is refused by its name, once that of the loss is known.
                    try skipValue()
                    term.fields.append((key, .flag(true)))
                    continue
                }
                term.fields.append((key, try readOption()))
            }
        }
        guard hasName else {
            throw Problem(missingField: noun, at: base, "the name of a \(noun)")
        }
        return term
    }

    /// Whether missing values are skipped.
    mutating func readMissing() throws -> Bool {
        let name = try readString()
        guard let policy = MissingValues(rawValue: name) else {
            throw RequestError.notAllowed(
                name,
                field: "missing",
                place: [],
                allowed: MissingValues.allCases.map { $0.rawValue }
            )
        }
        return policy == .skip
    }
}

extension DataSetResult {
    /// The document of the results.
    fileprivate var document: JSONValue {
        JSONValue(present: [
            ("losses", losses.isEmpty ? nil : .array(losses.map { $0.document })),
            ("metrics", metrics.isEmpty ? nil : .array(metrics.map { $0.document })),
            ("groups", groups.isEmpty ? nil : .text(of: groups.lazy.map { document(of: $0) })),
        ])
    }

    private func document(of group: (key: String, place: Int)) -> JSONValue {
        JSONValue(present: [
            ("group", .string(group.key)),
            (
                "losses",
                losses.isEmpty ? nil : .array(losses.map { $0.document(ofGroup: group.place) })
            ),
            (
                "metrics",
                metrics.isEmpty ? nil : .array(metrics.map { $0.document(ofGroup: group.place) })
            ),
        ])
    }
}

extension DataSetResult.Loss {
    fileprivate var document: JSONValue {
        var members: [(String, JSONValue?)] = [("name", .string(label)), ("loss", .string(loss))]
        members += all.members
        members += [
            ("reason", reason.map { .string($0) }),
            ("skipped", skipped.map { .integer($0) }),
            ("worst", worst.isEmpty ? nil : .text(of: worst.lazy.map { $0.document })),
            ("baseline", baseline?.document),
        ]
        return JSONValue(present: members)
    }

    fileprivate func document(ofGroup place: Int) -> JSONValue {
        var members: [(String, JSONValue?)] = [("name", .string(label))]
        if groups.indices.contains(place) {
            members += groups[place].members
        } else {
            members += [("value", .null), ("reason", reason.map { .string($0) })]
        }
        if groupBaselines.indices.contains(place) {
            members.append(("baseline", groupBaselines[place].document))
        }
        return JSONValue(present: members)
    }
}

extension DataSetResult.Mean {
    fileprivate var members: [(String, JSONValue?)] {
        [
            ("value", value.map { .number($0) } ?? .null),
            ("normalizer", normalizer.map { .number($0) } ?? .null),
            ("count", .integer(count)),
            ("standard_error", standardError.map { .number($0) } ?? .null),
            ("interval", interval.isEmpty ? .null : .array(interval.map { .number($0) })),
        ]
    }
}

extension DataSetResult.Comparison {
    fileprivate var document: JSONValue {
        JSONValue(present: [
            ("value", baseline.value.map { .number($0) } ?? .null),
            ("difference", difference.value.map { .number($0) } ?? .null),
            ("count", .integer(difference.count)),
            ("standard_error", difference.standardError.map { .number($0) } ?? .null),
            (
                "interval",
                difference.interval.isEmpty
                    ? .null : .array(difference.interval.map { .number($0) })
            ),
        ])
    }
}

extension DataSetResult.Metric {
    fileprivate var document: JSONValue {
        JSONValue(
            present: [("name", .string(label)), ("metric", .string(metric))] + all.members
                + [("baseline", baseline.map { comparison(with: $0) })]
        )
    }

    /// The value of the other model, and the difference of numbers.
    private func comparison(with other: MetricResult) -> JSONValue {
        var members = DataSetResult.Score.members(of: other.value)
        if case .number = all.result.value, case .number = other.value {
            let difference = all.result.difference(from: other)
            members.append(("difference", difference.map { .number($0) } ?? .null))
        }
        return JSONValue(present: members)
    }

    fileprivate func document(ofGroup place: Int) -> JSONValue {
        JSONValue(
            present: [("name", .string(label))]
                + (groups.indices.contains(place) ? groups[place].members : [])
        )
    }
}

extension DataSetResult.Score {
    fileprivate var members: [(String, JSONValue?)] {
        var members = Self.members(of: result.value)
        if let error = result.standardError {
            members.append(("standard_error", .number(error)))
            members.append(
                ("interval", interval.isEmpty ? .null : .array(interval.map { .number($0) }))
            )
        }
        for part in result.parts { members.append((part.name, .number(part.value))) }
        return members
    }

    /// The value, or null and the reason that there is none.
    fileprivate static func members(of value: MetricResult.Value) -> [(String, JSONValue?)] {
        var members: [(String, JSONValue?)] = []
        switch value {
        case .number(let number): members.append(("value", .number(number)))
        case .numbers(let numbers):
            members.append(
                ("value", .text(of: numbers.lazy.map { $0.map { .number($0) } ?? .null }))
            )
        case .matrix(let rows):
            let texts = rows.lazy.map { row in JSONValue.text(of: row.lazy.map { .number($0) }) }
            members.append(("value", .text(of: texts)))
        case .undefined(let reason):
            members += [("value", .null), ("reason", .string(reason))]
        }
        return members
    }
}

extension Statistics.Extreme {
    fileprivate var document: JSONValue {
        ["place": .array(place.map { .integer($0) }), "loss": .number(loss)]
    }
}

extension Problem {
    /// Describes a data set that is not evaluated.
    init(_ error: DataSetError) {
        switch error {
        case .request(let error): self.init(error, at: "")
        case .unknown(let list, let place, let name):
            self = list == "metrics" ? Self.unknownMetric(name) : Self.unknownEntry(name, of: list)
            pointer = ["loss", "penalty"].contains(list) ? "/" + list : "/\(list)/\(place)"
        case .unused(let path, let known):
            self.init(
                .unknownField,
                "\(path.replacing("/", with: ".")) is not read by any of the losses and metrics, which read "
                    + "\(known.joined(separator: ", ")). With \"inputs\": {\"predictions\": \"score\"}, a "
                    + "loss reads an input of another name.",
                pointer: "/" + path,
                allowed: known
            )
        case .tooLarge(let list):
            self.init(
                .notFinite,
                "The objective, a sum of values times coefficients, is too large for a double (about "
                    + "1.8e308). Use less extreme inputs, weights and coefficients.",
                pointer: "/" + list
            )
        case .term(let place, let error, let replaced): self.init(error, of: place, replaced)
        }
    }

    /// Describes the error of a term, some of whose inputs may be replaced by those of another model.
    private init(_ error: RequestError, of place: TermPlace, _ replaced: [String]) {
        switch error {
        case .unknownField(let name, let known):
            self.init(
                unknownField: name,
                at: place.base,
                known: place.commonFields + known,
                isOfOtherLosses: place.list != "metrics" && Term.mayHave(name),
                belongs: place.advice(onField: name)
            )
        case .unknownMember: self.init(error, at: place.base)
        case .missingField(let name, let expected):
            self.init(missingField: place.term.source(of: name), at: "/inputs", expected)
        case .loss(.unknownChoice(let option, let value, let allowed), _)
        where !place.gives(option):
            self.init(
                .notAllowed,
                "\(option) is \(value.quoted) by default, but for these inputs it must be "
                    + "\(allowed.map { $0.quoted }.alternatives): set \(option).",
                pointer: place.base,
                allowed: allowed
            )
        case .loss(.tooManySteps(let steps, let limit), _) where place.list == "metrics":
            self.init(
                .tooManySteps,
                Self.sentence(onSteps: steps, limit)
                    + " Each number that a metric keeps for a class, or a pair of classes, counts "
                    + "\(Metric.cellSteps) steps, in each group and for each model.",
                pointer: place.base
            )
        default:
            self.init(error, at: "")
            pointer = pointer.map { place.pointer($0, replaced) }
        }
    }

    /// Describes an unknown loss or penalty; `field` is the list that has it, or the field that names it.
    private static func unknownEntry(_ name: String, of field: String) -> Problem {
        let list: CatalogueList = field.hasPrefix("penalt") ? .penalties : .losses
        guard let other = list.other.find(name)?.facts.name else {
            let problem = list.unknown.problem(name)
            return Problem(.notAllowed, problem.detail, allowed: problem.allowed)
        }
        let place =
            switch field {
            case "penalty", "loss": "\(list.other.noun.quoted): \(other.quoted)"
            case "penalties": "terms"
            case "terms": "penalties"
            default: "penalties of \(Operation.objectives.path)"
            }
        return Problem(
            .notAllowed,
            "Unknown \(list.noun) \(name.quoted). It is a \(list.other.noun), which belongs in \(place).",
            allowed: [other]
        )
    }

    private static func unknownMetric(_ name: String) -> Problem {
        let names = MetricCatalogue.metrics.map { $0.facts.name }
        let spellings = MetricCatalogue.metrics.flatMap { entry in
            [entry.facts.name] + entry.facts.aliases.map { $0.name }
        }
        let nearest = Suggestions(spellings).nearest(to: name, atMost: 3)
        let isLoss = Catalogue.loss(named: name) != nil
        let hint =
            isLoss
            ? " It is a loss: name it in losses."
            : nearest.isEmpty ? "" : " Did you mean \(nearest.map { $0.quoted }.alternatives)?"
        let allowed = nearest.isEmpty ? names : nearest
        return Problem(
            .notAllowed,
            "Unknown metric \(name.quoted).\(hint) Metrics: \(names.joined(separator: ", ")).",
            allowed: allowed
        )
    }
}

extension TermPlace {
    /// The pointer to the term.
    fileprivate var base: String { "/\(list)/\(index)" }

    /// Whether the term has an option or another field of its own.
    fileprivate func gives(_ field: String) -> Bool {
        term.fields.contains { $0.name == field }
    }

    /// The place of a field that the term cannot have; `nil` if it has none.
    fileprivate func advice(onField name: String) -> String? {
        switch name {
        case "weights", "mask", "missing": "It belongs beside the list, for all of its elements."
        case "groups" where list == "losses" || list == "metrics":
            "It belongs beside the list, for all of its elements."
        case _ where inputs.contains(name): "Arrays belong in \"inputs\" of the request."
        default: nil
        }
    }

    /// The pointer to a value in a request with a data set, from that in a request to the loss alone.
    fileprivate func pointer(_ own: String, _ replaced: [String]) -> String {
        let steps = own.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
        guard let first = steps.first else { return base }
        let rest = steps.dropFirst().map { "/" + $0 }.joined()
        let name = inputs.contains(first) ? term.source(of: first) : nil
        if let name, replaced.contains(name) { return "/baseline/" + name.pointerStep + rest }
        // The model itself has been accepted, so the other one does not fit what they share.
        if let other = inputs.map({ term.source(of: $0) }).first(where: { replaced.contains($0) }) {
            return "/baseline/" + other.pointerStep
        }
        if let name { return "/inputs/" + name.pointerStep + rest }
        if gives(first) || first == "name" { return base + own }
        // An option at its default has no place of its own.
        return ["weights", "mask", "groups", "missing"].contains(first) ? own : base
    }
}
