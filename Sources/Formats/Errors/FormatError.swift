// SPDX-License-Identifier: Apache-2.0

package import TensorJSON

/// An error in a body of tensors or rows: its reason, its position, and the tensor or column concerned.
package struct FormatError: Error, Equatable, Sendable {
    package let reason: Reason
    /// The offset in the body, in bytes, of the error or of the value concerned; in a deflated member of
    /// an archive, as if it were stored.
    package let position: Int
    /// The name of the tensor, column or member; `nil` if the error is not in one.
    package let tensor: String?
    /// The element; `nil` if the error is not in one.
    package let element: Element?

    /// An element of a tensor.
    package struct Element: Equatable, Sendable {
        /// The offset in row-major order.
        package let offset: Int
        /// The index in each dimension.
        package let index: [Int]
    }

    init(_ reason: Reason, at position: Int, in tensor: String? = nil, element: Element? = nil) {
        self.reason = reason
        self.position = position
        self.tensor = tensor
        self.element = element
    }

    /// Memory cannot be reserved, which the account of the request explains.
    package static let memoryExhausted = FormatError(.memoryExhausted, at: 0)

    package var isOutOfMemory: Bool { reason == .memoryExhausted }

    /// The reason that a body is refused.
    package enum Reason: Equatable, Sendable {
        /// The body ends within a part, which ends at an offset.
        case truncated(Part, end: Int)
        /// The body continues after its last tensor.
        case trailing
        /// The header of a format is longer than a limit.
        case headerTooLong(Int, limit: Int)
        /// The header is not JSON, or not of the expected form.
        case header(JSONError)
        /// The header does not begin with the byte that its format requires.
        case headerStart(UInt8)
        case unknownMember(String, allowed: [String])
        case missingMember(String)
        /// The member of a header must be something else.
        case wrongMember(String, expected: String)
        case unsupportedType(String, format: Format)
        case tooManyDimensions(Int)
        case shapeOverflow([Int])
        case tooManyEmptyRows([Int])
        /// The numbers of a tensor occupy some bytes, but its shape and its type need others.
        case wrongSize(Int, needed: Int)
        /// Some bytes before a tensor belong to none.
        case gap(Int)
        /// A tensor begins before the end of the previous one.
        case overlap(Int)
        /// The body, or the rest of it, does not begin as its format requires.
        case wrongStart(Format)
        case unknownVersion(major: UInt8, minor: UInt8)
        /// The header, a literal of Python, must have something else at the position.
        case headerSyntax(expected: String)
        /// A body without names has more arrays than names are known.
        case tooManyArrays([String])
        /// A member of an archive is not an array in a supported form.
        case wrongArchive(Archive)
        /// The members of an archive, or a number of bytes that it states, exceed a limit.
        case tooLong(Int, limit: Int)
        /// Two inputs of a request have the same name.
        case repeatedInput
        /// A parameter of an extension that is not supported.
        case unsupportedExtension(String)
        /// A number in JSON that its type does not have.
        case notInRange(Double, type: ElementType)
        /// A 64-bit integer that may not have a double of the same value.
        case inexactInteger(String)
        case infinite(isNegative: Bool)
        case notABoolean(Int)
        /// A line of a table, counted from 1.
        case line(Int, LineReason)
        case memoryExhausted
    }

    /// The reason that an archive is refused.
    package enum Archive: Equatable, Sendable {
        /// There is no end of a central directory.
        case noDirectory
        /// A place or a length is not within the body, or two parts overlap.
        case misplaced
        /// The directory and the member contradict each other.
        case inconsistent
        case encrypted
        case method(Int)
        /// A name that does not end in ".npy".
        case notAnArray(String)
        case duplicateName
        /// The deflated bytes, or their checksum, are wrong.
        case damaged
    }

    /// A part of a body.
    package enum Part: String, Sendable {
        case start = "its magic string and version"
        case length = "the length of its header"
        case header = "its header"
        case numbers = "the numbers"
    }
}

/// A binary format of tensors.
package enum Format: String, CaseIterable, Sendable {
    case safetensors
    case npy
    case npz
    case openInference
}
