// SPDX-License-Identifier: Apache-2.0

import LossFunctions
import TensorJSON

/// A penalty in the `regularization` field of a request.
struct RegularizationTerm {
    let penalty: any Penalty
    let parameters: Tensor
    /// The JSON Pointer to it in the request.
    let pointer: String

    /// An estimate of its memory in bytes, without its parameters; its result takes about as much.
    static let ownBytes = 256

    /// Its memory in bytes.
    var footprint: Int { Self.ownBytes + 8 * parameters.values.capacity }

    static let fields = ["penalty", "parameters"]

    /// Reads one object, whose options are checked once the name of the penalty is known.
    init(_ reader: inout JSONReader) throws {
        try reader.takeMemory(Self.ownBytes)
        pointer = reader.pointer
        var name: String?
        var parameters: Tensor?
        var given: [String: OptionValue] = [:]
        try reader.beginObject()
        while let field = try reader.nextKey() {
            switch field {
            case "penalty": name = try reader.readString()
            case "parameters": parameters = Tensor(try reader.readNumbers())
            default:
                guard let declaration = Self.options[field] else {
                    throw Problem(unknownField: field, at: pointer, known: Self.known(of: name))
                }
                given[field] = try reader.readOptionValue(for: declaration)
            }
        }
        guard let name else {
            throw Problem(
                missingField: "penalty",
                at: pointer,
                "one of \(Self.names.joined(separator: ", "))"
            )
        }
        guard let found = Catalogue.penalty(named: name) else {
            throw Problem(
                notAllowed: name,
                for: "penalty",
                at: pointer + "/penalty",
                allowed: Self.names
            )
        }
        guard let parameters else {
            throw Problem(
                missingField: "parameters",
                at: pointer,
                "a number or an array of numbers"
            )
        }
        self.parameters = parameters
        do {
            let options = try OptionValues(given, for: found.facts.options)
            penalty = try found.entry.init(options)
        } catch {
            throw Problem(error, at: pointer, known: Self.known(of: name))
        }
    }

    private static let names = Catalogue.penalties.map { $0.facts.name }

    /// The options of all penalties, by name.
    private static let options = Dictionary(
        Catalogue.penalties.flatMap { $0.facts.options }.map { ($0.name, $0) },
        uniquingKeysWith: { first, _ in first }
    )

    private static func known(of penalty: String?) -> [String] {
        let found = penalty.flatMap { Catalogue.penalty(named: $0) }
        let names = found?.facts.options.map { $0.name } ?? options.keys.sorted()
        return fields + names
    }
}
