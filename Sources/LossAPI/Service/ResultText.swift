// SPDX-License-Identifier: Apache-2.0

import HTTP
import LossFunctions
import TensorJSON

/// The JSON text of a result, serialized slice by slice.
///
/// As text, numbers take more memory than the arrays from which they were computed.
struct ResultText: ContentSource {
    /// The evaluation of the loss; `nil` for a request to a penalty.
    private let evaluation: Evaluation?
    private let penalties: [PenaltyEvaluation]
    /// The loss plus the penalties; `nil` without penalties, or if the loss was not requested.
    private let total: Double?
    /// The number of numbers in arrays.
    private let length: Int
    private var members: MemberWriter

    /// Creates the result of a loss and the penalties added to it.
    init(_ evaluation: consuming Evaluation, _ penalties: [PenaltyEvaluation]) throws {
        total = penalties.isEmpty ? nil : try Self.total(evaluation.loss, penalties)
        length = penalties.reduce(evaluation.length) { $0 + $1.length }
        members = MemberWriter(at: .begin, for: length)
        self.evaluation = evaluation
        self.penalties = penalties
    }

    /// Creates the result of a penalty.
    init(_ evaluation: PenaltyEvaluation) {
        self.evaluation = nil
        penalties = [evaluation]
        total = nil
        length = evaluation.length
        members = MemberWriter(at: .value, for: length)
    }

    var isAtEnd: Bool { members.step == .end }

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
        var room = members.beginSlice()
        if let evaluation {
            while !isAtEnd, room > 0 { members.write(evaluation, total, penalties, &room) }
        } else {
            while !isAtEnd, room > 0 { members.write(penalties, isWhole: true, &room) }
        }
        return members.writer.take()
    }

    /// Splits off a slice of a long array, which can be serialized concurrently.
    mutating func split() -> (any ContentSource)? {
        guard let numbers = currentNumbers, let slice = members.takeSlice(of: numbers.values.count)
        else { return nil }
        return Numbers(numbers, slice)
    }

    /// The numbers of the next member, if it may be long.
    private var currentNumbers: Tensor? {
        switch members.step {
        case .loss: evaluation?.loss
        case .gradient: evaluation?.gradient
        case .hessian: evaluation?.hessian
        case .elements: evaluation?.elements
        case .gradientOfPenalty: penalties[members.penaltyIndex].gradient
        case .hessianOfPenalty: penalties[members.penaltyIndex].hessian
        case .begin, .normalizer, .value, .end: nil
        }
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
            writer.numbers(tensor.values.span.extracting(range), shape: tensor.shape, range)
            isAtEnd = true
            return writer.finish()
        }
    }

    private static func total(_ loss: Tensor?, _ penalties: [PenaltyEvaluation]) throws -> Double? {
        guard let loss else { return nil }
        var sum = ExactSum()
        for value in loss.values { sum.add(value) }
        for penalty in penalties { sum.add(penalty.value ?? 0) }
        guard sum.value.isFinite else {
            throw LossError.notFinite(.loss, of: .predictions, place: [])
        }
        return sum.value
    }
}

extension Tensor? {
    /// The number of numbers in an array; 0 for a single number and for `nil`.
    fileprivate var length: Int {
        guard let self, !self.shape.isEmpty else { return 0 }
        return self.values.count
    }
}

extension Evaluation {
    fileprivate var length: Int {
        loss.length + gradient.length + hessian.length + elements.length
    }
}

extension PenaltyEvaluation {
    fileprivate var length: Int { gradient.length + hessian.length }
}
