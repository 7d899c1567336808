// SPDX-License-Identifier: Apache-2.0

/// The metadata of a loss or penalty, from which the catalogue is generated.
///
/// A class, so that requests share one instance per loss.
package final class Facts: Sendable {
    /// The family of a loss, by which the catalogue is grouped.
    package enum Family: String, Sendable, CaseIterable {
        case regression
        case binary
        case multiclass
        case multilabel
        case distribution
        case metricLearning = "metric_learning"
        case ranking
        case preference
        case policy
        case sequence
        case segmentation
        case regularization
    }

    /// A property of the loss as a function of its primary inputs, as in convex analysis and statistics.
    package enum Property: String, Sendable, CaseIterable {
        case convex
        case strictlyConvex = "strictly convex"
        case differentiable
        case twiceDifferentiable = "twice differentiable"
        case lipschitz = "Lipschitz"
        case symmetric
        case properScoring = "strictly proper scoring rule"
        case classificationCalibrated = "classification calibrated"
    }

    package let name: String
    package let aliases: [Alias]
    package let family: Family
    package let summary: String
    package let formula: Formula
    package let options: [OptionDeclaration]
    package let signature: Signature
    /// The numbers by which training is watched; `nil` if the loss has none.
    package let diagnostics: Diagnostics?
    /// The points without a derivative, and the value returned there.
    package let kinks: [String]
    package let properties: [Property]
    package let bounds: Bounds
    /// The constant prediction that minimizes the mean loss, if it has a simple form.
    package let minimizer: Minimizer?
    /// The losses that it equals under some of its options.
    package let relations: [Relation]
    /// The differences from losses of the same name in other libraries.
    package let notes: [String]
    package let references: [String]
    /// The libraries whose defaults can be chosen.
    package let conventions: [Convention]
    package let defaultReduction: Reduction
    package let gradientKind: GradientKind
    /// Whether a penalty has a proximal operator that can be computed.
    package let hasProximalOperator: Bool
    /// The work of a unit; `nil` means that it is proportional to the count of numbers.
    package let work: Work?
    /// The examples of a loss for which those derived from the signature would be invalid.
    let statedExamples: [Example]

    package init(
        name: String,
        aliases: [Alias],
        family: Family,
        summary: String,
        formula: Formula,
        options: [OptionDeclaration],
        signature: Signature,
        diagnostics: Diagnostics? = nil,
        kinks: [String],
        properties: [Property],
        bounds: Bounds = Bounds(),
        minimizer: Minimizer? = nil,
        relations: [Relation] = [],
        notes: [String],
        references: [String],
        conventions: [Convention] = [],
        defaultReduction: Reduction = .mean,
        gradientKind: GradientKind = .derivative,
        hasProximalOperator: Bool = true,
        work: Work? = nil,
        examples: [Example] = []
    ) {
        self.name = name
        self.aliases = aliases
        self.family = family
        self.summary = summary
        self.formula = formula
        self.options = options
        self.signature = signature
        self.diagnostics = diagnostics
        self.kinks = kinks
        self.properties = properties
        self.bounds = bounds
        self.minimizer = minimizer
        self.relations = relations
        self.notes = notes
        self.references = references
        self.conventions = conventions
        self.defaultReduction = defaultReduction
        self.gradientKind = gradientKind
        self.hasProximalOperator = family == .regularization && hasProximalOperator
        self.work = work
        statedExamples = examples
    }

    /// The relation of the gradient to the loss.
    package enum GradientKind: String, Sendable, CaseIterable {
        /// It is the derivative of the loss.
        case derivative
        /// It is the derivative for constant weights, although they depend on the predictions.
        case constantWeights = "constant_weights"
        /// It is the derivative of another loss.
        case straightThrough = "straight_through"
    }

    /// The formula of the loss and of its derivative, as plain text and TeX.
    package struct Formula: Equatable, Sendable {
        package let plain: String
        package let gradient: String
        package let tex: String

        package init(plain: String, gradient: String, tex: String) {
            self.plain = plain
            self.gradient = gradient
            self.tex = tex
        }
    }

    /// Another name of a loss, with the options that it implies.
    package struct Alias: Equatable, Sendable, ExpressibleByStringLiteral {
        package let name: String
        package let options: [String: OptionValue]
        /// The convention that it implies, by name.
        package let convention: String?
        /// The loss to use instead in libraries that have another loss of that name: a sentence by the name of
        /// their convention, which is refused with it.
        package let elsewhere: [String: String]

        package init(
            _ name: String,
            _ options: [String: OptionValue] = [:],
            convention: String? = nil,
            elsewhere: [String: String] = [:]
        ) {
            self.name = name
            self.options = options
            self.convention = convention
            self.elsewhere = elsewhere
        }

        package init(stringLiteral name: String) {
            self.init(name)
        }
    }
}

extension Facts: Equatable {
    package static func == (left: Facts, right: Facts) -> Bool { left === right }
}

extension Facts {
    /// The options each of which, set alone, would let an input contain a number that is invalid
    /// otherwise.
    ///
    /// - Parameters:
    ///   - number: the number.
    ///   - input: the name of the input.
    ///   - given: the chosen options.
    /// - Returns: names and values of options, each of which is sufficient by itself.
    package func options(
        accepting number: Double,
        as input: String,
        given: [String: OptionValue]
    ) -> [(name: String, value: OptionValue)] {
        var found: [(name: String, value: OptionValue)] = []
        let forms = signature.inputs.first { $0.name == input }?.forms ?? []
        for form in forms {
            let relevant = options.filter { option in
                form.domains.contains { $0.options[option.name] != nil }
            }
            for entry in form.domains where entry.domain.contains(number) {
                let changes = relevant.compactMap { option -> (name: String, value: OptionValue)? in
                    let needed = entry.options[option.name] ?? option.defaultOptionValue
                    let chosen = given[option.name] ?? option.defaultOptionValue
                    guard let needed, needed != chosen else { return nil }
                    return (option.name, needed)
                }
                guard changes.count == 1, let change = changes.first,
                    !found.contains(where: { $0.name == change.name })
                else { continue }
                found.append(change)
            }
        }
        return found
    }
}
