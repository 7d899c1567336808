// SPDX-License-Identifier: Apache-2.0

package import ArrayMath

/// log Γ(1 + t) and its derivatives.
extension Kernels {
    package static func evaluate(
        _ function: GammaFunction,
        _ t: Span<Double>,
        into result: inout MutableSpan<Double>
    ) {
        guard t.count >= Vector.width else {
            return padded(t, into: &result) { evaluate(function, $0, into: &$1) }
        }
        for offset in offsets(t.count) {
            let t = t.vector(at: offset)
            switch function {
            case .logFactorial: result.store(LogFactorial(t).value.rounded, at: offset)
            case .digamma: result.store(Digamma.value(t), at: offset)
            case .trigamma: result.store(Trigamma.value(t), at: offset)
            }
        }
    }

    package static func evaluate(
        _ function: GammaFunction,
        _ t: Span<Double>,
        resultHeads: inout MutableSpan<Double>,
        resultTails: inout MutableSpan<Double>
    ) {
        for offset in offsets(t.count) {
            let t = t.vector(at: offset)
            let result: TwoDoubles =
                switch function {
                case .logFactorial: .logFactorial(t)
                case .digamma: .digamma(t)
                case .trigamma: .trigamma(TwoDoubles(t))
                }
            resultHeads.store(result.head, at: offset)
            resultTails.store(result.tail, at: offset)
        }
    }

    package static func evaluate(
        _ rise: GammaRise,
        from t: Span<Double>,
        by w: Span<Double>,
        resultHeads: inout MutableSpan<Double>,
        resultTails: inout MutableSpan<Double>
    ) {
        precondition(t.count == w.count, "the arrays differ in length")
        for offset in offsets(t.count) {
            let (t, w) = (t.vector(at: offset), w.vector(at: offset))
            let result: TwoDoubles =
                switch rise {
                case .logRise: .logRise(from: t, by: w)
                case .digammaRise: .digammaRise(from: TwoDoubles(t), by: TwoDoubles(w))
                }
            resultHeads.store(result.head, at: offset)
            resultTails.store(result.tail, at: offset)
        }
    }
}
