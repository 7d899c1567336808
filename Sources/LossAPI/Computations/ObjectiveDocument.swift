// SPDX-License-Identifier: Apache-2.0

import HTTP
import LossFacts
import LossFunctions
import Requests
import TensorJSON

/// A request for a sum of losses and penalties.
struct ObjectiveDocument: TensorDocument {
    var outside: [String] = []
    private var objective: Objective

    static let members = [
        "inputs", "weights", "mask", "missing", "terms", "penalties", "gradient_of",
    ]

    /// The members that may be texts.
    private static let texts = ["missing", "terms", "penalties", "gradient_of"]

    init(limits: ComputationLimits) { objective = Objective(limits: limits) }

    var footprint: Int { objective.footprint }

    var resultFootprint: Int {
        objective.resultFootprint + 2 * MemberWriter.bytesEach * objective.resultCount
    }

    func form(of path: [String]) throws -> MemberForm {
        if path.count > 1 { return .numbers(.ofInputs(path[1])) }
        switch path[0] {
        case "inputs": return .members
        case "terms", "penalties": return .elements
        case "weights": return .numbers(.none)
        case "mask": return .numbers(.booleans)
        case "missing", "gradient_of": return .value
        default: throw Problem(unknownField: path[0], at: "", known: Self.members)
        }
    }

    mutating func read(_ path: [String], _ reader: inout JSONReader) throws {
        switch path[0] {
        case "terms": objective.terms.append(try reader.readTerm("loss", hasCoefficient: true))
        case "penalties":
            objective.penalties.append(try reader.readTerm("penalty", hasCoefficient: true))
        case _ where try reader.peekKind() == .null: try reader.skipValue()
        case "missing": objective.data.skipsMissing = try reader.readMissing()
        default: objective.gradientOf = try reader.readStrings()
        }
    }

    mutating func set(_ path: [String], _ numbers: NumberArray) {
        set(path.last ?? "", Tensor(numbers), isInput: path.count > 1)
    }

    private mutating func set(_ name: String, _ tensor: Tensor, isInput: Bool) {
        switch name {
        case "weights" where !isInput: objective.data.weights = tensor
        case "mask" where !isInput: objective.data.mask = tensor
        default: objective.data.set(name, tensor)
        }
    }

    mutating func set(_ name: String, _ tensor: Tensor) throws {
        set(name, tensor, isInput: false)
    }

    func arrangement() throws(Problem) -> DocumentArrangement {
        let inputs = objective.inputNames
        guard !inputs.isEmpty else {
            throw Problem(RequestError.missingChoice("terms", "penalties"), at: nil)
        }
        let fields = inputs + ["weights", "mask"]
        return DocumentArrangement(arrays: fields + objective.lengthNames, columns: fields)
    }

    mutating func set(_ name: String, text: String) throws {
        switch name {
        case "gradient_of": objective.gradientOf = text.split(separator: ",").map(String.init)
        case "terms", "penalties", "missing": try read(name, text: text)
        default: throw Problem(notText: name, of: Self.members, texts: Self.texts)
        }
    }

    mutating func result(unless cancellation: Cancellation?) throws -> JSONValue {
        do throws(DataSetError) {
            return try objective.result(unless: cancellation).document
        } catch {
            throw Problem(error)
        }
    }
}

extension ObjectiveResult {
    fileprivate var document: JSONValue {
        JSONValue(present: [
            ("objective", .number(value)),
            ("terms", losses.isEmpty ? nil : .array(losses.map { $0.document("loss") })),
            (
                "penalties",
                penalties.isEmpty ? nil : .array(penalties.map { $0.document("penalty") })
            ),
            (
                "gradients",
                JSONValue(present: gradients.map { ($0.name, .text($0.tensor.text)) })
            ),
        ])
    }
}

extension ObjectiveResult.Part {
    fileprivate func document(_ noun: String) -> JSONValue {
        [
            "name": .string(label), noun: .string(name), "coefficient": .number(coefficient),
            "value": .number(value), "normalizer": .number(normalizer),
        ]
    }
}

extension Tensor {
    /// The numbers as JSON text.
    fileprivate var text: [UInt8] {
        var writer = JSONWriter(reserving: MemberWriter.bytesEach * values.count)
        writer.numbers(self, values.indices)
        return writer.finish()
    }
}
