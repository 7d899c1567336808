// SPDX-License-Identifier: Apache-2.0

package import LossFacts
package import LossFunctions

/// A field of a request to a loss.
package enum RequestField: Equatable, Sendable {
    /// An input, by its place in the signature.
    case input(Int)
    case weights
    case mask
    case missing
    case reduction
    case normalizer
    case emptyRows
    case outputs
    case offset
    case groups
    case gradientOf
    case hessianKind
    case hessianScale
    case hessianFloor
    case step
    case convention
    case regularization
    /// An option, whose declaration would make every field long.
    indirect case option(OptionDeclaration)

    /// The kind of a field's value, which tells each format how to read it.
    package enum Kind: Equatable, Sendable {
        /// A number or an array of numbers, possibly long.
        case numbers(Elements)
        case number
        case flag
        case text
        case texts
        /// A number or a short list of numbers.
        case list
        /// A list of strings or integers, possibly long.
        case labels
        /// A list of penalties.
        case penalties
    }

    /// The elements that an array may have besides numbers.
    package enum Elements: Equatable, Sendable {
        case none
        /// Missing values.
        case missing
        /// False and true, which are 0 and 1.
        case flags
    }

    package var kind: Kind {
        switch self {
        case .input: .numbers(.missing)
        case .weights: .numbers(.none)
        case .mask: .numbers(.flags)
        case .groups: .labels
        case .normalizer, .offset, .hessianScale, .hessianFloor, .step: .number
        case .missing, .reduction, .emptyRows, .hessianKind, .convention: .text
        case .outputs, .gradientOf: .texts
        case .regularization: .penalties
        case .option(let declaration):
            switch declaration.kind {
            case .number, .integer: .number
            case .flag: .flag
            case .choice: .text
            case .numbers: .list
            }
        }
    }
}

extension RequestField {
    /// The fields that every loss has besides its inputs and options, in the order of the documents.
    package static let common: [(name: String, field: RequestField)] = [
        ("weights", .weights), ("mask", .mask), ("missing", .missing), ("reduction", .reduction),
        ("normalizer", .normalizer), ("empty_rows", .emptyRows), ("outputs", .outputs),
        ("offset", .offset), ("groups", .groups), ("gradient_of", .gradientOf),
        ("hessian_kind", .hessianKind),
        ("hessian_scale", .hessianScale), ("hessian_floor", .hessianFloor),
        ("step", .step), ("convention", .convention),
        ("regularization", .regularization),
    ]

    /// The fields of a loss or penalty, in the order of the documents: inputs, common fields, options.
    package static func all(of facts: Facts) -> [String] {
        facts.signature.inputs.map { $0.name }
            + common.filter { $0.field.applies(to: facts) }.map { $0.name }
            + facts.options.map { $0.name }
    }

    /// The fields of a loss that have a number, or an array of numbers, for each row of a table.
    package static func ofRows(of facts: Facts) -> [String] {
        all(of: facts).filter { name in
            switch named(name, of: facts)?.kind {
            case .numbers, .labels: true
            default: false
            }
        }
    }

    /// The field of a loss with a name; `nil` if it has none.
    package static func named(_ name: String, of facts: Facts) -> RequestField? {
        for index in facts.signature.inputs.indices
        where facts.signature.inputs[index].name == name {
            return .input(index)
        }
        for entry in common where entry.name == name && entry.field.applies(to: facts) {
            return entry.field
        }
        return facts.options.first { $0.name == name }.map { .option($0) }
    }

    /// Whether a loss has the field: penalties are not regularised, but have a proximal operator; only some
    /// losses have conventions or partial sums.
    private func applies(to facts: Facts) -> Bool {
        switch self {
        case .regularization: facts.family != .regularization
        case .step: facts.family == .regularization
        case .convention: !facts.conventions.isEmpty
        case .offset, .groups: facts.hasPartial
        default: true
        }
    }
}

/// The value of a field.
package enum FieldValue: Equatable, Sendable {
    case number(Double)
    case flag(Bool)
    case text(String)
    case texts([String])
    case numbers(Tensor)
    case labels(GroupLabels)
}

/// The treatment of missing values.
package enum MissingValues: String, CaseIterable, Sendable {
    /// They are refused.
    case error
    /// The losses that they belong to are skipped.
    case skip
}
