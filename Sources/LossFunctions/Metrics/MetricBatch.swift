// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The inputs of a metric, whose shapes fit its signature, and the units that take part.
struct MetricBatch {
    let signature: Signature
    let inputs: [Tensor?]
    let units: MetricUnits
    /// The scale of the weights of the units that take part.
    let scale: WeightScale
    /// The number of scores in a row; 1 for elements.
    let width: Int
    /// The sums that metrics of the same inputs and units share; `nil` if there are none.
    let shared: SharedSums?
    private let binding: Binding
    private let cancellation: (any CancellationFlag)?

    /// The number of units that are read at once.
    private static let blockLength = 512

    /// Checks the shapes of inputs.
    ///
    /// - Throws: `LossError` if they do not fit the signature, or if an input of a unit is missing.
    init(
        _ facts: MetricFacts,
        _ inputs: [Tensor?],
        _ units: MetricUnits,
        _ shared: SharedSums?,
        _ cancellation: (any CancellationFlag)?
    ) throws(LossError) {
        let signature = facts.signature(of: inputs)
        let binding = try Binding(signature, inputs)
        precondition(binding.leading == units.shape, "the units are those of other inputs")
        self.signature = signature
        self.binding = binding
        self.inputs = inputs
        self.units = units
        self.shared = shared
        self.cancellation = cancellation
        width = signature.unit == .row ? binding.length(of: "K") : 1
        scale = WeightScale(units)
        guard width > 0 else { throw .empty(input: signature.inputs[0].name) }
        for (index, tensor) in inputs.enumerated() {
            guard let tensor, tensor.hasMissing else { continue }
            try checkPresence(of: tensor, input: index)
        }
    }

    /// The number of units that take part.
    var count: Int { units.count }

    /// Whether a unit is a row of scores.
    var hasRows: Bool { signature.unit == .row }

    func name(of input: Int) -> String { signature.inputs[input].name }

    func checkCancellation() throws(LossError) {
        if cancellation?.isCancelled == true { throw .cancelled }
    }

    /// The flag that ends the evaluation.
    var flag: (any CancellationFlag)? { cancellation }

    /// Passes the predictions, targets and weights of the units to `body`, block by block.
    ///
    /// The predictions of a unit are `width` numbers. The weights are empty if all are 1.
    func forEachBlock(
        _ body: (
            _ predictions: Span<Double>,
            _ targets: Span<Double>,
            _ weights: Span<Double>,
            _ first: Int
        ) throws(LossError) -> Void
    ) throws(LossError) {
        let (predictions, targets) = (inputs[0]?.values ?? [], inputs[1]?.values ?? [])
        let weights = units.weights
        let length = max(1, Self.blockLength / max(width, 1))
        var (ownPredictions, ownTargets, ownWeights): ([Double], [Double], [Double]) = ([], [], [])
        for start in stride(from: 0, to: count, by: length) {
            try checkCancellation()
            let range = start..<min(start + length, count)
            if let all = units.range {
                let own = (all.lowerBound + start)..<(all.lowerBound + range.upperBound)
                let elements = (own.lowerBound * width)..<(own.upperBound * width)
                try body(
                    predictions.span.extracting(elements),
                    targets.span.extracting(own),
                    weights.isEmpty ? weights.span : weights.span.extracting(own),
                    start
                )
                continue
            }
            ownPredictions.removeAll(keepingCapacity: true)
            ownTargets.removeAll(keepingCapacity: true)
            ownWeights.removeAll(keepingCapacity: true)
            for position in range {
                let unit = units[position]
                if width == 1 {
                    ownPredictions.append(predictions[unit])
                } else {
                    ownPredictions.append(
                        contentsOf: predictions[(unit * width)..<((unit + 1) * width)]
                    )
                }
                ownTargets.append(targets[unit])
                if !weights.isEmpty { ownWeights.append(weights[unit]) }
            }
            try body(ownPredictions.span, ownTargets.span, ownWeights.span, start)
        }
    }

    /// The shape of the units that take part, in which inputs are gathered.
    var gatheredShape: [Int] {
        count == units.shape.reduce(1, *) ? units.shape : [count]
    }

    /// The numbers of an input for the units that take part, as a tensor of one unit after another.
    func gathered(_ input: Int) -> Tensor? {
        guard let tensor = inputs[input], count < units.shape.reduce(1, *) else {
            return inputs[input]
        }
        let width = hasRows && tensor.shape.count > units.shape.count ? width : 1
        var values: [Double] = []
        values.reserveCapacity(count * width)
        if let range = units.range {
            values += tensor.values[(range.lowerBound * width)..<(range.upperBound * width)]
        } else {
            for position in 0..<count {
                let unit = units[position]
                values += tensor.values[(unit * width)..<((unit + 1) * width)]
            }
        }
        return Tensor(shape: [count] + tensor.shape.dropFirst(units.shape.count), values: values)
    }

    /// The place in an input of a column of a unit, which is given by its position among those that take
    /// part.
    func place(_ position: Int, column: Int? = nil) -> [Int] {
        Tensor.place(of: units[position], in: units.shape) + (column.map { [$0] } ?? [])
    }

    /// The error of a target that is not one of the classes.
    func notAClass(_ value: Double, at position: Int, input: Int, classes: Int) -> LossError {
        .notAClassIndex(
            input: name(of: input),
            place: place(position),
            value: value,
            classes: classes,
            ignored: nil
        )
    }

    /// Throws if targets of a block are neither 0 nor 1, which are `allowed`.
    func checkBinary(
        _ targets: Span<Double>,
        from first: Int,
        allowed: String = Domain.values([0, 1]).description
    ) throws(LossError) {
        var mismatch: UInt64 = 0
        for offset in targets.indices {
            mismatch |= (targets[offset] != 0 ? 1 : 0) & (targets[offset] != 1 ? 1 : 0)
        }
        guard mismatch != 0,
            let offset = targets.indices.first(where: { targets[$0] != 0 && targets[$0] != 1 })
        else { return }
        throw .outsideDomain(
            input: name(of: 1),
            place: place(first + offset),
            value: targets[offset],
            allowed: allowed
        )
    }

    /// The class of a number, if it is an integer from 0 to below `classes`.
    @inline(__always)
    static func classIndex(_ number: Double, of classes: Int) -> Int? {
        guard number >= 0, number < Double(classes) else { return nil }
        let index = Int(number)
        return Double(index) == number ? index : nil
    }

    private func checkPresence(of tensor: Tensor, input: Int) throws(LossError) {
        guard signature.inputs[input].isByUnit else {
            guard let offset = tensor.values.firstIndex(where: { $0.isNaN }) else { return }
            throw .missingValue(
                input: name(of: input),
                place: Tensor.place(of: offset, in: tensor.shape)
            )
        }
        let length = tensor.values.count / max(units.shape.reduce(1, *), 1)
        for position in 0..<count {
            let unit = units[position]
            for column in 0..<length where tensor.values[unit * length + column].isNaN {
                throw .missingValue(
                    input: name(of: input),
                    place: Tensor.place(of: unit * length + column, in: tensor.shape)
                )
            }
        }
    }
}

extension Input {
    /// Whether it has numbers for each unit.
    var isByUnit: Bool { forms.allSatisfy { $0.shape.hasLeading } }
}
