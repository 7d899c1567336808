// SPDX-License-Identifier: Apache-2.0

import ArrayKernels
import ArrayMath
package import LossFacts

/// The list of all losses and penalties.
///
/// `PointwiseLosses` lists those with one value per element, `RowLosses` those with one per row,
/// `SegmentLosses` those with one per segment or per batch.
package enum Catalogue {
    /// The losses, in the order of the documents.
    package static let losses = entries.filter { $0.facts.family != .regularization }

    /// The penalties, which are losses of the parameters of a model.
    package static let penalties = entries.filter { $0.facts.family == .regularization }

    private static let entries: [Entry] =
        PointwiseLosses.facts.enumerated().map { index, facts in
            Entry(facts: facts) { functions, options throws(LossError) in
                ElementLoss(try functions.pointwiseLoss(index, options), options)
            }
        }
        + RowLosses.facts.enumerated().map { index, facts in
            Entry(facts: facts) { functions, options throws(LossError) in
                RowLoss(try functions.rowLoss(index, options), options)
            }
        }
        + SegmentLosses.facts.enumerated().map { index, facts in
            Entry(facts: facts) { functions, options throws(LossError) in
                SegmentLoss(try functions.segmentLoss(index, options), options)
            }
        }

    /// A loss whose options have not been set.
    package final class Entry: Sendable {
        fileprivate typealias Maker =
            @Sendable (
                _ functions: any ArrayFunctions.Type,
                _ options: OptionValues
            ) throws(LossError) -> any LossEvaluator

        package let facts: Facts
        private let makeEvaluator: Maker
        /// The loss with every option at its default, for each available instruction set; `nil` if an
        /// option has no default.
        private let plain: [Loss?]

        fileprivate init(facts: Facts, _ makeEvaluator: @escaping Maker) {
            self.facts = facts
            self.makeEvaluator = makeEvaluator
            plain = InstructionSet.available.map { instructionSet in
                let functions = instructionSet.functions
                return (try? makeEvaluator(functions, .none)).map {
                    Loss(facts, .none, functions, $0, isShared: true)
                }
            }
        }

        /// The loss with options that are within their ranges.
        package func loss(_ options: OptionValues) throws(LossError) -> Loss {
            let instructionSet = InstructionSet.current
            if options.areEmpty, let loss = plain[instructionSet.place] { return loss }
            let functions = instructionSet.functions
            return Loss(facts, options, functions, try makeEvaluator(functions, options))
        }
    }

    /// A loss found by name, with the options that the name implies.
    package final class Found: Sendable {
        package let entry: Entry
        package let facts: Facts
        package let presets: [String: OptionValue]
        /// The convention that the name implies.
        package let convention: Convention?
        /// See ``Facts/Alias/elsewhere``.
        package let elsewhere: [String: String]

        fileprivate init(_ entry: Entry, _ alias: Facts.Alias? = nil) {
            self.entry = entry
            facts = entry.facts
            presets = alias?.options ?? [:]
            convention = entry.facts.conventions.first { $0.name == alias?.convention }
            elsewhere = alias?.elsewhere ?? [:]
        }
    }

    /// The loss with a name or alias; case, hyphens, underscores, colons and spaces are ignored.
    package static func loss(named name: String) -> Found? {
        find(name, in: lossIndex)
    }

    /// The penalty with a name or alias; case, hyphens, underscores, colons and spaces are ignored.
    package static func penalty(named name: String) -> Found? {
        find(name, in: penaltyIndex)
    }

    private typealias Index = (exact: [String: Found], folded: [String: Found])

    private static let lossIndex = index(losses)
    private static let penaltyIndex = index(penalties)

    private static func index(_ entries: [Entry]) -> Index {
        var index: Index = ([:], [:])
        for entry in entries {
            let facts = entry.facts
            let found = Found(entry)
            index.exact[facts.name] = found
            index.folded[facts.name.foldedName] = found
            for alias in facts.aliases {
                index.folded[alias.name.foldedName] = Found(entry, alias)
            }
        }
        return index
    }

    private static func find(_ name: String, in index: Index) -> Found? {
        if let found = index.exact[name] { return found }
        return name.utf8.count <= maximumNameLength ? index.folded[name.foldedName] : nil
    }

    /// The maximum length of a name in bytes, in any spelling.
    private static let maximumNameLength = 256
}

extension String {
    /// The name without distinctions that do not matter: case, hyphens, underscores, colons and
    /// spaces.
    var foldedName: String { lowercased().filter { !"-_: ".contains($0) } }
}
