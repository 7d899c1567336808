// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The classes of the units of a batch: which of them take part, and their weights.
///
/// Ranks, one-hot rows and rows of levels become indices, so that kernels know these only.
struct UnitClasses {
    /// The class index of each unit, any number if it is left out; empty if targets are distributions.
    private let indices: [Double]
    private let selection: Selection
    private let ignored: Double?
    /// The weight of each class in the mean; empty if there are none.
    private let weights: [Double]
    /// Whether the targets are classes, or may be.
    private let mayBeClasses: Bool
    /// Whether each unit has a class index.
    let hasClasses: Bool
    /// Whether every unit takes part.
    let areComplete: Bool

    /// Reads the classes of a batch.
    ///
    /// - Parameters:
    ///   - batch: the batch.
    ///   - layout: the rows of its first input; `nil` for a loss of segments.
    ///   - options: the options of the loss.
    /// - Throws: `LossError` if a target is not a valid class, or if the classes have another count than their
    ///   weights.
    init(_ batch: Batch, _ layout: RowLayout?, _ options: OptionValues) throws(LossError) {
        selection = batch.selection
        let ignoredIndex = options[RowOptions.ignoreIndex]
        ignored = ignoredIndex.map(Double.init)
        guard let classes = batch.signature.classes else {
            (indices, hasClasses, areComplete) = ([], false, selection.isComplete)
            (weights, mayBeClasses) = ([], false)
            return
        }
        let input = classes.input
        let length = layout?.length ?? batch.binding.length(of: classes.dimension)
        let count = classes.areRanks ? length + 1 : length
        if count == 1, layout != nil {
            throw .singleClass(
                input: batch.signature.inputs[0].name,
                shape: batch.input(0).shape
            )
        }
        mayBeClasses = true
        weights = options[RowOptions.classWeights] ?? []
        guard weights.isEmpty || weights.count == count else {
            throw .wrongCount(
                option: RowOptions.classWeights.declaration.name,
                count: weights.count,
                expected: count
            )
        }
        switch (batch.domain(input), layout) {
        case (.classIndices, _), (.ranks, _): indices = batch.values(input)
        case (.oneHot, let layout?): indices = try Self.ones(in: batch, input, layout)
        case (.levels, let layout?): indices = try Self.ranks(in: batch, input, layout)
        default:
            (indices, hasClasses, areComplete) = ([], false, selection.isComplete)
            return
        }
        hasClasses = true
        let known = 0..<Double(count)
        var ignoresSome = false
        for unit in indices.indices where !selection.isLeftOut(unit) {
            let index = indices[unit]
            if index == ignored {
                ignoresSome = true
                continue
            }
            guard known.contains(index), index == Double(Int(index)) else {
                throw .notAClassIndex(
                    input: batch.signature.inputs[input].name,
                    place: Tensor.place(of: unit, in: batch.lossShape),
                    value: index,
                    classes: count,
                    ignored: ignoredIndex
                )
            }
        }
        areComplete = selection.isComplete && !ignoresSome
    }

    /// Whether a unit takes no part: it is left out, or its class is ignored.
    func isIgnored(_ unit: Int) -> Bool {
        selection.isLeftOut(unit) || hasClasses && indices[unit] == ignored
    }

    /// The class indices of some units; empty if they have none.
    func indices(of units: Range<Int>) -> ArraySlice<Double> {
        hasClasses ? indices[units] : []
    }

    /// The class index of a unit; -1 if it has none.
    func index(of unit: Int) -> Double { hasClasses ? indices[unit] : -1 }

    /// The weights of the targets of a batch in the denominator of a mean, one for each unit, 0 if its class
    /// is ignored; `nil` means 1 each.
    func targetWeights(of batch: Batch, _ layout: RowLayout?) throws(LossError) -> [Double]? {
        guard mayBeClasses, !weights.isEmpty || ignored != nil else { return nil }
        try batch.checkDomains()
        let targets = hasClasses ? [] : batch.values(1)
        var weight = ExactSum()
        return (0..<batch.unitCount).map { unit in
            guard !isIgnored(unit) else { return 0 }
            guard !weights.isEmpty else { return 1 }
            if hasClasses { return weights[Int(indices[unit])] }
            guard let layout else { return 1 }
            weight.reset()
            for column in weights.indices {
                weight.add(weights[column], times: targets[layout.offset(unit, column)])
            }
            weight.normalize()
            return weight.value
        }
    }

    /// The places of the ones of one-hot rows.
    ///
    /// - Throws: `LossError` if a row has several ones, or none.
    private static func ones(
        in batch: Batch,
        _ input: Int,
        _ layout: RowLayout
    ) throws(LossError) -> [Double] {
        try indices(in: batch, input, layout) { (row, values) throws(LossError) in
            let places = (0..<layout.length).filter { values[layout.offset(row, $0)] == 1 }
            guard places.count == 1 else {
                throw .notOneHot(
                    input: batch.signature.inputs[input].name,
                    row: Tensor.place(of: row, in: batch.lossShape),
                    axis: batch.axis < 0 ? batch.axis + layout.shape.count : batch.axis,
                    ones: places.count
                )
            }
            return places[0]
        }
    }

    /// The numbers of ones of rows of levels.
    ///
    /// - Throws: `LossError` if a 1 follows a 0.
    private static func ranks(
        in batch: Batch,
        _ input: Int,
        _ layout: RowLayout
    ) throws(LossError) -> [Double] {
        try indices(in: batch, input, layout) { (row, values) throws(LossError) in
            var rank = 0
            for column in 0..<layout.length where values[layout.offset(row, column)] == 1 {
                guard column == rank else {
                    throw .notALevel(
                        input: batch.signature.inputs[input].name,
                        place: Tensor.place(of: layout.offset(row, column), in: layout.shape)
                    )
                }
                rank += 1
            }
            return rank
        }
    }

    /// The indices of rows of flags, each computed by a function; 0 for those that take no part.
    private static func indices(
        in batch: Batch,
        _ input: Int,
        _ layout: RowLayout,
        _ index: (_ row: Int, _ values: [Double]) throws(LossError) -> Int
    ) throws(LossError) -> [Double] {
        try checkFlags(of: batch, input)
        let values = batch.values(input)
        var indices = [Double](repeating: 0, count: layout.count)
        for row in indices.indices where !batch.selection.isLeftOut(row) {
            indices[row] = Double(try index(row, values))
        }
        return indices
    }

    /// Throws if an input of a unit that takes part has a number that is neither 0 nor 1.
    private static func checkFlags(of batch: Batch, _ input: Int) throws(LossError) {
        guard !batch.contains(batch.input(input).values.span, input: input) else { return }
        // The whole batch is searched for its first error.
        try batch.checkDomains()
    }
}
