// SPDX-License-Identifier: Apache-2.0

/// A penalty of rows whose proximal operator has a closed form, compiled for one instruction set.
package protocol ProximalRowKernel: Sendable {
    /// Computes argmin_u ‖u - w‖² / 2 + step R(u) for a row of parameters w.
    ///
    /// - Parameters:
    ///   - parameters: the parameters.
    ///   - step: the step, not negative.
    ///   - result: receives as many numbers.
    func findMinimum(
        _ parameters: Span<Double>,
        _ step: Double,
        into result: inout MutableSpan<Double>
    )
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
