// SPDX-License-Identifier: Apache-2.0

package import LossFacts
package import LossFunctions

/// A field of a request to a loss.
package enum RequestField: Equatable, Sendable {
    /// An input, by its place in the signature, and whether it contains 0 and 1 only.
    case input(Int, containsFlags: Bool = false)
    case weights
    case mask
    case logProbability
    /// A mask of tokens, by its place in the signature.
    case tokenMask(Int)
    /// The lengths of sequences, by their place in the signature.
    case lengths(Int)
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
    package struct Elements: OptionSet, Sendable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) { self.rawValue = rawValue }

        /// Missing values.
        package static let missing = Elements(rawValue: 1)
        /// False and true, which are 0 and 1.
        package static let flags = Elements(rawValue: 2)
        package static let missingOrFlags = Elements(rawValue: 3)

        /// Whether missing values are among them.
        ///
        /// This and the next compare bits, because `contains` is not specialized for every caller.
        package var includeMissing: Bool { rawValue & 1 != 0 }
        /// Whether false and true are among them.
        package var includeFlags: Bool { rawValue & 2 != 0 }
    }

    /// Whether an array may have missing values.
    package var acceptsMissing: Bool {
        if case .numbers(let elements) = kind { elements.includeMissing } else { false }
    }

    package var kind: Kind {
        switch self {
        case .input(_, let containsFlags):
            .numbers(containsFlags ? .missingOrFlags : .missing)
        case .weights, .lengths: .numbers([])
        case .mask, .tokenMask: .numbers(.flags)
        case .groups: .labels
        case .normalizer, .offset, .hessianScale, .hessianFloor, .step: .number
        case .logProbability, .missing, .reduction, .emptyRows, .hessianKind, .convention: .text
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
        ("weights", .weights), ("mask", .mask), ("log_probability", .logProbability),
        ("missing", .missing), ("reduction", .reduction),
        ("normalizer", .normalizer), ("empty_rows", .emptyRows), ("outputs", .outputs),
        ("offset", .offset), ("groups", .groups), ("gradient_of", .gradientOf),
        ("hessian_kind", .hessianKind),
        ("hessian_scale", .hessianScale), ("hessian_floor", .hessianFloor),
        ("step", .step), ("convention", .convention),
        ("regularization", .regularization),
    ]

    /// The fields of a loss or penalty, in the order of the documents: inputs, masks of tokens, lengths,
    /// common fields, options.
    package static func all(of facts: Facts) -> [String] {
        facts.signature.inputs.map { $0.name } + facts.signature.tokenMasks
            + facts.signature.lengths
            + common.filter { $0.field.applies(to: facts) }.map { $0.name }
            + facts.options.map { $0.name }
    }

    /// The fields of a loss that have a number, or an array of numbers, for each row of a table.
    package static func ofRows(of facts: Facts) -> [String] {
        all(of: facts).filter { name in
            guard let field = named(name, of: facts) else { return false }
            return switch (field, field.kind) {
            case (.lengths, _): false
            case (_, .numbers), (_, .labels): true
            default: false
            }
        }
    }

    /// The field of a loss with a name; `nil` if it has none.
    package static func named(_ name: String, of facts: Facts) -> RequestField? {
        for index in facts.signature.inputs.indices
        where facts.signature.inputs[index].name == name {
            return .input(index, containsFlags: facts.signature.inputs[index].containsFlags)
        }
        if let index = facts.signature.tokenMasks.firstIndex(of: name) { return .tokenMask(index) }
        if let index = facts.signature.lengths.firstIndex(of: name) { return .lengths(index) }
        for entry in common where entry.name == name && entry.field.applies(to: facts) {
            return entry.field
        }
        return facts.options.first { $0.name == name }.map { .option($0) }
    }

    /// Whether a loss has the field: penalties are not regularised, but have a proximal operator; only some
    /// losses have conventions, partial sums or tokens.
    private func applies(to facts: Facts) -> Bool {
        switch self {
        case .regularization: facts.family != .regularization
        case .step: facts.family == .regularization
        case .convention: !facts.conventions.isEmpty
        case .offset, .groups: facts.hasPartial
        case .logProbability: !facts.signature.tokenMasks.isEmpty
        default: true
        }
    }

    /// Whether the arrays of a field with a name may have sequences of different lengths, in one dimension.
    package static func hasSequences(_ name: String) -> Bool { sequenceFields.contains(name) }

    private static let sequenceFields = Set(
        Catalogue.losses.map { $0.facts.signature }.filter { !$0.lengths.isEmpty }
            .flatMap { $0.inputs.map { $0.name } + $0.tokenMasks }
    )

    /// Whether the arrays of a field with a name may contain false and true in every loss that has it.
    package static func containsFlags(_ name: String) -> Bool { flagFields.contains(name) }

    private static let flagFields: Set<String> = {
        let inputs = Catalogue.losses.flatMap { $0.facts.signature.inputs }
        let flags = inputs.filter { $0.containsFlags }.map { $0.name }
        let others = inputs.filter { !$0.containsFlags }.map { $0.name }
        return Set(flags + Catalogue.losses.flatMap { $0.facts.signature.tokenMasks })
            .subtracting(others)
    }()
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
