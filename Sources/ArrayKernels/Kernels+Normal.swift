// SPDX-License-Identifier: Apache-2.0

/// Functions of the normal distribution.
extension Kernels {
    package static func millsRatio(
        _ x: Span<Double>,
        resultHeads: inout MutableSpan<Double>,
        resultTails: inout MutableSpan<Double>
    ) {
        for offset in offsets(x.count) {
            let result = TwoDoubles.millsRatio(TwoDoubles(x.vector(at: offset)))
            resultHeads.store(result.head, at: offset)
            resultTails.store(result.tail, at: offset)
        }
    }
}
