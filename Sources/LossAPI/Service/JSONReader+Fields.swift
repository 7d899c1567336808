// SPDX-License-Identifier: Apache-2.0

import LossFunctions
import TensorJSON

extension Tensor {
    init(_ numbers: NumberArray) {
        self.init(shape: numbers.shape, values: numbers.values)
    }
}

extension JSONReader {
    /// Reads the value of an option; throws a problem if `field` is not an option of the loss.
    mutating func readOption(
        _ field: String,
        of facts: Facts,
        known: @autoclosure () -> [String]
    ) throws -> OptionValue? {
        guard let declaration = facts.options.first(where: { $0.name == field }) else {
            throw Problem(unknownField: field, at: "", known: known())
        }
        return try readOptionValue(for: declaration)
    }

    /// Consumes a null, which means that the field is omitted; returns `false` for other values.
    mutating func readNull() throws -> Bool {
        guard try peekKind() == .null else { return false }
        try skipValue()
        return true
    }

    /// Reads the value of an option; `nil` means null.
    mutating func readOptionValue(for declaration: OptionDeclaration) throws -> OptionValue? {
        if try readNull() { return nil }
        switch declaration.kind {
        case .number, .integer: return .number(try readNumber())
        case .flag: return .flag(try readBoolean())
        case .choice: return .choice(try readString())
        case .numbers:
            let pointer = pointer
            let numbers = try readNumbers()
            switch numbers.shape.count {
            case 0: return .number(numbers.values[0])
            case 1: return .list(numbers.values)
            default:
                throw Problem(
                    .wrongKind,
                    "\(declaration.name) has shape \(numbers.shape.written), but must be "
                        + "\(declaration.expected).",
                    pointer: pointer,
                    allowed: [declaration.expected]
                )
            }
        }
    }

    /// Reads an array of output names; throws a problem for unknown names or an empty array.
    mutating func readOutputs(_ names: [(name: String, output: Outputs)]) throws -> Outputs {
        let allowed = names.map { $0.name }
        let field = pointer
        var outputs: Outputs = []
        try beginArray()
        while try nextElement() {
            let name = try readString()
            guard let known = names.first(where: { $0.name == name }) else {
                throw Problem(notAllowed: name, for: "an output", at: pointer, allowed: allowed)
            }
            outputs.insert(known.output)
        }
        guard !outputs.isEmpty else {
            throw Problem(
                .notAllowed,
                "outputs is empty: name at least one of \(allowed.joined(separator: ", ")), or "
                    + "omit the field.",
                pointer: field,
                allowed: allowed
            )
        }
        return outputs
    }
}
