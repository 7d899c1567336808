// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The units of a batch that take part: those that are neither masked nor skipped.
struct Selection {
    /// Whether each unit is left out; empty if all take part.
    private(set) var leftOut: [Bool] = []
    /// The number of units skipped for a missing input.
    private(set) var skipped = 0
    /// The number of units that take part.
    private(set) var count: Int

    /// Applies the mask and the policy for missing values of a request.
    ///
    /// - Throws: `LossError` if the mask does not match the losses, or if an input of a unit that takes
    ///   part is missing and is not to be skipped.
    init(
        _ request: borrowing LossRequest,
        _ signature: Signature,
        _ binding: Binding,
        _ segments: Segments?,
        axis: Int
    ) throws(LossError) {
        let lossShape = segments?.lossShape ?? binding.leading
        let total = lossShape.reduce(1, *)
        count = total
        if let mask = request.mask { try apply(mask, lossShape: lossShape) }
        guard request.hasMissingNumbers else { return }
        for index in request.inputs.indices {
            guard let tensor = request.inputs[index], tensor.hasMissing else { continue }
            let input = signature.inputs[index]
            let shape = input.forms[binding.form(of: index)].shape
            for offset in 0..<tensor.count where tensor.number(at: offset).isNaN {
                let unit =
                    segments?.unit(of: offset, input: index)
                    ?? Self.unit(of: offset, shape: tensor.shape, shape, axis: axis)
                guard !isLeftOut(unit) else { continue }
                guard request.skipsMissing else {
                    throw .missingValue(
                        input: input.name,
                        place: Tensor.place(of: offset, in: tensor.shape)
                    )
                }
                leaveOut(unit, of: total)
                skipped += 1
            }
        }
    }

    /// Whether all units take part.
    var isComplete: Bool { leftOut.isEmpty }

    func isLeftOut(_ unit: Int) -> Bool { !leftOut.isEmpty && leftOut[unit] }

    /// Whether some units of a range are left out.
    func leavesOut(someOf range: Range<Int>) -> Bool {
        !leftOut.isEmpty && leftOut[range].contains(true)
    }

    /// Replaces the numbers of the units of a range that are left out.
    ///
    /// Which are left out is hard to predict, so nothing branches on it.
    func replaceLeftOut(
        in numbers: inout MutableSpan<Double>,
        _ range: Range<Int>,
        with filler: Double
    ) {
        let (own, other) = (leftOut.span.extracting(range), filler.bitPattern)
        for offset in own.indices {
            let kept: UInt64 = own[offset] ? 0 : ~0
            let bits = numbers[offset].bitPattern
            numbers[offset] = Double(bitPattern: other ^ (bits ^ other) & kept)
        }
    }

    /// The number of units of a range that take part.
    func count(in range: Range<Int>) -> Int {
        isComplete ? range.count : leftOut[range].count { !$0 }
    }

    /// The number of items with at least one included unit.
    func itemCount(of items: Items) -> Int {
        guard !isComplete else { return items.filledCount }
        return (0..<items.count).count { leftOut[items.range($0)].contains(false) }
    }

    /// The unit to which an element of an input belongs.
    static func unit(of offset: Int, shape: [Int], _ symbols: SymbolicShape, axis: Int) -> Int {
        guard case .named? = symbols.dimensions.last, !shape.isEmpty else { return offset }
        let dimension = axis < 0 ? axis + shape.count : axis
        let step = shape[(dimension + 1)...].reduce(1, *)
        return offset / (step * shape[dimension]) * step + offset % step
    }

    /// Throws if a number of a mask is not 0 or 1.
    static func checkValues(of mask: Tensor) throws(LossError) {
        guard let offset = mask.values.firstIndex(where: { $0 != 0 && $0 != 1 }) else { return }
        throw .outsideDomain(
            input: "mask",
            place: Tensor.place(of: offset, in: mask.shape),
            value: mask.values[offset],
            allowed: "0 or 1"
        )
    }

    private mutating func apply(_ mask: Tensor, lossShape: [Int]) throws(LossError) {
        guard lossShape.starts(with: mask.shape) else {
            let allowed = (0...lossShape.count).map { Array(lossShape.prefix($0)) }
            throw .leadingShape(input: "mask", shape: mask.shape, allowed: allowed)
        }
        try Self.checkValues(of: mask)
        guard mask.values.contains(0) else { return }
        let span = count / mask.values.count
        leftOut.reserveCapacity(count)
        if span == 1 {
            for value in mask.values { leftOut.append(value == 0) }
        } else {
            for value in mask.values {
                leftOut.append(contentsOf: repeatElement(value == 0, count: span))
            }
        }
        count = leftOut.count { !$0 }
    }

    private mutating func leaveOut(_ unit: Int, of total: Int) {
        if leftOut.isEmpty { leftOut = [Bool](repeating: false, count: total) }
        leftOut[unit] = true
        count -= 1
    }
}
