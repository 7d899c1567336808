// SPDX-License-Identifier: Apache-2.0

import Requests
import TensorJSON

extension Problem {
    init(_ error: JSONError) {
        self.init(.init(error.reason), error.sentence + Self.hint(for: error))
        // A syntax error is located by its byte, a wrong value by its pointer.
        if error.isMalformed {
            position = error.position
            pointer = error.pointer.isEmpty ? nil : error.pointer
        } else {
            pointer = error.pointer
        }
        reason = error.code
    }

    /// The sentence that says what is probably meant; empty if nothing is known.
    private static func hint(for error: JSONError) -> String {
        switch error.reason {
        case .nanToken(let token) where token.lowercased() == "nan":
            " For a missing value, send null with \"missing\": \"skip\"."
        case .raggedArray where error.isAtSequences:
            " Send sequences of different lengths one after the other, in one dimension, and their lengths in "
                + "\"lengths\", or fill them up and leave the rest out with a mask."
        default: error.startsLikeGzip ? gzipHint : ""
        }
    }

    private static let gzipHint = " If the body is compressed, send Content-Encoding: gzip with it."
}

extension JSONError {
    /// Whether it is in an array that may have sequences of different lengths.
    fileprivate var isAtSequences: Bool {
        let names = pointer.split(separator: "/").map(String.init)
        return names.first { Int($0) == nil && $0 != "inputs" }
            .map(RequestField.hasSequences) ?? false
    }

    /// Whether the body starts with the first byte of gzip's magic number (RFC 1952, section 2.3.1).
    fileprivate var startsLikeGzip: Bool {
        if case .unexpectedByte(0x1F, _) = reason { position == 0 } else { false }
    }
}

extension ProblemKind.Service {
    fileprivate init(_ reason: JSONError.Reason) {
        switch reason {
        case .raggedArray, .mixedArray: self = .raggedArray
        case .numberOutOfRange: self = .numberTooLarge
        case .unexpectedKind: self = .wrongKind
        default: self = .malformedJSON
        }
    }
}
