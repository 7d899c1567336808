// SPDX-License-Identifier: Apache-2.0

import ArrayMath

/// The terms that are added together, where they are of like sizes.
private let blockLength = 512
/// Below this, terms are added one by one sooner than together.
private let fewTerms = 16

extension ExactSum {
    /// Adds terms, together where they are of like sizes.
    package mutating func add(_ terms: Span<Double>) {
        for start in stride(from: 0, to: terms.count, by: blockLength) {
            let block = terms.extracting(start..<min(start + blockLength, terms.count))
            guard block.count >= fewTerms, let sum = Self.sum(of: block) else {
                for offset in block.indices { add(block[offset]) }
                continue
            }
            add(sum.0)
            if sum.1 != 0 { add(sum.1) }
        }
    }

    /// Two doubles that are the sum of a block, or nil where its terms differ too much in size.
    ///
    /// To guess how large they are from a few is most often enough, and saves a pass over all.
    private static func sum(of terms: Span<Double>) -> (Double, Double)? {
        let functions = Level.current.functions
        if let guess = guess(of: terms), let sum = functions.exactSum(terms, below: guess) {
            return sum
        }
        return bound(of: terms).flatMap { functions.exactSum(terms, below: $0) }
    }

    /// The exponent of a power of two that terms are likely to be below, by 16 of them.
    private static func guess(of terms: Span<Double>) -> Int? {
        var largest = 0.0
        for offset in stride(from: 0, to: terms.count, by: max(1, terms.count / 16)) {
            largest = max(largest, terms[offset].magnitude)
        }
        return largest.isNormal ? largest.exponent + 4 : nil
    }

    /// The least exponent of a power of two that every term is below.
    private static func bound(of terms: Span<Double>) -> Int? {
        var largest: UInt64 = 0
        for offset in terms.indices {
            largest = max(largest, terms[offset].magnitude.bitPattern)
        }
        let most = Double(bitPattern: largest)
        return most.isNormal ? most.exponent + 1 : nil
    }
}

extension ExactSum {
    /// Adds the products of two lists of numbers, whose rounding errors are added too.
    package mutating func add(_ left: Span<Double>, times right: Span<Double>) {
        precondition(left.count == right.count, "every factor needs another")
        for start in stride(from: 0, to: left.count, by: blockLength) {
            let range = start..<min(start + blockLength, left.count)
            guard range.count >= fewTerms,
                addTogether(left.extracting(range), times: right.extracting(range))
            else {
                for offset in range { add(left[offset], times: right[offset]) }
                continue
            }
        }
    }

    /// Adds the products of a block, or none where their sizes differ too much.
    private mutating func addTogether(_ left: Span<Double>, times right: Span<Double>) -> Bool {
        guard let bound = Self.bound(of: left), let other = Self.bound(of: right),
            let sums = Level.current.functions.exactSum(left, times: right, below: (bound, other))
        else { return false }
        add(sums.0)
        add(sums.1)
        add(sums.2)
        add(sums.3)
        return true
    }
}
