// SPDX-License-Identifier: Apache-2.0

package import ArrayMath

/// Functions of probability distributions.
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

    package static func evaluate(
        _ function: DistributionFunction,
        _ x: Span<Double>,
        _ y: Span<Double>,
        resultHeads: inout MutableSpan<Double>,
        resultTails: inout MutableSpan<Double>
    ) {
        precondition(x.count == y.count, "the arrays differ in length")
        for offset in offsets(x.count) {
            let result = evaluate(function, x.vector(at: offset), y.vector(at: offset))
            resultHeads.store(result.head, at: offset)
            resultTails.store(result.tail, at: offset)
        }
    }

    private static func evaluate(
        _ function: DistributionFunction,
        _ x: Vector,
        _ y: Vector
    ) -> TwoDoubles {
        switch function {
        case .incompleteGamma:
            IncompleteGamma(x, TwoDoubles(y), .log(y), differentiates: false).lower.value
        case .gammaWeight: GammaWeight(x, TwoDoubles(y), .log(y)).value
        case .besselZero: ScaledBessel(x).zero
        case .besselSum: ScaledBessel(x).sum
        case .studentCentral: StudentDistribution(TwoDoubles(y), freedom: x).central
        case .studentSpread: StudentDistribution(TwoDoubles(y), freedom: x).spread
        }
    }
}
