// SPDX-License-Identifier: Apache-2.0

import Formats
import HTTP
import LossFacts
import Requests

/// A long result in a binary format after its first part.
struct ResultBytes: ContentSource {
    private var content: EncodedTensors

    /// The length of a part in bytes.
    private static let partLength = 256 * 1_024

    /// The time to serialize a number, in nanoseconds.
    static let nanosecondsEach = 2

    /// Serializes a result: the whole of a short one, or the first part of a long one and the rest.
    ///
    /// - Throws: A problem if a number is too large for the precision.
    static func serialize(
        _ evaluation: Evaluation,
        as format: ResultFormat
    ) throws(Problem) -> (start: [UInt8], rest: ResultBytes?) {
        let tensors = evaluation.tensors
        for tensor in tensors {
            guard let offset = format.precision.firstOverflow(in: tensor.numbers) else { continue }
            throw Problem(tooLarge: tensor, at: offset)
        }
        guard let content = format.encode(tensors, evaluation.metadata) else {
            throw Problem(
                .resultTooLarge,
                "The result is too long for a zip archive, which has at most "
                    + "\(EncodedTensors.maximumArchive) bytes and \(EncodedTensors.maximumMembers) "
                    + "arrays: request safetensors or npy."
            )
        }
        return begin(content)
    }

    /// Produces the whole of short content, or the first part of long content and the rest.
    static func begin(_ content: EncodedTensors) -> (start: [UInt8], rest: ResultBytes?) {
        var content = content
        let start = content.next(partLength)
        return (start, content.isAtEnd ? nil : ResultBytes(content: content))
    }

    var isAtEnd: Bool { content.isAtEnd }

    /// The memory in use, in bytes, with that of the parts made ahead.
    var footprint: Int { isAtEnd ? 0 : content.footprint + Self.footprint(ofBytes: content.length) }

    /// The memory for the bytes of `count` numbers while they are sent, in bytes.
    static func footprint(of count: Int) -> Int { footprint(ofBytes: 8 * count) }

    private static func footprint(ofBytes count: Int) -> Int {
        min(count, 4 * partLength) + partLength / 4
    }

    /// The memory for `count` numbers in a response of the Open Inference Protocol, in bytes.
    ///
    /// The texts of numbers before those that are binary are held as a whole, because a field states their
    /// length, and while they are written.
    static func footprint(of request: InferenceRequest, _ count: Int) -> Int {
        guard !request.isWhollyBinary else { return footprint(of: count) }
        let texts = MemberWriter.bytesEach * count
        return (request.isPartlyBinary ? texts : 0) + footprint(ofBytes: texts)
    }

    /// The memory for the names and the headers of the tensors of penalties, in bytes.
    ///
    /// A tensor of an archive has a name of up to 40 bytes in each of three places, a header of 128 bytes,
    /// one of 70 and an entry of 86 in the directory.
    static func footprint(ofPenalties count: Int) -> Int { 2_560 * count }

    mutating func next() -> [UInt8] { content.next(Self.partLength) }
}

/// The format of a result, and the precision of its numbers.
struct ResultFormat: Equatable, Sendable {
    let format: BodyFormat
    let precision: Precision

    static let json = ResultFormat(format: .json, precision: .double)

    /// Whether numbers are texts.
    var isText: Bool { !format.isBinary }

    /// Encodes tensors in a binary format; returns `nil` if they are too long for it.
    fileprivate func encode(
        _ tensors: [NamedTensor],
        _ metadata: [(name: String, text: String)]
    ) -> EncodedTensors? {
        switch format {
        case .json, .csv, .ndjson, .safetensors:
            .safetensors(tensors, metadata: metadata, precision)
        case .npy: .npy(tensors, metadata: metadata, precision)
        case .npz: .npz(tensors, metadata: metadata, precision)
        }
    }
}
