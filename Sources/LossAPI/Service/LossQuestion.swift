// SPDX-License-Identifier: Apache-2.0

import LossFunctions
import TensorJSON

/// A request to a loss, read and checked as far as that goes without computing.
struct LossQuestion {
    let loss: any Loss
    let batch: Batch
    let reduction: Reduction
    let outputs: Outputs
    let terms: [RegularizationTerm]

    /// The fields every loss has, besides its own options.
    static let fields = [
        "predictions", "targets", "weights", "reduction", "outputs", "regularization",
    ]
    /// Every field of a request to this entry of the catalogue.
    static func known(to facts: Facts) -> [String] {
        fields + facts.parameters.map { $0.name }
    }

    static let outputNames: [(name: String, output: Outputs)] = [
        ("loss", .loss), ("gradient", .gradient), ("hessian", .hessian), ("elements", .elements),
    ]

    init(_ body: JSONReader, to found: Catalogue.Found<any Loss.Type>) throws {
        var predictions: Tensor?
        var targets: Tensor?
        var weights: Tensor?
        var reduction = Reduction.mean
        var outputs: Outputs = .lossAndGradient
        var terms: [RegularizationTerm] = []
        var arguments = found.presets

        var reader = body
        try reader.beginObject()
        while let field = try reader.nextKey() {
            switch field {
            case "predictions": predictions = Tensor(try reader.readNumbers())
            case "targets": targets = Tensor(try reader.readNumbers())
            case "weights": weights = try reader.readUnlessNull { Tensor(try $0.readNumbers()) }
            case "reduction": reduction = try reader.readReduction()
            case "outputs": outputs = try reader.readOutputs(Self.outputNames)
            case "regularization": terms = try reader.readTerms()
            default:
                arguments[field] = try reader.readOption(
                    field,
                    of: found.facts,
                    known: Self.known(to: found.facts)
                )
            }
        }
        try reader.finish()

        guard let predictions else {
            throw Problem(missingField: "predictions", at: "", "a number or an array of numbers")
        }
        guard let targets else {
            throw Problem(missingField: "targets", at: "", "a number or an array of numbers")
        }
        batch = Batch(predictions: predictions, targets: targets, weights: weights)
        loss = try found.entry.init(Arguments(arguments, for: found.facts.parameters))
        self.reduction = reduction
        self.outputs = outputs
        self.terms = terms
        if reduction == .none, !terms.isEmpty {
            throw Problem(
                .conflictingOptions,
                "regularization is added to one number, but with reduction \"none\" there are many: "
                    + "choose another reduction, or ask for the penalty by itself.",
                pointer: "/regularization"
            )
        }
    }
}

extension JSONReader {
    fileprivate mutating func readReduction() throws -> Reduction {
        let pointer = pointer
        let name = try readString()
        guard let reduction = Reduction(named: name) else {
            throw Problem(
                notAllowed: name,
                for: "reduction",
                at: pointer,
                allowed: Reduction.allCases.map { $0.rawValue } + Reduction.spellings.keys.sorted()
            )
        }
        return reduction
    }

    fileprivate mutating func readTerms() throws -> [RegularizationTerm] {
        var terms: [RegularizationTerm] = []
        try beginArray()
        while try nextElement() { terms.append(try RegularizationTerm(&self)) }
        return terms
    }
}
