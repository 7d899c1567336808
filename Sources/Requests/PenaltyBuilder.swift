// SPDX-License-Identifier: Apache-2.0

package import LossFacts
import LossFunctions

/// Collects the fields of one penalty of a request; its name may come after its options.
package struct PenaltyBuilder: Sendable {
    private var name: String?
    private var parameters: Tensor?
    private var options: [(name: String, value: FieldValue)] = []

    package init() {}

    /// The fields that every penalty has, besides its options.
    package static let fields = ["penalty", "parameters"]

    /// The names of the penalties.
    package static let names = Catalogue.penalties.map { $0.facts.name }

    /// The fields of all penalties.
    package static let allFields = Catalogue.penalties.reduce(into: fields) { all, penalty in
        for option in penalty.facts.options where !all.contains(option.name) {
            all.append(option.name)
        }
    }

    /// Sets the name of the penalty.
    package mutating func set(name: String) { self.name = name }

    /// Sets the parameters.
    package mutating func set(parameters: Tensor) { self.parameters = parameters }

    /// Sets an option; its kind is checked once the name of the penalty is known.
    package mutating func set(option: String, _ value: FieldValue) {
        options.removeAll { $0.name == option }
        options.append((option, value))
    }

    /// Builds the penalty once every field has been set.
    package func build() throws(RequestError) -> RequestBuilder.Penalty {
        guard let name else {
            throw .missingField(
                "penalty",
                expected: "one of \(Self.names.joined(separator: ", "))"
            )
        }
        guard let found = Catalogue.penalty(named: name) else {
            throw .notAllowed(name, field: "penalty", place: [], allowed: Self.names)
        }
        let known = Self.fields + found.facts.options.map { $0.name }
        var builder = RequestBuilder(for: found)
        for (option, value) in options {
            guard let declaration = found.facts.options.first(where: { $0.name == option }) else {
                throw .unknownField(option, known: known)
            }
            try builder.set(.option(declaration), value)
        }
        guard let parameters else {
            throw .missingField("parameters", expected: "a number or an array of numbers")
        }
        builder.set(.input(0), parameters)
        return RequestBuilder.Penalty(
            computation: try builder.build(),
            footprint: 8 * parameters.values.capacity
        )
    }
}
