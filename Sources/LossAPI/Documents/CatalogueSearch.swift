// SPDX-License-Identifier: Apache-2.0

import LossFacts
import LossFunctions

/// The entry of a list with a name or, if there is none, the nearest with advice.
struct CatalogueSearch {
    /// The entries, nearest first.
    let found: [Facts]
    /// The advice on a name that no entry has; `nil` if one has it.
    let hint: String?

    init(_ name: String, in list: CatalogueList) {
        if let entry = list.find(name) {
            (found, hint) = ([entry.facts], nil)
            return
        }
        let unknown = list.unknown
        let names = unknown.nearest(to: name).compactMap { list.find($0)?.facts }
        found = names.reduce(into: []) { distinct, facts in
            if !distinct.contains(where: { $0.name == facts.name }) { distinct.append(facts) }
        }
        hint = unknown.hint(name, elsewhere: list.elsewhere(name))
    }
}
