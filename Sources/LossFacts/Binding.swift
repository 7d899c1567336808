// SPDX-License-Identifier: Apache-2.0

/// The lengths that the symbols of a signature have for given input shapes.
package struct Binding: Sendable {
    /// The dimensions that `*` stands for, which are the shape of the losses.
    package private(set) var leading: [Int] = []
    /// The lengths of the named dimensions, in order of appearance.
    package private(set) var lengths: [(name: String, length: Int)] = []
    /// The form that each input has; empty if each has its first.
    private var forms: [Int] = []

    /// Binds the symbols of a signature.
    ///
    /// - Parameters:
    ///   - signature: the signature.
    ///   - inputs: the inputs, the first of which is not `nil`.
    ///   - axis: the dimension of the first input that its last symbol stands for, if that symbol is
    ///     a name; negative values count from the last.
    /// - Throws: `LossError.noAxis` if the first input does not have the axis, and
    ///   `LossError.shapes` for an input with none of the allowed shapes.
    package init(
        _ signature: Signature,
        _ inputs: [Tensor?],
        axis: Int = -1
    ) throws(LossError) {
        guard let first = signature.inputs.first, let shape = inputs.first??.shape else { return }
        var dimension: Int?
        if case .named? = first.forms[0].shape.dimensions.last {
            let place = axis < 0 ? axis + shape.count : axis
            guard shape.indices.contains(place) else {
                throw .noAxis(axis: axis, input: first.name, shape: shape)
            }
            dimension = place
        }
        // Binds "*", or "* K" with K at the axis.
        leading = shape
        if let dimension, case .named(let name)? = first.forms[0].shape.dimensions.last {
            lengths.append((name, leading.remove(at: dimension)))
        }
        for index in signature.inputs.indices.dropFirst() {
            guard let own = inputs[index]?.shape else { continue }
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
                )
            }
            if form > 0 { set(form, of: index, count: inputs.count) }
        }
    }

    /// The form that an input has; 0 if it is omitted.
    package func form(of input: Int) -> Int { forms.isEmpty ? 0 : forms[input] }

    private mutating func set(_ form: Int, of input: Int, count: Int) {
        if forms.isEmpty { forms = [Int](repeating: 0, count: count) }
        forms[input] = form
    }

    /// The length of a named dimension.
    package func length(of name: String) -> Int {
        lengths.first { $0.name == name }?.length ?? 0
    }

    /// Whether a shape matches a symbolic shape.
    private func fits(_ shape: [Int], _ symbols: SymbolicShape, axis: Int?) -> Bool {
        symbols.isLeadingOnly ? shape == leading : shape == expected(symbols, axis: axis)
    }

    /// The shape that a symbolic shape denotes.
    private func expected(_ symbols: SymbolicShape, axis: Int?) -> [Int] {
        var shape: [Int] = []
        for symbol in symbols.dimensions {
            switch symbol {
            case .any: shape += leading
            case .named(let name):
                shape.insert(length(of: name), at: min(axis ?? shape.count, shape.count))
            }
        }
        return shape
    }
}
