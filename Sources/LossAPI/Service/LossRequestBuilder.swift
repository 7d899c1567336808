// SPDX-License-Identifier: Apache-2.0

import LossFunctions
import TensorJSON

/// Collects the members of a request to a loss and evaluates it.
struct LossRequestBuilder: RequestBuilder {
    private let found: Catalogue.Found<any Loss.Type>
    private var predictions: Tensor?
    private var targets: Tensor?
    private var weights: Tensor?
    private var reduction = Reduction.mean
    private var outputs: Outputs = .lossAndGradient
    private var penalties: [RegularizationTerm] = []
    private var options: [String: OptionValue]

    init(for found: Catalogue.Found<any Loss.Type>) {
        self.found = found
        options = found.presets
    }

    /// The fields that every loss has, besides its options.
    static let fields = [
        "predictions", "targets", "weights", "reduction", "outputs", "regularization",
    ]

    static let outputNames: [(name: String, output: Outputs)] = [
        ("loss", .loss), ("gradient", .gradient), ("hessian", .hessian), ("elements", .elements),
    ]

    var known: [String] { Self.fields + found.facts.options.map { $0.name } }

    var footprint: Int {
        predictions.footprint + targets.footprint + weights.footprint
            + options.values.reduce(0) { $0 + $1.footprint }
            + penalties.reduce(0) { $0 + $1.footprint }
    }

    /// An upper bound, as if every prediction had its own loss.
    var resultFootprint: Int {
        let count = predictions?.values.count ?? 0
        let arrays = arrayCount
        // The target weights, if rows are ignored or weighted by class.
        let targetWeights = found.entry.granularity == .row ? targets.footprint : 0
        let penaltyBytes = penalties.reduce(0) { $0 + $1.footprint + RegularizationTerm.ownBytes }
        let numbers = 8 * arrays * count + penaltyBytes
        return numbers + targetWeights + weights.footprint + Self.scratchBytes
            + ResultText.textFootprint(of: numbers / 8)
    }

    var resultNanoseconds: Int {
        let count = predictions?.values.count ?? 0
        return count * (Self.nanosecondsEach + arrayCount * ResultText.nanosecondsEach)
    }

    /// The maximum number of arrays in the result that are as long as the predictions.
    private var arrayCount: Int {
        outputs.derivativeCount + (outputs.contains(.elements) ? 1 : 0)
            + (reduction == .none && outputs.contains(.loss) ? 1 : 0)
    }

    /// The time to compute the loss of a prediction and its derivatives, in nanoseconds.
    private static let nanosecondsEach = 15

    /// The memory for the intermediate arrays of a block, in bytes.
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
        // Anything but null is read as numbers.
        case "weights": try reader.skipValue()
        case "reduction", "outputs", "regularization":
            guard try !reader.readNull() else { return }
            switch field {
            case "reduction": reduction = try reader.readReduction()
            case "outputs": outputs = try reader.readOutputs(Self.outputNames)
            default: penalties = try reader.readPenalties()
            }
        default:
            let pointer = reader.pointer
            if let value = try reader.readOption(field, of: found.facts, known: known) {
                if let preset = found.presets[field], value != preset {
                    throw Problem(contradicting: field, preset, of: found.facts, at: pointer)
                }
                options[field] = value
            }
        }
    }

    func evaluate() throws -> ResultText {
        guard let predictions else {
            throw Problem(missingField: "predictions", at: "", "a number or an array of numbers")
        }
        guard let targets else {
            throw Problem(missingField: "targets", at: "", "a number or an array of numbers")
        }
        let loss = try found.entry.init(OptionValues(options, for: found.facts.options))
        if reduction == .none, !penalties.isEmpty {
            throw Problem(
                .conflictingOptions,
                "regularization is added to a single loss, but reduction \"none\" returns many: choose "
                    + "another reduction, or request the penalty separately.",
                pointer: "/regularization"
            )
        }
        let batch = Batch(predictions: predictions, targets: targets, weights: weights)
        let evaluation: Evaluation
        do throws(LossError) {
            evaluation = try loss.evaluate(batch, outputs, reduction)
        } catch {
            throw Problem(error, known: known, of: found, given: options)
        }
        let evaluatedPenalties = try penalties.map { term in
            do {
                return try term.penalty.evaluate(term.parameters, .lossAndGradient)
            } catch {
                throw Problem(explaining: error, at: term.pointer)
            }
        }
        return try ResultText(evaluation, evaluatedPenalties)
    }
}

extension Tensor? {
    /// The memory of its numbers in bytes; 0 for `nil`.
    var footprint: Int { 8 * (self?.values.capacity ?? 0) }
}

extension OptionValue {
    /// The memory of its numbers in bytes, if it is a list.
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
                allowed: Reduction.names
            )
        }
        return reduction
    }

    fileprivate mutating func readPenalties() throws -> [RegularizationTerm] {
        var penalties: [RegularizationTerm] = []
        try beginArray()
        while try nextElement() { penalties.append(try RegularizationTerm(&self)) }
        return penalties
    }
}
