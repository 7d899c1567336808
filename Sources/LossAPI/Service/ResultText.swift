// SPDX-License-Identifier: Apache-2.0

import HTTP
import LossFacts
import LossFunctions
import Requests
import TensorJSON

/// The JSON text of a long result after its first slice, serialized slice by slice.
///
/// As text, numbers take more memory than the arrays from which they were computed.
struct ResultText: ContentSource {
    private let members: [ResultMember]
    /// The count of numbers in arrays.
    private let length: Int
    /// The place of the current member.
    private var place = 0
    /// The count of numbers in the arrays of complete members.
    private var complete = 0
    private var writer: MemberWriter

    /// Serializes a result: the whole text of a short one, or the first slice of a long one and the rest.
    static func serialize(_ evaluation: Evaluation) -> (start: [UInt8], rest: ResultText?) {
        var writer = MemberWriter()
        var room = writer.beginSlice(of: evaluation.numberCount)
        var rest: [ResultMember] = []
        evaluation.forEachMember { member in
            if rest.isEmpty, room > 0, writer.write(member, &room) { return }
            rest.append(member)
        }
        let start = writer.take()
        return (start, rest.isEmpty ? nil : ResultText(rest, writer))
    }

    private init(_ members: [ResultMember], _ writer: MemberWriter) {
        self.members = members
        self.writer = writer
        length = members.reduce(0) { $0 + $1.length }
    }

    var isAtEnd: Bool { place == members.count }

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
        var room = writer.beginSlice(of: length - complete - writer.written)
        while !isAtEnd, room > 0, writer.write(members[place], &room) {
            complete += members[place].length
            place += 1
        }
        return writer.take()
    }

    /// Splits off a slice of a long array, which can be serialized concurrently.
    mutating func split() -> (any ContentSource)? {
        guard !isAtEnd, case .tensor(_, let tensor) = members[place],
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
