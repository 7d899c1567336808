// SPDX-License-Identifier: Apache-2.0

package import LossFacts
package import LossFunctions

/// Named numbers that several losses and metrics share.
package struct DataSet: Sendable {
    /// The inputs by their names, in the order in which they were given.
    package private(set) var inputs: [(name: String, tensor: Tensor)] = []
    package var weights: Tensor?
    package var mask: Tensor?
    package var skipsMissing = false
    package var groups: GroupLabels?
    /// The names of the inputs that are those of another model.
    private(set) var replaced: [String] = []

    package init() {}

    /// Sets the numbers of an input.
    package mutating func set(_ name: String, _ tensor: Tensor) { inputs.append((name, tensor)) }

    /// Replaces the numbers of an input.
    mutating func replace(_ name: String, _ tensor: Tensor) {
        for index in inputs.indices where inputs[index].name == name {
            inputs[index].tensor = tensor
        }
    }

    package func input(named name: String) -> Tensor? {
        inputs.first { $0.name == name }?.tensor
    }

    /// The data set with other numbers for some inputs.
    func replacing(_ others: [(name: String, tensor: Tensor)]) -> DataSet {
        var set = self
        set.replaced = others.map { $0.name }
        for index in set.inputs.indices {
            if let other = others.first(where: { $0.name == set.inputs[index].name }) {
                set.inputs[index].tensor = other.tensor
            }
        }
        return set
    }

    /// The memory in use, in bytes.
    package var footprint: Int {
        inputs.reduce(0) { $0 + 8 * $1.tensor.values.capacity }
            + 8 * ((weights?.values.capacity ?? 0) + (mask?.values.capacity ?? 0))
            + (groups?.footprint ?? 0)
    }
}

extension DataSet {
    /// The inputs that a loss or penalty reads, and the masks of tokens.
    static func names(of signature: Signature) -> [String] {
        signature.inputs.map { $0.name } + signature.tokenMasks
    }

    /// Checks that every input is read.
    ///
    /// - Parameter read: the inputs that losses, metrics or penalties read.
    /// - Throws: `DataSetError` with the first input that is not read.
    func checkUse(_ read: [String]) throws(DataSetError) {
        if let unused = inputs.first(where: { !read.contains($0.name) }) {
            throw .unused(input: "inputs/" + unused.name, known: Set(read).sorted())
        }
    }
}

/// A loss, or a metric, of a data set, whose fields are checked once its name is known.
package struct Term: Sendable {
    /// The label of the result; `nil` means the name.
    package var label: String?
    /// The name of the loss or metric, or one of its aliases.
    package var name: String
    /// The inputs of the data set by those of the loss whose names differ.
    package var inputs: [String: String] = [:]
    package var fields: [(name: String, value: FieldValue)] = []
    /// The factor of the term in an objective.
    package var coefficient = 1.0

    package init(name: String = "") { self.name = name }

    /// The name of the result.
    var resultName: String { label ?? name }

    /// The input of the data set for an input of the loss.
    package func source(of input: String) -> String { inputs[input] ?? input }

    /// The memory in use, in bytes.
    package var footprint: Int {
        fields.reduce(512) { total, field in
            guard case .numbers(let tensor) = field.value else { return total + 64 }
            return total + 64 + 8 * tensor.values.capacity
        }
    }
}

/// The reason that a data set is not evaluated.
package enum DataSetError: Error, Sendable {
    /// A field of the request itself.
    case request(RequestError)
    /// A term refuses its options, or inputs, some of which were replaced.
    case term(TermPlace, RequestError, replaced: [String])
    /// A loss or metric that is not known.
    case unknown(list: String, place: Int, name: String)
    /// No loss or metric reads an input.
    case unused(input: String, known: [String])
    /// The sum of the terms in a list, times their coefficients, is too large for a double.
    case tooLarge(list: String)
}

/// A term, and its place in a list of the request, such as `losses`.
package struct TermPlace: Sendable {
    package let list: String
    package let index: Int
    package let term: Term
    /// The names of the inputs of the loss or metric.
    package let inputs: [String]

    /// The fields that every term of the list has, besides the options of its loss or metric.
    package var commonFields: [String] {
        switch list {
        case "metrics": ["metric", "name", "inputs"]
        case "terms": ["loss", "name", "inputs", "coefficient"]
        case "penalties": ["penalty", "name", "inputs", "parameters", "coefficient"]
        default: ["loss", "name", "inputs"]
        }
    }

    /// The error of the term with a data set, some of whose inputs may be replaced.
    func error(_ error: RequestError, of data: DataSet? = nil) -> DataSetError {
        .term(self, error, replaced: data?.replaced ?? [])
    }
}

extension Term {
    /// Whether some loss, metric or penalty has a field of the name in a term.
    package static func mayHave(_ name: String) -> Bool { allFields.contains(name) }

