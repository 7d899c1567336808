// SPDX-License-Identifier: Apache-2.0

extension PointwiseLoss {
    /// Sums whole chunks and divides their gradients in one pass, if they allow it.
    ///
    /// Nothing has been taken where they do not: something is not finite, or the losses differ too
    /// much in size. They are expected below 2^`exponent`, which is guessed from a few where it is
    /// not known.
    func takeQuickly(
        _ batch: Batch,
        _ range: Range<Int>,
        _ exponent: inout Int?,
        _ result: inout Accumulation
    ) -> Bool {
        guard !range.isEmpty else { return true }
        let guess = exponent ?? expectedExponent(batch, range)
        exponent = nil
        guard let guess, var lanes = LaneSum(below: guess) else { return false }
        var isFinite = true
        if result.gradient.isWanted {
            isFinite = sumAndDifferentiate(
                batch,
                range,
                result.weighting.denominator,
                &lanes,
                &result.gradient.values
            )
        } else {
            sum(batch, range, &lanes)
        }
        guard isFinite, lanes.isExact else { return false }
        result.sum.add(lanes)
        exponent = guess
        return true
    }

    /// A power of two that the losses of a range are likely to stay below, by 16 of them.
    private func expectedExponent(_ batch: Batch, _ range: Range<Int>) -> Int? {
        var largest = 0.0
        for offset in stride(from: range.lowerBound, to: range.upperBound, by: range.count / 16) {
            let point = point(
                batch.predictions.values[offset],
                batch.targets.values[offset],
                at: offset
            )
            largest = max(largest, point.loss.magnitude)
        }
        return largest.isNormal ? largest.exponent + 4 : nil
    }

    /// Adds the losses of whole chunks, writes the gradients divided, and tells whether these are
    /// finite.
    ///
    /// Gradients pass through an array of constant length, as the losses do: the loop that divides
    /// is vectorised only where it has no bounds to check.
    @inline(__always)
    private func sumAndDifferentiate(
        _ batch: Batch,
        _ range: Range<Int>,
        _ denominator: Double,
        _ lanes: inout LaneSum,
        _ gradient: inout [Double]
    ) -> Bool {
        var losses = InlineArray<64, Double>(repeating: 0)
        var slopes = InlineArray<64, Double>(repeating: 0)
        var gradients = gradient.mutableSpan
        var finiteness = Finiteness()
        for start in stride(from: range.lowerBound, to: range.upperBound, by: chunkLength) {
            let chunk = start..<(start + chunkLength)
            let predictions = batch.predictions.values.span.extracting(chunk)
            let targets = batch.targets.values.span.extracting(chunk)
            for offset in 0..<chunkLength {
                let point = point(predictions[offset], targets[offset], at: start &+ offset)
                losses[offset] = point.loss
                let slope = point.gradient / denominator
                finiteness.note(slope)
                slopes[offset] = slope
            }
            for offset in chunk { gradients[offset] = slopes[offset &- start] }
            lanes.add(losses.span)
        }
        return finiteness.holds
    }

    /// Adds the losses of whole chunks.
    @inline(__always)
    private func sum(_ batch: Batch, _ range: Range<Int>, _ lanes: inout LaneSum) {
        var losses = InlineArray<64, Double>(repeating: 0)
        for start in stride(from: range.lowerBound, to: range.upperBound, by: chunkLength) {
            let chunk = start..<(start + chunkLength)
            let predictions = batch.predictions.values.span.extracting(chunk)
            let targets = batch.targets.values.span.extracting(chunk)
            for offset in 0..<chunkLength {
                losses[offset] =
                    point(predictions[offset], targets[offset], at: start &+ offset).loss
            }
            lanes.add(losses.span)
        }
    }
}
