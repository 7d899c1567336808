// SPDX-License-Identifier: Apache-2.0

/// The list of all losses and penalties.
///
/// To add one, write its file and add a line here.
package enum Catalogue {
    package static let losses: [any Loss.Type] = [
        SquaredError.self,
        AbsoluteError.self,
        Huber.self,
        BinaryCrossEntropy.self,
        Hinge.self,
        SquaredHinge.self,
        CategoricalCrossEntropy.self,
        KullbackLeiblerDivergence.self,
    ]

    package static let penalties: [any Penalty.Type] = [
        L1.self,
        L2.self,
        ElasticNet.self,
    ]

    /// A loss or penalty found by name, with the options that the name implies.
    package final class Found<Entry: Sendable>: Sendable {
        package let entry: Entry
        package let facts: Facts
        package let presets: [String: OptionValue]

        fileprivate init(entry: Entry, facts: Facts, presets: [String: OptionValue]) {
            self.entry = entry
            self.facts = facts
            self.presets = presets
        }
    }

    /// The loss with a name or alias; case, hyphens, underscores, colons and spaces are ignored.
    package static func loss(named name: String) -> Found<any Loss.Type>? {
        find(name, in: lossIndex)
    }

    /// The penalty with a name or alias; case, hyphens, underscores, colons and spaces are ignored.
    package static func penalty(named name: String) -> Found<any Penalty.Type>? {
        find(name, in: penaltyIndex)
    }

    private typealias Index<Entry: Sendable> = (
        exact: [String: Found<Entry>], folded: [String: Found<Entry>]
    )

    private static let lossIndex = index(losses) { $0.facts }
    private static let penaltyIndex = index(penalties) { $0.facts }

    private static func index<Entry>(_ entries: [Entry], _ facts: (Entry) -> Facts) -> Index<Entry>
    {
        var index: Index<Entry> = ([:], [:])
        for entry in entries {
            let facts = facts(entry)
            let found = Found(entry: entry, facts: facts, presets: [:])
            index.exact[facts.name] = found
            index.folded[facts.name.foldedName] = found
            for alias in facts.aliases {
                index.folded[alias.name.foldedName] = Found(
                    entry: entry,
                    facts: facts,
                    presets: alias.options
                )
            }
        }
        return index
    }

    private static func find<Entry>(_ name: String, in index: Index<Entry>) -> Found<Entry>? {
        if let found = index.exact[name] { return found }
        return name.utf8.count <= maximumNameLength ? index.folded[name.foldedName] : nil
    }

    /// The maximum length of a name in bytes, in any spelling.
    private static let maximumNameLength = 256
}

extension String {
    /// The name without the differences that do not matter: case, hyphens, underscores, colons and
    /// spaces.
    var foldedName: String { lowercased().filter { !"-_: ".contains($0) } }
}
