// SPDX-License-Identifier: Apache-2.0

import ArrayMath

/// A derivative of each loss in each prediction, on its way to that of the reduced loss.
struct Derivative {
    let isWanted: Bool
    /// One number for each prediction so far; none where the derivative is not wanted.
    var values: [Double] = []
    private let output: Output

    init(_ output: Output, isWanted: Bool, count: Int) {
        self.output = output
        self.isWanted = isWanted
        if isWanted { values.reserveCapacity(count) }
    }

    /// All of it, or nil where it was not wanted.
    func tensor(_ shape: [Int]) -> Tensor? {
        isWanted ? Tensor(shape: shape, values: values) : nil
    }

    /// Makes room for the next numbers, a block at a time: what is zeroed is still in the cache
    /// when it is written.
    mutating func extend(by count: Int) {
        guard isWanted else { return }
        values.append(addingCapacity: count) { $0.append(repeating: 0, count: count) }
    }

    /// Weights a range and divides it by what the sum of the losses is divided by.
    ///
    /// `weights` are those of the range. Refuses what is not finite.
    mutating func reduce(
        _ range: Range<Int>,
        _ weighting: Weighting,
        _ weights: Span<Double>,
        of shape: [Int]
    )
        throws(LossError)
    {
        guard isWanted else { return }
        let denominator = weighting.denominator
        var all = values.mutableSpan
        var span = all._mutatingExtracting(range)
        if !weighting.isTrivial {
            for offset in span.indices { span[offset] *= weights[offset] }
        }
        guard Level.current.functions.divide(&span, by: denominator) else {
            return try refuseNonFinite(range, of: shape)
        }
    }

    /// Refuses what is not finite, by its place.
    func refuseNonFinite(_ range: Range<Int>, of shape: [Int]) throws(LossError) {
        guard isWanted else { return }
        if let offset = Finiteness.firstViolation(in: values.span.extracting(range)) {
            throw .notFinite(
                output,
                of: .predictions,
                place: Tensor.place(of: range.lowerBound + offset, in: shape)
            )
        }
    }
}
