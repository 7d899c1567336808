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
                }
            result.store(value, at: offset)
        }
    }
}
