// SPDX-License-Identifier: Apache-2.0

import ArrayMath

extension [Double] {
    /// An array that a closure writes, in which zeros stand before.
    @inline(__always)
    init(count: Int, _ fill: (inout MutableSpan<Double>) -> Void) {
        self.init(repeating: 0, count: count)
        var span = mutableSpan
        fill(&span)
    }

    /// Writes each number anew, with what a function makes of its old value and of those in two
    /// other arrays, in a loop without checks.
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

    /// Writes the number of each row to all of its places.
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

/// The same with arrays that are parts of a larger value.
extension ArrayFunctions {
    static func exp(_ x: [Double], into result: inout [Double]) {
        var result = result.mutableSpan
        exp(x.span, into: &result)
    }

    static func exp(
        _ x: [Double],
        minus y: [Double],
        into result: inout [Double],
        ahead: Ahead
    ) {
        var result = result.mutableSpan
        exp(x.span, minus: y.span, into: &result, ahead: ahead)
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
        ahead: Ahead
    ) {
        var result = result.mutableSpan
        crossEntropy(of: y.span, from: q.span, into: &result, ahead: ahead)
    }

    static func crossEntropySlope(of y: [Double], from q: [Double], into result: inout [Double]) {
        var result = result.mutableSpan
        crossEntropySlope(of: y.span, from: q.span, into: &result)
    }

    static func divide(_ x: [Double], by y: [Double], into result: inout [Double]) {
        var result = result.mutableSpan
        divide(x.span, by: y.span, into: &result)
    }

    static func divergence(
        of y: [Double],
        from q: [Double],
        high: inout [Double],
        low: inout [Double],
        ahead: Ahead
    ) {
        var high = high.mutableSpan
        var low = low.mutableSpan
        divergence(of: y.span, from: q.span, high: &high, low: &low, ahead: ahead)
    }

    static func divergenceSurplus(
        of y: [Double],
        from q: [Double],
        into result: inout [Double]
    ) -> Bool {
        var result = result.mutableSpan
        return divergenceSurplus(of: y.span, from: q.span, into: &result)
    }

    static func divergence(
        of y: [Double],
        fromLogarithms x: [Double],
        into result: inout [Double],
        ahead: Ahead
    ) {
        var result = result.mutableSpan
        divergence(of: y.span, fromLogarithms: x.span, into: &result, ahead: ahead)
    }

    static func sumRows(
        _ numbers: [Double],
        high sums: inout [Double],
        low rests: inout [Double]
    ) {
        let length = numbers.count / max(sums.count, 1)
        var sums = sums.mutableSpan
        var rests = rests.mutableSpan
        sumRows(numbers.span, length: length, high: &sums, low: &rests)
    }

    static func sumRows(
        _ high: [Double],
        _ low: [Double],
        high sums: inout [Double],
        low rests: inout [Double]
    ) {
        let length = high.count / max(sums.count, 1)
        var sums = sums.mutableSpan
        var rests = rests.mutableSpan
        sumRows(high.span, low.span, length: length, high: &sums, low: &rests)
    }
}
