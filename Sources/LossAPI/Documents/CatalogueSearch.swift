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
        let elsewhere = list.elsewhere(name)
        let names = elsewhere == nil ? list.unknown.candidates(for: name) : []
        found = names.compactMap { list.find($0)?.facts }.reduce(into: []) { distinct, facts in
            if !distinct.contains(where: { $0.name == facts.name }) { distinct.append(facts) }
        }
        hint = list.unknown.hint(name, elsewhere: elsewhere)
    }
}
