// SPDX-License-Identifier: Apache-2.0

import ArrayMath

/// The maximum number of terms that are added as a block.
private let blockLength = 512
/// The minimum number of terms for which adding them as a block is faster than one by one.
private let minimumBlockLength = 16

extension ExactSum {
    /// Adds terms, block by block if those of a block have similar magnitudes.
    package mutating func add(_ terms: Span<Double>) {
        for start in stride(from: 0, to: terms.count, by: blockLength) {
            let block = terms.extracting(start..<min(start + blockLength, terms.count))
            guard block.count >= minimumBlockLength, let sum = Self.sum(of: block) else {
                for offset in block.indices { add(block[offset]) }
                continue
            }
            add(sum.0)
            if sum.1 != 0 { add(sum.1) }
        }
    }

    /// The exact sum of a block as an unevaluated sum of two doubles; `nil` if its terms differ too
    /// much in magnitude.
    ///
    /// A bound guessed from a few terms usually suffices and saves a pass over all of them.
    private static func sum(of terms: Span<Double>) -> (Double, Double)? {
        let functions = InstructionSet.current.functions
        if let guess = guess(of: terms), let sum = functions.exactSum(terms, below: guess) {
            return sum
        }
        return bound(of: terms).flatMap { functions.exactSum(terms, below: $0) }
    }

    /// The exponent of a power of two that probably exceeds all terms, guessed from 16 of them.
    private static func guess(of terms: Span<Double>) -> Int? {
        var largest = 0.0
        for offset in stride(from: 0, to: terms.count, by: max(1, terms.count / 16)) {
            largest = max(largest, terms[offset].magnitude)
        }
        return largest.isNormal ? largest.exponent + 4 : nil
    }

    /// The exponent of the smallest power of two that exceeds all terms.
    private static func bound(of terms: Span<Double>) -> Int? {
        var largest: UInt64 = 0
        for offset in terms.indices {
            largest = max(largest, terms[offset].magnitude.bitPattern)
        }
        let maximum = Double(bitPattern: largest)
        return maximum.isNormal ? maximum.exponent + 1 : nil
    }
}

extension ExactSum {
    /// Adds the exact products of the elements of two arrays.
    package mutating func add(_ left: Span<Double>, times right: Span<Double>) {
        precondition(left.count == right.count, "the arrays differ in length")
        for start in stride(from: 0, to: left.count, by: blockLength) {
            let range = start..<min(start + blockLength, left.count)
            guard range.count >= minimumBlockLength,
                addBlock(left.extracting(range), times: right.extracting(range))
            else {
                for offset in range { add(left[offset], times: right[offset]) }
                continue
            }
        }
    }

    /// Adds the products of a block, or returns `false` if they differ too much in magnitude.
    private mutating func addBlock(_ left: Span<Double>, times right: Span<Double>) -> Bool {
        let functions = InstructionSet.current.functions
        var parts: InlineArray<6, Double>?
        if let guess = Self.guess(of: left), let other = Self.guess(of: right) {
            parts = functions.exactSum(left, times: right, below: (guess, other))
        }
        if parts == nil, let bound = Self.bound(of: left), let other = Self.bound(of: right) {
            parts = functions.exactSum(left, times: right, below: (bound, other))
        }
        guard let parts else { return false }
        for place in parts.indices where parts[place] != 0 { add(parts[place]) }
        return true
    }
}
