// SPDX-License-Identifier: Apache-2.0

import LossFacts
import LossFunctions
import Requests

/// The facts and the name by which a list of losses is filtered, as in the query.
struct CatalogueFilter {
    /// A field of the query, and the values that it may have.
    struct Field {
        let name: String
        /// The name of the schema of its values.
        let schema: String
        /// The meaning of a value.
        let meaning: String
        let description: String
        let allowed: [String]
        /// Whether a loss must have all of the given values rather than any of them.
        let needsAll: Bool
        /// The values of a loss.
        let values: @Sendable (Facts) -> [String]
    }

    static let fields: [Field] = [
        Field(
            name: "family",
            schema: "family",
            meaning: "A family of losses.",
            description: "Families, separated by commas: lists the entries in any of them.",
            allowed: Facts.Family.allCases.map { $0.rawValue },
            needsAll: false
        ) { [$0.family.rawValue] },
        Field(
            name: "property",
            schema: "loss-property",
            meaning: "A property of a loss as a function of its inputs.",
            description: "Properties, separated by commas: lists the entries with all of them.",
            allowed: Facts.Property.allCases.map { $0.wireName },
            needsAll: true
        ) { $0.properties.map { $0.wireName } },
        Field(
            name: "unit",
            schema: "unit",
            meaning: "The unit for which there is one loss.",
            description:
                "Units, separated by commas: lists the entries with any of these units.",
            allowed: Signature.Unit.allNames,
            needsAll: false
        ) { [$0.signature.unit.rawValue] },
        Field(
            name: "convention",
            schema: "library",
            meaning: "A library whose defaults can be chosen.",
            description:
                "Libraries, separated by commas: lists the entries with a convention of any of them.",
            allowed: Set(Catalogue.losses.flatMap { $0.facts.conventions.map { $0.name } })
                .sorted(),
            needsAll: false
        ) { $0.conventions.map { $0.name } },
    ]

    /// The field of the query with a name to look for.
    static let nameField = "name"

    private var conditions: [(field: Field, values: [String])] = []
    /// The entries with a name, or the nearest; `nil` if none is sought.
    private var search: CatalogueSearch?

    /// - Throws: A problem with an unknown or repeated field, or an unknown value.
    init(query: String, in list: CatalogueList) throws(Problem) {
        for (name, text) in try QueryFields(query).fields {
            guard name != Self.nameField else {
                search = CatalogueSearch(text, in: list)
                continue
            }
            guard let field = Self.fields.first(where: { $0.name == name }) else {
                let known = Self.fields.map { $0.name } + [Self.nameField]
                throw Problem(RequestError.unknownField(name, known: known), at: nil)
            }
            let values = text.split(separator: ",", omittingEmptySubsequences: false)
                .map(String.init)
            for value in values where !field.allowed.contains(value) {
                throw Problem(
                    RequestError.notAllowed(value, field: name, place: [], allowed: field.allowed),
                    at: nil
                )
            }
            conditions.append((field, values))
        }
    }

    /// The advice on a name that no entry has.
    var hint: String? { search?.hint }

    /// The entries that the filter accepts, in the order of the list; those with similar names, nearest
    /// first.
    func entries(of list: CatalogueList) -> [Facts] {
        let facts = search?.found ?? list.entries.map { $0.facts }
        return facts.filter { accepts($0) }
    }

    private func accepts(_ facts: Facts) -> Bool {
        conditions.allSatisfy { field, values in
            let own = field.values(facts)
            return field.needsAll
                ? values.allSatisfy { own.contains($0) } : values.contains { own.contains($0) }
        }
    }
}

extension Facts.Property {
    /// The name in the catalogue.
    var wireName: String { rawValue.lowercased().replacing(" ", with: "_") }
}

extension Signature.Unit {
    /// The names of the units of all losses.
    static let allNames = CatalogueList.allCases.flatMap { $0.entries }
        .map { $0.facts.signature.unit.rawValue }
        .reduce(into: [String]()) { names, name in
            if !names.contains(name) { names.append(name) }
        }
}
