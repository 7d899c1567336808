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
        var given: [String: Argument] = [:]
        try reader.beginObject()
        while let field = try reader.nextKey() {
            switch field {
            case "penalty": name = try reader.readString()
            case "parameters": parameters = Tensor(try reader.readNumbers())
            default:
                guard let parameter = Self.options[field] else {
                    throw Problem(unknownField: field, at: pointer, known: Self.known(of: name))
                }
                given[field] = try reader.readArgument(for: parameter)
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
            let arguments = try Arguments(given, for: found.facts.parameters)
            penalty = try found.entry.init(arguments)
        } catch {
            throw Problem(error, at: pointer, known: Self.known(of: name))
        }
    }

    private static let names = Catalogue.penalties.map { $0.facts.name }

    /// The options of all penalties, by name.
    private static let options = Dictionary(
        Catalogue.penalties.flatMap { $0.facts.parameters }.map { ($0.name, $0) },
        uniquingKeysWith: { first, _ in first }
    )

    private static func known(of penalty: String?) -> [String] {
        let found = penalty.flatMap { Catalogue.penalty(named: $0) }
        let parameters = found?.facts.parameters.map { $0.name } ?? options.keys.sorted()
        return fields + parameters
    }
}
