// SPDX-License-Identifier: Apache-2.0

import HTTP
import LossFacts
import LossFunctions
import Requests
import TensorJSON

/// The JSON text of a result, serialized slice by slice.
///
/// As text, numbers take more memory than the arrays from which they were computed.
struct ResultText: ContentSource {
    private let members: [ResultMember]
    /// The count of numbers in arrays.
    private let length: Int
    private var writer: MemberWriter

    init(_ evaluation: Evaluation) {
        members = evaluation.members
        length = members.reduce(0) { $0 + $1.length }
        writer = MemberWriter(for: length)
    }

    var isAtEnd: Bool { writer.next == members.count }

    /// The memory in use, in bytes.
    ///
    /// All numbers are kept until the last is written, as is the memory of the parts made ahead.
    var footprint: Int { isAtEnd ? 0 : 8 * length + Self.textFootprint(of: length) }

    /// The time to serialize a number, in nanoseconds.
    static let nanosecondsEach = 25

    /// The memory for the text of `count` numbers while it is sent, in bytes.
    ///
    /// It covers the part being sent and those made ahead.
    static func textFootprint(of count: Int) -> Int {
        MemberWriter.bytesEach * min(count, 4 * MemberWriter.sliceLength)
    }

    mutating func next() -> [UInt8] {
        var room = writer.beginSlice()
        while !isAtEnd, room > 0 { writer.write(members[writer.next], &room) }
        return writer.take()
    }

    /// Splits off a slice of a long array, which can be serialized concurrently.
    mutating func split() -> (any ContentSource)? {
        guard !isAtEnd, case .tensor(_, let tensor) = members[writer.next],
            let slice = writer.takeSlice(of: tensor.values.count)
        else { return nil }
        return Numbers(tensor, slice)
    }

    /// A slice of an array, neither the first nor the last.
    private struct Numbers: ContentSource {
        private let tensor: Tensor
        private let range: Range<Int>
        private(set) var isAtEnd = false

        init(_ tensor: Tensor, _ range: Range<Int>) {
            self.tensor = tensor
            self.range = range
        }

        /// The array is kept by the `ResultText`.
        var footprint: Int { 0 }

        mutating func next() -> [UInt8] {
            var writer = JSONWriter(reserving: MemberWriter.bytesEach * range.count)
            writer.numbers(tensor, range)
            isAtEnd = true
            return writer.finish()
        }
    }
}

extension JSONWriter {
    /// Writes a part of the numbers of a tensor.
    mutating func numbers(_ tensor: Tensor, _ range: Range<Int>) {
        numbers(
            tensor.values.span.extracting(range),
            shape: tensor.shape,
            range,
            hasNulls: tensor.hasMissing
        )
    }
}
