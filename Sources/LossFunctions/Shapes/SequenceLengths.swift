// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The lengths of sequences that follow each other in one dimension.
struct SequenceLengths: Sendable {
    /// The offset of the first element of each sequence, and the end of the last.
    let starts: [Int]
    let total: Int

    /// Checks lengths.
    ///
    /// - Parameters:
    ///   - lengths: the lengths.
    ///   - name: the name of their field.
    ///   - reference: the input whose elements they divide.
    ///   - count: the number of its elements.
    /// - Throws: `LossError` if one is missing or not an integer from 0 to `count`, or if they do not add up
    ///   to it.
    init(
        _ lengths: Tensor,
        _ name: String,
        of reference: String,
        count: Int
    ) throws(LossError) {
        var starts = [0]
        starts.reserveCapacity(lengths.values.count + 1)
        let allowed = Domain.integers(.closed(0, Double(count)))
        var total = 0
        for (offset, length) in lengths.values.enumerated() {
            let place = Tensor.place(of: offset, in: lengths.shape)
            guard !length.isNaN else { throw .undefined(input: name, place: place, .noSegment) }
            guard allowed.contains(length) else {
                throw .outsideDomain(
                    input: name,
                    place: place,
                    value: length,
                    allowed: allowed.description
                )
            }
            // Both are far from the end of the range of integers.
            total += Int(length)
            starts.append(total)
        }
        guard total == count else {
            throw .wrongTotal(input: name, total: total, reference: reference, expected: count)
        }
        self.starts = starts
        self.total = total
    }

    /// The number of sequences.
    var count: Int { starts.count - 1 }

    /// Whether as many numbers as there are sequences could also be those of the elements, and the
    /// sequences are not these: then some are empty.
    var areAmbiguous: Bool {
        count == total && (0..<count).contains { starts[$0 + 1] - starts[$0] != 1 }
    }
}
