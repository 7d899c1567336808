// SPDX-License-Identifier: Apache-2.0

/// The metadata of a loss or penalty, from which the catalogue is generated.
///
/// A class, so that requests share one instance per loss.
package final class Facts: Sendable {
    /// The family of a loss; its name on the wire is the value of `task`.
    package enum Family: String, Sendable, CaseIterable {
        case regression
        case binary
        case multiclass
        case distribution
        case regularization
    }

    /// A property of the loss as a function of its predictions, as in convex analysis and statistics.
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
    package let domains: [Domains]
    /// The points without a derivative, and the value returned there.
    package let kinks: [String]
    package let properties: [Property]
    /// The differences from losses of the same name in other libraries.
    package let notes: [String]
    package let references: [String]

    init(
        name: String,
        aliases: [Alias],
        family: Family,
        summary: String,
        formula: Formula,
        options: [OptionDeclaration],
        domains: [Domains],
        kinks: [String],
        properties: [Property],
        notes: [String],
        references: [String]
    ) {
        self.name = name
        self.aliases = aliases
        self.family = family
        self.summary = summary
        self.formula = formula
        self.options = options
        self.domains = domains
        self.kinks = kinks
        self.properties = properties
        self.notes = notes
        self.references = references
    }

    /// The formula of the loss and of its derivative, as plain text and TeX.
    package struct Formula: Equatable, Sendable {
        package let plain: String
        package let gradient: String
        package let tex: String
    }

    /// Another name of a loss, with the options that it implies.
    package struct Alias: Equatable, Sendable, ExpressibleByStringLiteral {
        package let name: String
        package let options: [String: OptionValue]

        package init(_ name: String, _ options: [String: OptionValue] = [:]) {
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
    /// The single options under which an input may contain a number that it may not contain
    /// otherwise.
    ///
    /// - Parameters:
    ///   - number: the number.
    ///   - input: predictions or targets.
    ///   - given: the chosen options.
    /// - Returns: names and values of options, each of which is sufficient by itself.
    package func options(
        accepting number: Double,
        as input: InputName,
        given: [String: OptionValue]
    ) -> [(name: String, value: OptionValue)] {
        guard input == .predictions || input == .targets else { return [] }
        var found: [(name: String, value: OptionValue)] = []
        let relevant = options.filter { option in
            domains.contains { $0.options[option.name] != nil }
        }
        for entry in domains {
            let domain = input == .targets ? entry.targets : entry.predictions
            let changes = relevant.compactMap { option -> (name: String, value: OptionValue)? in
                let needed = entry.options[option.name] ?? option.defaultOptionValue
                let chosen = given[option.name] ?? option.defaultOptionValue
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
