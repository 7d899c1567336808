// SPDX-License-Identifier: Apache-2.0

import LossFunctions
import TensorJSON

/// A request to a penalty.
struct PenaltyQuestion {
    let penalty: any Penalty
    let parameters: Tensor
    let outputs: Outputs

    /// The fields every penalty has, besides its own options.
    static let fields = ["parameters", "outputs"]
    /// Every field of a request to this entry of the catalogue.
    static func known(to facts: Facts) -> [String] {
        fields + facts.parameters.map { $0.name }
    }

    static let outputNames: [(name: String, output: Outputs)] = [
        ("value", .loss), ("gradient", .gradient), ("hessian", .hessian),
    ]

    init(_ body: JSONReader, to found: Catalogue.Found<any Penalty.Type>) throws {
        var parameters: Tensor?
        var outputs: Outputs = .lossAndGradient
        var arguments = found.presets

        var reader = body
        try reader.beginObject()
        while let field = try reader.nextKey() {
            switch field {
            case "parameters": parameters = Tensor(try reader.readNumbers())
            case "outputs": outputs = try reader.readOutputs(Self.outputNames)
            default:
                arguments[field] = try reader.readOption(
                    field,
                    of: found.facts,
                    known: Self.known(to: found.facts)
                )
            }
        }
        try reader.finish()

        guard let parameters else {
            throw Problem(missingField: "parameters", at: "", "a number or an array of numbers")
        }
        self.parameters = parameters
        self.outputs = outputs
        penalty = try found.entry.init(Arguments(arguments, for: found.facts.parameters))
    }
}
