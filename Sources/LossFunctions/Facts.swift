// SPDX-License-Identifier: Apache-2.0

/// What there is to know of a loss or penalty besides its code; the catalogue is made from these.
///
/// Stated once for each, and passed on by reference: requests look facts up.
package final class Facts: Sendable {
    package enum Task: String, Sendable, CaseIterable {
        case regression
        case binary
        case multiclass
        case distribution
        case regularization
    }

    /// A property in the sense of convex analysis and statistics, of the loss in its predictions.
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
    package let task: Task
    package let summary: String
    package let formula: Formula
    package let parameters: [Parameter]
    package let domains: [Domains]
    /// Where the loss has no derivative, and what is returned there.
    package let kinks: [String]
    package let properties: [Property]
    /// How it differs from its namesakes elsewhere.
    package let notes: [String]
    package let references: [String]

    init(
        name: String,
        aliases: [Alias],
        task: Task,
        summary: String,
        formula: Formula,
        parameters: [Parameter],
        domains: [Domains],
        kinks: [String],
        properties: [Property],
        notes: [String],
        references: [String]
    ) {
        self.name = name
        self.aliases = aliases
        self.task = task
        self.summary = summary
        self.formula = formula
        self.parameters = parameters
        self.domains = domains
        self.kinks = kinks
        self.properties = properties
        self.notes = notes
        self.references = references
    }

    /// The loss and its derivative, for people: plain text and TeX.
    package struct Formula: Equatable, Sendable {
        package let plain: String
        package let gradient: String
        package let tex: String
    }

    /// Another name for a loss, with the options that make it mean the same.
    package struct Alias: Equatable, Sendable, ExpressibleByStringLiteral {
        package let name: String
        package let options: [String: Argument]

        package init(_ name: String, _ options: [String: Argument] = [:]) {
            self.name = name
            self.options = options
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
    /// The single options under which an input may hold a number that it may not hold otherwise.
    ///
    /// - Parameters:
    ///   - number: the number.
    ///   - input: the input.
    ///   - given: the options that were chosen.
    /// - Returns: names and values of options, each sufficient alone.
    package func options(
        accepting number: Double,
        as input: Input,
        given: [String: Argument]
    ) -> [(name: String, value: Argument)] {
        var found: [(name: String, value: Argument)] = []
        let relevant = parameters.filter { option in
            domains.contains { $0.options[option.name] != nil }
        }
        for entry in domains {
            let domain = input == .targets ? entry.targets : entry.predictions
            let changes = relevant.compactMap { option -> (name: String, value: Argument)? in
                let needed = entry.options[option.name] ?? option.defaultArgument
                let chosen = given[option.name] ?? option.defaultArgument
                guard let needed, needed != chosen else { return nil }
                return (option.name, needed)
            }
            guard domain.contains(number), changes.count == 1, let change = changes.first,
                !found.contains(where: { $0.name == change.name })
            else { continue }
            found.append(change)
        }
        return found
    }
}
