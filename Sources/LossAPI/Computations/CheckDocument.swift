// SPDX-License-Identifier: Apache-2.0

import HTTP
import LossFacts
import LossFunctions
import Requests
import TensorJSON

/// A request to check a client's own derivatives.
struct CheckDocument: TensorDocument {
    var outside: [String] = []
    private var check: GradientCheck

    init(limits: ComputationLimits) { check = GradientCheck(limits: limits) }

    var footprint: Int { check.footprint }

    var resultFootprint: Int { check.resultFootprint }

    func form(of path: [String]) -> MemberForm {
        if path.count > 1 { return .numbers(.none) }
        switch path[0] {
        case "loss", "penalty": return .value
        case "gradients", "hessians": return .members
        case "gradient", "hessian", "weights": return .numbers(.none)
        case "mask": return .numbers(.booleans)
        case _ where GradientCheck.excluded.contains(path[0]): return .value
        default: return .numbersOrValue(.ofInputs(path[0]))
        }
    }

    mutating func read(_ path: [String], _ reader: inout JSONReader) throws {
        guard try reader.peekKind() != .null else { return try reader.skipValue() }
        guard path[0] != "loss", path[0] != "penalty" else {
            try set(path[0], name: try reader.readString())
            return
        }
        try refuseIfExcluded(path[0])
        check.term.fields.append((path[0], try reader.readOption()))
    }

    /// Throws if a field chooses what is computed.
    private func refuseIfExcluded(_ name: String) throws(Problem) {
        guard GradientCheck.excluded.contains(name) else { return }
        throw Problem(
            .unknownField,
            "\(name.quoted) is not a field of a check, which computes the derivatives that are given.",
            pointer: "/" + name
        )
    }

    mutating func set(_ path: [String], _ numbers: NumberArray) {
        set(path, Tensor(numbers))
    }

    private mutating func set(_ path: [String], _ tensor: Tensor) {
        switch path[0] {
        case "gradient": check.add(.gradient, of: nil, tensor)
        case "hessian": check.add(.hessian, of: nil, tensor)
        case "gradients" where path.count > 1: check.add(.gradient, of: path[1], tensor)
        case "hessians" where path.count > 1: check.add(.hessian, of: path[1], tensor)
        default: check.term.fields.append((path[0], .numbers(tensor)))
        }
    }

    mutating func set(_ name: String, _ tensor: Tensor) throws {
        try refuseIfExcluded(name)
        set(name.split(separator: ".", maxSplits: 1).map(String.init), tensor)
    }

    mutating func set(_ name: String, text: String) throws {
        guard name != "loss", name != "penalty" else {
            try set(name, name: text)
            return
        }
        try refuseIfExcluded(name)
        check.term.fields.append((name, FieldValue(text: text)))
    }

    func arrangement() throws(Problem) -> DocumentArrangement {
        guard !check.term.name.isEmpty else {
            throw Problem(RequestError.missingChoice("loss", "penalty"), at: nil)
        }
        let facts: Facts
        do throws(DataSetError) {
            facts = try check.found().facts
        } catch {
            var problem = Problem(error)
            problem.pointer = nil
            throw problem
        }
        let signature = facts.signature
        let required = signature.inputs.filter { !$0.isOptional }.map { $0.name }
        let inputs = signature.inputs.map { $0.name } + signature.tokenMasks + ["weights", "mask"]
        func derivatives(_ of: [Int]) -> [String] {
            ["gradients.", "hessians."].flatMap { prefix in
                of.map { prefix + signature.inputs[$0].name }
            }
        }
        let single = ["gradient", "hessian"]
        return DocumentArrangement(
            arrays: required
                + (signature.primary.count == 1 ? single : derivatives(signature.primary)),
            columns: inputs + single + derivatives(signature.differentiable)
        )
    }

    /// Sets the name of the loss or penalty, which is the value of the field `noun`.
    private mutating func set(_ noun: String, name: String) throws {
        guard check.term.name.isEmpty else {
            throw Problem(
                .conflictingOptions,
                "A check is of a loss or of a penalty: omit one of \"loss\" and \"penalty\".",
                pointer: "/" + noun
            )
        }
        check.term.name = name
        check.isPenalty = noun == "penalty"
    }

    mutating func result(unless cancellation: Cancellation?) throws -> JSONValue {
        guard !check.term.name.isEmpty else {
            throw Problem(RequestError.missingChoice("loss", "penalty"), at: "")
        }
        do throws(DataSetError) {
            return JSONValue(present: try check.result(unless: cancellation).members)
        } catch {
            throw Problem(error)
        }
    }
}

extension FieldValue {
    /// The value of an option as text: a number, numbers separated by commas, a flag or a choice.
    fileprivate init(text: String) {
        let words = text.split(separator: ",", omittingEmptySubsequences: false)
        let numbers = words.compactMap { String($0).jsonNumber }
        if let flag = Bool(text) {
            self = .flag(flag)
        } else if numbers.count == words.count {
            let shape = numbers.count == 1 ? [] : [numbers.count]
            self = .numbers(Tensor(shape: shape, values: numbers))
        } else {
            self = .text(text)
        }
    }
}

extension [GradientCheck.Comparison] {
    /// The members of the document: those of a single input by themselves, others by their inputs.
    fileprivate var members: [(String, JSONValue?)] {
        var members: [(String, JSONValue?)] = []
        for (quantity, plural) in [(Quantity.gradient, "gradients"), (.hessian, "hessians")] {
            let own = filter { $0.quantity == quantity }
            if let single = own.first(where: { $0.input == nil }) {
                members.append((quantity.rawValue, single.document))
            }
            let named = own.compactMap { one in one.input.map { ($0, one.document) } }
            if !named.isEmpty { members.append((plural, JSONValue(present: named))) }
        }
        return members
    }
}

extension GradientCheck.Comparison {
    fileprivate var document: JSONValue {
        JSONValue(present: [
            ("agreement", .string(agreement.rawValue)),
            ("count", .integer(count)),
            ("worst", worst?.document ?? .null),
            ("factor", factor.map { .number($0) }),
            (
                "explanations",
                explanations.isEmpty
                    ? nil
                    : .array(
                        explanations.map { field, value, agreement in
                            [field: .string(value), "agreement": .string(agreement.rawValue)]
                        }
                    )
            ),
        ])
    }
}

extension GradientCheck.Comparison.Element {
    fileprivate var document: JSONValue {
        let difference = given - expected
        return JSONValue(present: [
            ("place", .array(place.map { .integer($0) })),
            ("given", .number(given)), ("expected", .number(expected)),
            ("ulps", ulps.isFinite ? .number(ulps) : .null),
            ("absolute", difference.isFinite ? .number(abs(difference)) : .null),
            (
                "relative",
                expected != 0 && (difference / expected).isFinite
                    ? .number(abs(difference / expected)) : .null
            ),
        ])
    }
}
