// SPDX-License-Identifier: Apache-2.0

import Formats
import HTTP
import LossFacts
import TensorJSON

extension Problem {
    init(_ error: FormatError) {
        if case .tooLong = error.reason {
            self.init(refusal: .bodyTooLarge, error.sentence)
        } else {
            self.init(.init(error.reason), error.sentence)
        }
        if let tensor = error.tensor {
            let index = error.element.map { $0.index.map { "/\($0)" }.joined() } ?? ""
            pointer = "/" + tensor.pointerStep + index
        }
        switch kind {
        case .service(.malformedTensors), .service(.malformedTable): position = error.position
        default: break
        }
        if case .unsupportedType(_, let format) = error.reason { allowed = format.typeNames }
        reason = error.code
    }

    /// The number at an offset of a result is too large to be rounded to a `Float`.
    init(tooLarge tensor: NamedTensor, at offset: Int) {
        let place = Tensor.place(of: offset, in: tensor.shape)
        self.init(
            .resultTooLarge,
            "\(tensor.name)\(place.writtenWithOffset(in: tensor.shape)) is "
                + "\(tensor.values[offset].shortest), which is too large for f32 (about 3.4e38): omit "
                + "dtype=f32.",
            pointer: "/" + tensor.name + place.map { "/\($0)" }.joined()
        )
    }
}

extension ProblemKind.Service {
    fileprivate init(_ reason: FormatError.Reason) {
        switch reason {
        case .unsupportedType: self = .unsupportedDatatype
        case .inexactInteger: self = .inexactNumber
        case .infinite: self = .numberTooLarge
        case .notABoolean, .notInRange: self = .notAllowed
        case .line(_, .tooLarge), .line(_, .infinite): self = .numberTooLarge
        case .line(_, .unknownColumn), .line(_, .sharedColumn): self = .notAllowed
        case .line(_, .notANumber), .line(_, .decimalComma): self = .wrongKind
        case .line: self = .malformedTable
        default: self = .malformedTensors
        }
    }
}
