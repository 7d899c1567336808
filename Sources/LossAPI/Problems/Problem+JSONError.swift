// SPDX-License-Identifier: Apache-2.0

import TensorJSON

extension Problem {
    init(_ error: JSONError) {
        self.init(.init(error.reason), error.sentence)
        // A syntax error is located by its byte, a wrong value by its pointer.
        if error.isMalformed {
            position = error.position
            pointer = error.pointer.isEmpty ? nil : error.pointer
        } else {
            pointer = error.pointer
        }
        reason = error.code
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
