// SPDX-License-Identifier: Apache-2.0

import LossFunctions
import TensorJSON

/// Collects the members of a request to a penalty and evaluates it.
struct PenaltyRequestBuilder: RequestBuilder {
    private let found: Catalogue.Found<any Penalty.Type>
    private var parameters: Tensor?
    private var outputs: Outputs = .lossAndGradient
    private var options: [String: OptionValue]

    init(for found: Catalogue.Found<any Penalty.Type>) {
        self.found = found
        options = found.presets
    }

    /// The fields that every penalty has, besides its options.
    static let fields = ["parameters", "outputs"]

    static let outputNames: [(name: String, output: Outputs)] = [
        ("value", .loss), ("gradient", .gradient), ("hessian", .hessian),
    ]

    var known: [String] { Self.fields + found.facts.options.map { $0.name } }

    var footprint: Int { parameters.footprint }

    var resultFootprint: Int {
        let numbers = outputs.derivativeCount * (parameters?.values.count ?? 0)
        return 8 * numbers + ResultText.textFootprint(of: numbers)
    }

    var resultNanoseconds: Int {
        let count = parameters?.values.count ?? 0
        return count * (Self.nanosecondsEach + outputs.derivativeCount * ResultText.nanosecondsEach)
    }

    /// The time to compute the term of a parameter and its derivatives, in nanoseconds.
    private static let nanosecondsEach = 10

    func holdsNumbers(_ field: String) -> Bool { field == "parameters" }

    mutating func set(_: String, _ numbers: Tensor) { parameters = numbers }

    mutating func read(_ field: String, from reader: inout JSONReader) throws {
        switch field {
        case "parameters": _ = try reader.readNumbers()
        case "outputs":
            if try !reader.readNull() { outputs = try reader.readOutputs(Self.outputNames) }
        default:
            if let value = try reader.readOption(field, of: found.facts, known: known) {
                options[field] = value
            }
        }
    }

    func evaluate() throws -> ResultText {
        guard let parameters else {
            throw Problem(missingField: "parameters", at: "", "a number or an array of numbers")
        }
        let penalty = try found.entry.init(OptionValues(options, for: found.facts.options))
        return ResultText(try penalty.evaluate(parameters, outputs))
    }
}
