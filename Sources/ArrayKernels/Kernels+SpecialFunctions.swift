// SPDX-License-Identifier: Apache-2.0

package import ArrayMath

/// Functions on which single losses are based.
extension Kernels {
    package static func evaluate(
        _ function: SpecialFunction,
        _ x: Span<Double>,
        into result: inout MutableSpan<Double>
    ) {
        guard x.count >= Vector.width else {
            return padded(x, into: &result) { evaluate(function, $0, into: &$1) }
        }
        for offset in offsets(x.count) {
            let x = x.vector(at: offset)
            let scaled = TwoDoubles(0x1p500 * x)
            let value =
                switch function {
                case .sine: 0x1p-500 * Circular(scaled).sine
                case .versine: Circular(scaled).oneMinusCosine
                case .doubledArcTangent: ArcTangent(x).doubledMinusOne.head
                case .hazardSurplus: NormalHazard(x).surplus.head
                case .sigmoid: Logistic(x).sigmoid
                case .sigmoidProduct: Logistic(x).product
                case .sigmoidEntropy: Logistic(x).entropy
                case .softplus: Logistic(x).softplus
                case .tangentOfHalf: Logistic(x).tangentOfHalf
                case .exponentialSurplus: Power(TwoDoubles(x)).surplus
                case .logCosh: HyperbolicCosine(x, tail: Vector(repeating: 0)).logarithm
                case .hyperbolicTangent: HyperbolicCosine(x, tail: Vector(repeating: 0)).tangent
                case .squaredSecant: HyperbolicCosine(x, tail: Vector(repeating: 0)).squaredSecant
                }
            result.store(value, at: offset)
        }
    }

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
        _ function: PreciseFunction,
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
        _ function: PreciseFunction,
        _ x: Vector,
        _ y: Vector
    ) -> TwoDoubles {
        switch function {
        case .sigmoid: return PreciseLogistic(TwoDoubles(x)).sigmoid
        case .sigmoidEntropy: return PreciseLogistic(TwoDoubles(x)).entropy
        case .softplusOfNegative: return PreciseLogistic(TwoDoubles(x)).softplusOfNegative
        case .tangentOfHalf: return PreciseLogistic(TwoDoubles(x)).tangentOfHalf
        case .cubeRoot: return .cubeRoot(x)
        case .logSumExp:
            var (heads, tails) = (x, x)
            for lane in 0..<Vector.width {
                let logits = [x[lane], y[lane], 0]
                let result = SoftmaxArray(logits.span).logSumExp
                heads[lane] = result.head[0]
                tails[lane] = result.tail[0]
            }
            return TwoDoubles(head: heads, tail: tails)
        case .incompleteGamma:
            let gamma = IncompleteGamma(x, TwoDoubles(y), .log(y), differentiates: false)
            return gamma.lower.value
        case .gammaWeight: return GammaWeight(x, TwoDoubles(y), .log(y)).value
        case .besselZero: return ScaledBessel(x).zero
        case .besselSum: return ScaledBessel(x).sum
        case .studentCentral: return StudentDistribution(TwoDoubles(y), freedom: x).central
        case .studentSpread: return StudentDistribution(TwoDoubles(y), freedom: x).spread
        }
    }
}
