// SPDX-License-Identifier: Apache-2.0

import ArrayMath

extension [Double] {
    /// Creates an array of zeros and lets a closure overwrite them.
    @inline(__always)
    init(count: Int, _ fill: (inout MutableSpan<Double>) -> Void) {
        self.init(repeating: 0, count: count)
        var span = mutableSpan
        fill(&span)
    }

    /// Replaces each element by a function of itself and of the corresponding elements of two other
    /// arrays, without bounds checks in the loop.
    @inline(__always)
    mutating func replace(
        _ first: [Double],
        _ second: [Double],
        _ formula: (_ own: Double, _ first: Double, _ second: Double) -> Double
    ) {
        let (first, second) = (first.span, second.span)
        var span = mutableSpan
        let count = span.count
        precondition(first.count == count && second.count == count, "arrays of different lengths")
        for index in 0..<count {
            span[index] = formula(span[index], first[index], second[index])
        }
    }

    /// Broadcasts the number of each row to all elements of the row.
    mutating func spread(_ numbers: [Double]) {
        let length = count / Swift.max(numbers.count, 1)
        let numbers = numbers.span
        var span = mutableSpan
        var offset = 0
        for row in numbers.indices {
            let number = numbers[row]
            for index in offset..<(offset &+ length) { span[index] = number }
            offset &+= length
        }
    }
}

/// Overloads for arrays that are properties of a larger value.
extension ArrayFunctions {
    static func exp(_ x: [Double], into result: inout [Double]) {
        var result = result.mutableSpan
        exp(x.span, into: &result)
    }

    static func exp(
        _ x: [Double],
        minus y: [Double],
        into result: inout [Double],
        prefetch: Prefetch
    ) {
        var result = result.mutableSpan
        exp(x.span, minus: y.span, into: &result, prefetch: prefetch)
    }

    static func log(_ x: [Double], into result: inout [Double]) {
        var result = result.mutableSpan
        log(x.span, into: &result)
    }

    static func log1p(_ x: [Double], into result: inout [Double]) {
        var result = result.mutableSpan
        log1p(x.span, into: &result)
    }

    static func crossEntropy(
        of y: [Double],
        from q: [Double],
        into result: inout [Double],
        prefetch: Prefetch
    ) {
        var result = result.mutableSpan
        crossEntropy(of: y.span, from: q.span, into: &result, prefetch: prefetch)
    }

    static func crossEntropyDerivative(
        of y: [Double],
        from q: [Double],
        into result: inout [Double]
    ) {
        var result = result.mutableSpan
        crossEntropyDerivative(of: y.span, from: q.span, into: &result)
    }

    static func divide(_ x: [Double], by y: [Double], into result: inout [Double]) {
        var result = result.mutableSpan
        divide(x.span, by: y.span, into: &result)
    }

    static func divergence(
        of y: [Double],
        from q: [Double],
        heads: inout [Double],
        tails: inout [Double],
        prefetch: Prefetch
    ) {
        var heads = heads.mutableSpan
        var tails = tails.mutableSpan
        divergence(of: y.span, from: q.span, heads: &heads, tails: &tails, prefetch: prefetch)
    }

    static func generalizedDivergence(
        of y: [Double],
        from q: [Double],
        into result: inout [Double]
    ) -> Bool {
        var result = result.mutableSpan
        return generalizedDivergence(of: y.span, from: q.span, into: &result)
    }

    static func divergence(
        of y: [Double],
        fromLogarithms x: [Double],
        into result: inout [Double],
        prefetch: Prefetch
    ) {
        var result = result.mutableSpan
        divergence(of: y.span, fromLogarithms: x.span, into: &result, prefetch: prefetch)
    }

    static func sumRows(
        _ numbers: [Double],
        heads sumHeads: inout [Double],
        tails sumTails: inout [Double]
    ) {
        let length = numbers.count / max(sumHeads.count, 1)
        var sumHeads = sumHeads.mutableSpan
        var sumTails = sumTails.mutableSpan
        sumRows(numbers.span, length: length, heads: &sumHeads, tails: &sumTails)
    }

    static func sumRows(
        _ heads: [Double],
        _ tails: [Double],
        heads sumHeads: inout [Double],
        tails sumTails: inout [Double]
    ) {
        let length = heads.count / max(sumHeads.count, 1)
        var sumHeads = sumHeads.mutableSpan
        var sumTails = sumTails.mutableSpan
        sumRows(heads.span, tails.span, length: length, heads: &sumHeads, tails: &sumTails)
    }
}