    private static let allFields = Set(
        (Catalogue.losses + Catalogue.penalties).flatMap { $0.facts.options.map { $0.name } }
            + MetricCatalogue.metrics.flatMap { $0.facts.options.map { $0.name } }
            + RequestField.common.filter { $0.field.mayBeInTerm }.map { $0.name }
    )

    /// Throws if the name that a term gives to its result is that of another term, of the same list or not.
    ///
    /// - Parameter lists: the lists with their names.
    /// - Throws: `DataSetError` with the place of the term.
    static func checkNames(of lists: (name: String, terms: [Term])...) throws(DataSetError) {
        var places: [String: TermPlace] = [:]
        for (list, terms) in lists {
            for (index, term) in terms.enumerated() {
                let place = TermPlace(list: list, index: index, term: term, inputs: [])
                guard let first = places.updateValue(place, forKey: term.resultName) else {
                    continue
                }
                // Terms without labels are told apart by their places.
                let labelled = term.label == nil ? first : place
                guard labelled.term.label != nil else { continue }
                throw labelled.error(
                    .conflict(field: "name", reason: .sameName(term.resultName))
                )
            }
        }
    }

    /// The builder of a request to the loss of the term with the inputs of a data set.
    ///
    /// - Parameters:
    ///   - found: the loss.
    ///   - data: the data set.
    ///   - outputs: the outputs to compute.
    ///   - limits: the limits of the computation.
    /// - Returns: the builder with the inputs and options of the term.
    /// - Throws: `RequestError` if the loss does not have a field, or if a value is not allowed.
    func builder(
        for found: Catalogue.Found,
        of data: DataSet,
        _ outputs: Outputs,
        _ limits: ComputationLimits
    ) throws(RequestError) -> RequestBuilder {
        let signature = found.facts.signature
        let names = DataSet.names(of: signature) + signature.lengths
        if let name = inputs.keys.sorted().first(where: { !names.contains($0) }) {
            throw .unknownMember(name, of: "inputs", known: names)
        }
        var builder = RequestBuilder(for: found, limits: limits, outputs: outputs)
        for (index, input) in signature.inputs.enumerated() {
            guard let tensor = data.input(named: source(of: input.name)) else { continue }
            builder.set(.input(index), tensor)
        }
        for (index, name) in signature.tokenMasks.enumerated() {
            guard let tensor = data.input(named: source(of: name)) else { continue }
            builder.set(.tokenMask(index), tensor)
        }
        for (index, name) in signature.lengths.enumerated() {
            guard let tensor = data.input(named: source(of: name)) else { continue }
            guard !tensor.hasMissing else {
                throw .wrongKind(name, expected: "a list of integers without null")
            }
            builder.set(.lengths(index), tensor)
        }
        for (name, value) in fields {
            guard RequestField.named(name, of: found.facts)?.mayBeInTerm == true else {
                let known = RequestField.all(of: found.facts)
                    .filter { RequestField.named($0, of: found.facts)?.mayBeInTerm == true }
                throw .unknownField(name, known: known)
            }
            try builder.set(named: name, value)
        }
        if let weights = data.weights { builder.set(.weights, weights) }
        if let mask = data.mask { builder.set(.mask, mask) }
        if data.skipsMissing { try builder.set(.missing, .text(MissingValues.skip.rawValue)) }
        return builder
    }
}

extension RequestBuilder {
    /// Sets a field by its name to a value whose kind has not been checked.
    ///
    /// - Throws: `RequestError` if there is no such field, or if it has another kind of value.
    package mutating func set(named name: String, _ value: FieldValue) throws(RequestError) {
        let field = try field(name)
        switch (field.kind, value) {
        case (.number, .number), (.flag, .flag), (.text, .text), (.texts, .texts),
            (.numbers, .numbers), (.labels, .labels), (.list, .number), (.list, .numbers):
            try set(field, value)
        case (.number, .numbers(let tensor)) where tensor.shape.isEmpty && !tensor.hasMissing:
            try set(field, .number(tensor.values[0]))
        case (.labels, .numbers): try set(field, value)
        default: throw .wrongKind(name, expected: field.kind.phrase)
        }
    }
}

extension RequestField {
    /// Whether each loss of a data set has the field: inputs, weights and masks are those of all.
    fileprivate var mayBeInTerm: Bool {
        switch self {
        case .option, .logProbability, .reduction, .normalizer, .emptyRows, .convention: true
        default: false
        }
    }
}

extension RequestField.Kind {
    /// A description of the values, as a noun phrase.
    fileprivate var phrase: String {
        switch self {
        case .numbers: "a number or an array of numbers"
        case .number: "a number"
        case .flag: "true or false"
        case .text: "a string"
        case .texts: "a list of strings"
        case .list: "a number or a list of numbers"
        case .labels: "a list of strings or integers"
        case .penalties: "a list of penalties"
        }
    }
}

extension [String] {
    /// The strings, each at its first place only.
    var uniqued: [String] {
        var known: Set<String> = []
        return filter { known.insert($0).inserted }
    }
}
