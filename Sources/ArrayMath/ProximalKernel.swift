// SPDX-License-Identifier: Apache-2.0

/// A penalty of rows or segments whose proximal operator can be computed, compiled for one instruction set.
package protocol ProximalUnitKernel: Sendable {
    /// Computes argmin_u ‖u - w‖² / 2 + step R(u) for the parameters w of a unit.
    ///
    /// - Parameters:
    ///   - parameters: the parameters.
    ///   - columns: the length of their last dimension.
    ///   - step: the step, not negative.
    ///   - result: receives as many numbers.
    ///   - check: called repeatedly; throws if the result is no longer needed.
    /// - Throws: `SegmentError` if the unit has no minimum.
    func findMinimum(
        _ parameters: Span<Double>,
        columns: Int,
        _ step: Double,
        into result: inout MutableSpan<Double>,
        check: () throws(SegmentError) -> Void
    ) throws(SegmentError)
}

/// A penalty of single parameters whose proximal operator has a closed form, compiled for one instruction set.
package protocol ProximalKernel: Sendable {
    /// Computes argmin_u (u - w)² / 2 + step R(u) for each parameter w.
    ///
    /// Of several minima it is one with the least magnitude (N. Parikh, S. Boyd, "Proximal Algorithms",
    /// Foundations and Trends in Optimization 1, 2014).
    ///
    /// - Parameters:
    ///   - parameters: the parameters; their number is a multiple of `ElementBlock.lanes`.
    ///   - steps: the step of each, not negative.
    ///   - result: receives as many minima.
    func findMinima(
        _ parameters: Span<Double>,
        _ steps: Span<Double>,
        into result: inout MutableSpan<Double>
    )
}
