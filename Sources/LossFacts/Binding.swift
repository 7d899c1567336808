// SPDX-License-Identifier: Apache-2.0

/// The lengths that the symbols of a signature have for given input shapes.
package struct Binding: Sendable {
    /// The dimensions that `*` stands for, which are the shape of the losses unless segments have
    /// another.
    package private(set) var leading: [Int] = []
    /// The lengths of the named dimensions, in order of appearance.
    package private(set) var lengths: [(name: String, length: Int)] = []
    /// The form that each input has; empty if each has its first.
    private var forms: [Int] = []

    /// Binds the symbols of a signature.
    ///
    /// A name or `*` is bound by the first input in which it occurs; the others must agree.
    ///
    /// - Parameters:
    ///   - signature: the signature.
    ///   - inputs: the inputs, the first of which is not `nil`.
    ///   - axis: the dimension of the first input along which rows are, if the loss has rows; negative
    ///     values count from the last.
    /// - Throws: `LossError.noAxis` or `LossError.dimensions` if the first input does not have the
    ///   dimensions, and `LossError.shapes` for an input with none of the allowed shapes.
    package init(
        _ signature: Signature,
        _ inputs: [Tensor?],
        axis: Int = -1
    ) throws(LossError) {
        try self.init(signature, axis: axis, count: inputs.count) { inputs[$0]?.shape }
    }

    /// Binds the symbols of a signature to the shapes of inputs; `nil` for those omitted.
    package init(_ signature: Signature, shapes: [[Int]?], axis: Int = -1) throws(LossError) {
        try self.init(signature, axis: axis, count: shapes.count) { shapes[$0] }
    }

    /// Binds the symbols of a signature of sequences to inputs in which these follow each other.
    ///
    /// The dimension of their tokens has the length of the longest sequence.
    ///
    /// - Parameters:
    ///   - signature: the signature, which has a dimension of the tokens of a sequence.
    ///   - inputs: the inputs.
    ///   - sequences: the lengths of the sequences.
    /// - Throws: `LossError.dimensions`, `LossError.notInSequence` or `LossError.shapes` for lengths or an
    ///   input with another shape.
    package init(
        _ signature: Signature,
        _ inputs: [Tensor?],
        sequences: Tensor
    ) throws(LossError) {
        let dimension = signature.sequenceDimension ?? ""
        let first = signature.inputs[0].name
        let shape = inputs[0]?.shape ?? []
        let name = signature.lengths[0]
        guard sequences.shape.count == 1 else {
            throw .dimensions(input: name, shape: sequences.shape, form: "B")
        }
        guard shape.count == 1 else {
            throw .notInSequence(
                input: first,
                shape: shape,
                lengths: name,
                allowed: PartialShape([.free("N")]),
                responses: nil
            )
        }
        leading = sequences.shape
        let longest = sequences.values.reduce(0) { $0 < $1 ? $1 : $0 }
        lengths = [(dimension, min(Int(exactly: longest) ?? shape[0], shape[0]))]
        for (index, input) in signature.inputs.enumerated() {
            guard let own = inputs[index]?.shape else { continue }
            let isByToken = input.forms[0].shape.dimensions.contains(.named(dimension))
            let expected = isByToken ? shape : leading
            guard own == expected else {
                throw .shapes(
                    input: input.name,
                    shape: own,
                    reference: isByToken ? first : name,
                    referenceShape: expected,
                    allowed: [PartialShape(expected.map { .length($0) })]
                )
            }
        }
    }

    @inline(__always)
    private init(
        _ signature: Signature,
        axis: Int,
        count: Int,
        _ shapeOfInput: (_ index: Int) -> [Int]?
    ) throws(LossError) {
        guard count > 0, let shape = shapeOfInput(0) else { return }
        if signature.isElementwise,
            (0..<count).allSatisfy({ shapeOfInput($0).map { $0 == shape } ?? true })
        {
            leading = shape
            return
        }
        guard let first = signature.inputs.first else { return }
        let symbols = first.forms[0].shape
        var dimension: Int?
        if signature.unit == .row, case .named(let name)? = symbols.dimensions.last {
            let place = axis < 0 ? axis + shape.count : axis
            guard shape.indices.contains(place) else {
                throw .noAxis(axis: axis, input: first.name, shape: shape)
            }
            dimension = place
            // Binds "* K", with K at the axis.
            leading = shape
            lengths.append((name, leading.remove(at: place)))
        } else if symbols.isLeadingOnly {
            leading = shape
        } else {
            guard symbols.accepts(rank: shape.count) else {
                throw .dimensions(input: first.name, shape: shape, form: symbols)
            }
            leading = Array(shape.dropLast(symbols.namedCount))
            bind(shape, to: symbols)
        }
        for index in signature.inputs.indices.dropFirst() {
            guard let own = shapeOfInput(index) else { continue }
            let input = signature.inputs[index]
            guard
                let form = input.forms.indices.first(where: {
                    fits(own, input.forms[$0].shape, axis: dimension)
                })
            else {
                throw .shapes(
                    input: input.name,
                    shape: own,
                    reference: first.name,
                    referenceShape: shape,
                    allowed: input.forms.map { expected($0.shape, axis: dimension) }
                        + (input.mayBeBySequence && leading.count > 1
                            ? [PartialShape([.length(leading[0])])] : [])
                )
            }
            bind(own, to: input.forms[form].shape)
            if form > 0 { set(form, of: index, count: count) }
        }
    }

    /// The form that an input has; 0 if it is omitted.
    package func form(of input: Int) -> Int { forms.isEmpty ? 0 : forms[input] }

    private mutating func set(_ form: Int, of input: Int, count: Int) {
        if forms.isEmpty { forms = [Int](repeating: 0, count: count) }
        forms[input] = form
    }

    /// The length of a named dimension; 0 if it has none.
    package func length(of name: String) -> Int { boundLength(of: name) ?? 0 }

    private func boundLength(of name: String) -> Int? {
        lengths.first { $0.name == name }?.length
    }

    /// Binds the names that occur in a shape for the first time.
    private mutating func bind(_ shape: [Int], to symbols: SymbolicShape) {
        for (symbol, length) in zip(symbols.dimensions.reversed(), shape.reversed()) {
            guard case .named(let name) = symbol else { return }
            if boundLength(of: name) == nil { lengths.append((name, length)) }
        }
    }

    /// Whether a shape matches a symbolic shape.
    private func fits(_ shape: [Int], _ symbols: SymbolicShape, axis: Int?) -> Bool {
        guard !symbols.isLeadingOnly else { return shape == leading }
        let expected = expected(symbols, axis: axis).dimensions
        return expected.count == shape.count
            && zip(expected, shape).allSatisfy { symbol, length in
                if case .length(let known) = symbol { known == length } else { true }
            }
    }

    /// The shape that a symbolic shape denotes.
    private func expected(_ symbols: SymbolicShape, axis: Int?) -> PartialShape {
        var shape: [PartialShape.Dimension] = []
        for symbol in symbols.dimensions {
            switch symbol {
            case .any: shape += leading.map { .length($0) }
            case .named(let name):
                shape.insert(
                    boundLength(of: name).map { .length($0) } ?? .free(name),
                    at: min(axis ?? shape.count, shape.count)
                )
            }
        }
        return PartialShape(shape)
    }
}
