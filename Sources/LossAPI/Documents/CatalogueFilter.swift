// SPDX-License-Identifier: Apache-2.0

import LossFacts
import LossFunctions
import Requests

/// The facts and the name by which a list of losses is filtered, as in the query.
struct CatalogueFilter {
    /// A field of the query, and the values that it may have.
    struct Field {
        let name: String
        /// Another name of the field.
        var otherName: String?
        /// The name of the schema of its values.
        let schema: String
        /// The meaning of a value.
        let meaning: String
        let description: String
        let allowed: [String]
        /// The value of an entry, which may have any of the given ones; `nil` if these are properties, all of which
        /// it must have.
        let values: (@Sendable (Facts) -> [String])?
    }

    static let fields: [Field] = [
        Field(
            name: "family",
            otherName: "task",
            schema: "family",
            meaning: "A family of losses.",
            description: "Families, separated by commas: lists the entries in any of them.",
            allowed: Facts.Family.allCases.map { $0.rawValue }
        ) { [$0.family.rawValue] },
        Field(
            name: "property",
            schema: "loss-property",
            meaning: "A property of a loss as a function of its inputs.",
            description: "Properties, separated by commas: lists the entries with all of them.",
            allowed: properties,
            values: nil
        ),
        Field(
            name: "unit",
            schema: "unit",
            meaning: "The unit for which there is one loss.",
            description:
                "Units, separated by commas: lists the entries with any of these units.",
            allowed: Signature.Unit.allNames
        ) { [$0.signature.unit.rawValue] },
        Field(
            name: "convention",
            schema: "library",
            meaning: "A library whose defaults can be chosen.",
            description:
                "Libraries, separated by commas: lists the entries with a convention of any of them.",
            allowed: Set(Catalogue.losses.flatMap { $0.facts.conventions.map { $0.name } })
                .sorted()
        ) { $0.conventions.map { $0.name } },
    ]

    /// The properties, each of which is also the name of a field that is true or false.
    static let properties = Facts.Property.allCases.map { $0.wireName }

    /// The field of the query with a name to look for.
    static let nameField = "name"

    /// The names of all fields.
    private static let names =
        fields.flatMap { [$0.name] + ($0.otherName.map { [$0] } ?? []) } + properties + [nameField]

    private var conditions: [(field: Field, values: [String])] = []
    /// The properties that an entry must have, or must not have.
    private var flags: [String: Bool] = [:]
    /// The entries with a name, or the nearest; `nil` if none is sought.
    private var search: CatalogueSearch?

    /// - Throws: A problem with an unknown or repeated field, an unknown value, or conditions that no entry meets.
    init(query: String, in list: CatalogueList) throws(Problem) {
        for (name, text) in try QueryFields(query).fields {
            if name == Self.nameField {
                search = CatalogueSearch(text, in: list)
            } else if Self.properties.contains(name) {
                try require(name, Self.flag(text, of: name))
            } else if let field = Self.fields.first(where: {
                [$0.name, $0.otherName].contains(name)
            }) {
                try add(field, text, givenAs: name)
            } else {
                throw Problem(RequestError.unknownField(name, known: Self.names), at: nil)
            }
        }
    }

    /// Adds the values of a field, separated by commas.
    private mutating func add(_ field: Field, _ text: String, givenAs name: String) throws(Problem)
    {
        guard !conditions.contains(where: { $0.field.name == field.name }) else {
            throw Problem(
                .conflictingOptions,
                "\(field.name.quoted) and \((field.otherName ?? name).quoted) are names of the same field of the "
                    + "query: give one of them."
            )
        }
        let values = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        for value in values where !field.allowed.contains(value) {
            throw Problem(
                RequestError.notAllowed(value, field: name, place: [], allowed: field.allowed),
                at: nil
            )
        }
        conditions.append((field, values))
        guard field.values == nil else { return }
        for value in values { try require(value, true) }
    }

    /// Adds the condition that entries have a property, or do not have it.
    private mutating func require(_ property: String, _ isRequired: Bool) throws(Problem) {
        guard flags[property] != !isRequired else {
            throw Problem(
                .conflictingOptions,
                "The query requires the property \(property.quoted) and excludes it: omit one of these conditions."
            )
        }
        flags[property] = isRequired
    }

    private static func flag(_ text: String, of name: String) throws(Problem) -> Bool {
        switch text {
        case "true": return true
        case "false": return false
        default:
            throw Problem(
                RequestError.notAllowed(text, field: name, place: [], allowed: ["true", "false"]),
                at: nil
            )
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
        let properties = facts.properties.map { $0.wireName }
        return flags.allSatisfy { properties.contains($0.key) == $0.value }
            && conditions.allSatisfy { field, values in
                guard let own = field.values?(facts) else { return true }
                return values.contains { own.contains($0) }
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
