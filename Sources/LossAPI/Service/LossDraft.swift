// SPDX-License-Identifier: Apache-2.0

import LossFunctions
import TensorJSON

/// A question to a loss in the making.
struct LossDraft: Draft {
    private let found: Catalogue.Found<any Loss.Type>
    private var predictions: Tensor?
    private var targets: Tensor?
    private var weights: Tensor?
    private var reduction = Reduction.mean
    private var outputs: Outputs = .lossAndGradient
    private var terms: [RegularizationTerm] = []
    private var arguments: [String: Argument]

    init(for found: Catalogue.Found<any Loss.Type>) {
        self.found = found
        arguments = found.presets
    }

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

    var known: [String] { Self.known(to: found.facts) }

    var footprint: Int {
        predictions.footprint + targets.footprint + weights.footprint
            + arguments.values.reduce(0) { $0 + $1.footprint }
            + terms.reduce(0) { $0 + $1.footprint }
    }

    /// More than it will be: as if every prediction had a loss of its own.
    var answerFootprint: Int {
        let count = predictions?.values.count ?? 0
        let arrays = arrayCount
        // What rows count for, where some are ignored or weighted by class.
        let shares = found.entry.granularity == .row ? targets.footprint : 0
        let penalties = terms.reduce(0) { $0 + $1.footprint + RegularizationTerm.ownBytes }
        let numbers = 8 * arrays * count + penalties
        return numbers + shares + weights.footprint + Self.scratchBytes
            + AnswerText.roomForText(of: numbers / 8)
    }

    var answerNanoseconds: Int {
        let count = predictions?.values.count ?? 0
        return count * (Self.nanosecondsEach + arrayCount * AnswerText.nanosecondsEach)
    }

    /// How many arrays of as many numbers as there are predictions the answer may have.
    private var arrayCount: Int {
        outputs.derivativeCount + (outputs.contains(.elements) ? 1 : 0)
            + (reduction == .none && outputs.contains(.loss) ? 1 : 0)
    }

    /// What the loss of a prediction and its derivatives take to compute.
    private static let nanosecondsEach = 15

    /// What blocks are computed in.
    private static let scratchBytes = 1_024 * 1_024

    func holdsNumbers(_ field: String) -> Bool {
        field == "predictions" || field == "targets" || field == "weights"
    }

    mutating func set(_ field: String, _ numbers: Tensor) {
        switch field {
        case "predictions": predictions = numbers
        case "targets": targets = numbers
        default: weights = numbers
        }
    }

    mutating func read(_ field: String, from reader: inout JSONReader) throws {
        switch field {
        case "predictions", "targets": _ = try reader.readNumbers()
        // Only a null is no number.
        case "weights": try reader.skipValue()
        case "reduction", "outputs", "regularization":
            guard try !reader.readNull() else { return }
            switch field {
            case "reduction": reduction = try reader.readReduction()
            case "outputs": outputs = try reader.readOutputs(Self.outputNames)
            default: terms = try reader.readTerms()
            }
        default:
            let pointer = reader.pointer
            if let argument = try reader.readOption(field, of: found.facts, known: known) {
                if let preset = found.presets[field], argument != preset {
                    throw Problem(contradicting: field, preset, of: found.facts, at: pointer)
                }
                arguments[field] = argument
            }
        }
    }

    func answer() throws -> AnswerText {
        guard let predictions else {
            throw Problem(missingField: "predictions", at: "", "a number or an array of numbers")
        }
        guard let targets else {
            throw Problem(missingField: "targets", at: "", "a number or an array of numbers")
        }
        let loss = try found.entry.init(Arguments(arguments, for: found.facts.parameters))
        if reduction == .none, !terms.isEmpty {
            throw Problem(
                .conflictingOptions,
                "regularization is added to one number, but with reduction \"none\" there are many: "
                    + "choose another reduction, or ask for the penalty by itself.",
                pointer: "/regularization"
            )
        }
        let batch = Batch(predictions: predictions, targets: targets, weights: weights)
        let evaluation: Evaluation
        do throws(LossError) {
            evaluation = try loss.evaluate(batch, outputs, reduction)
        } catch {
            throw Problem(error, known: known, of: found.facts, given: arguments)
        }
        let penalties = try terms.map { term in
            do {
                return try term.penalty.evaluate(term.parameters, .lossAndGradient)
            } catch {
                throw Problem(explaining: error, at: term.pointer)
            }
        }
        return try AnswerText(evaluation, penalties)
    }
}

extension Tensor? {
    /// The bytes of memory its numbers take.
    var footprint: Int { 8 * (self?.values.capacity ?? 0) }
}

extension Argument {
    /// The bytes of memory that it takes, where they may be many.
    var footprint: Int {
        if case .list(let numbers) = self { 8 * numbers.capacity } else { 0 }
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
