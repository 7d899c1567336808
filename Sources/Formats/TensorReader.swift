// SPDX-License-Identifier: Apache-2.0

package import TensorJSON

/// Reads the tensors of a body in a binary format while the body arrives.
///
/// After an error, a reader must not be used any further.
package protocol TensorReader: Sendable {
    /// The memory in use, in bytes.
    var footprint: Int { get }

    /// The outputs that are requested in the Open Inference Protocol; `nil` in other formats.
    var request: InferenceRequest? { get }

    /// The part of a body that has texts, for error messages.
    static var textPart: String { get }

    /// Reads the next part of the body, up to a header or to the end of a tensor.
    ///
    /// - Parameters:
    ///   - bytes: The part.
    ///   - index: The offset in the part from which to read; it is moved behind the bytes read.
    ///   - meter: The account to reserve memory from before allocating it; `nil` means unlimited.
    /// - Returns: The header or the tensor; `nil` if the part has been read.
    /// - Throws: The error in the body.
    mutating func next(
        _ bytes: Span<UInt8>,
        from index: inout Int,
        _ meter: (any MemoryMeter)?
    ) throws(FormatError) -> TensorEvent?

    /// Marks the end of the body; ``next(_:from:_:)`` then returns what is left.
    ///
    /// - Parameter meter: The account to reserve memory from; `nil` means unlimited.
    /// - Throws: an error if the body is incomplete.
    mutating func end(_ meter: (any MemoryMeter)?) throws(FormatError)
}

/// The memory of tensors while they arrive.
package enum TensorMemory {
    /// The memory for each number that has arrived, and for its bytes while they are unread.
    package static let bytesEach = 8 * growth + 2

    /// The capacity of an incomplete tensor, in multiples of the numbers received.
    static let growth = 4
}

/// The next thing that a body of tensors contains.
package enum TensorEvent: Sendable {
    /// The headers of tensors that follow, and texts by their names.
    case headers([TensorHeader], metadata: [(name: String, text: String)])
    /// A complete tensor.
    case tensor(NamedTensor)
}

extension TensorReader {
    package var request: InferenceRequest? { nil }

    package static var textPart: String { "the metadata" }
}
