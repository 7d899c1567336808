// SPDX-License-Identifier: Apache-2.0

import LossFunctions
import TensorJSON

/// Writes the members of a result one after the other.
///
/// It is separate from the result itself, which would be copied for each member if both were mutated
/// together.
struct MemberWriter {
    /// The next member.
    private(set) var step: Step
    /// The number of numbers in arrays that have not been written.
    private var remaining: Int
    var writer = JSONWriter(reserving: 0)
    /// The index of the current penalty.
    private(set) var penaltyIndex = 0
    /// The number of numbers of the current array that have been written.
    private var written = 0

    enum Step {
        case begin
        case loss
        case gradient
        case hessian
        case elements
        case normalizer
        case value
        case gradientOfPenalty
        case hessianOfPenalty
        case end
    }

    /// The number of numbers per slice, short enough for a fraction of a millisecond.
    static let sliceLength = 16_384
    /// The maximum length of a number in bytes, including its comma.
    static let bytesEach = 25

    init(at step: Step, for numbers: Int) {
        self.step = step
        remaining = numbers
    }

    /// Reserves memory for a slice and returns the number of its numbers.
    mutating func beginSlice() -> Int {
        writer.reserve(256 + Self.bytesEach * min(Self.sliceLength, remaining))
        return Self.sliceLength
    }

    /// Skips a slice of the current array, for another writer; returns its range.
    ///
    /// Returns `nil` if it is the first or the last slice of the array, which has `count` numbers.
    mutating func takeSlice(of count: Int) -> Range<Int>? {
        let end = written + Self.sliceLength
        guard written > 0, end < count else { return nil }
        defer {
            written = end
            remaining -= Self.sliceLength
        }
        return written..<end
    }

    /// Writes the next member of the result of a loss.
    mutating func write(
        _ evaluation: Evaluation,
        _ total: Double?,
        _ penalties: [PenaltyEvaluation],
        _ room: inout Int
    ) {
        switch step {
        case .begin:
            writer.beginObject()
            if let total { write(.loss, total) }
            step = .loss
        case .loss:
            write(total == nil ? .loss : .dataLoss, evaluation.loss, then: .gradient, &room)
        case .gradient: write(.gradient, evaluation.gradient, then: .hessian, &room)
        case .hessian: write(.hessian, evaluation.hessian, then: .elements, &room)
        case .elements: write(.elements, evaluation.elements, then: .normalizer, &room)
        case .normalizer:
            write(.normalizer, evaluation.normalizer)
            guard !penalties.isEmpty else { return end() }
            writer.key(.regularization)
            writer.beginArray()
            step = .value
        case .value, .gradientOfPenalty, .hessianOfPenalty:
            write(penalties, isWhole: false, &room)
        case .end: break
        }
    }

    /// Writes the next member of the result of a penalty, which may be the whole result.
    mutating func write(_ penalties: [PenaltyEvaluation], isWhole: Bool, _ room: inout Int) {
        let penalty = penalties[penaltyIndex]
        switch step {
        case .gradientOfPenalty:
            write(.gradient, penalty.gradient, then: .hessianOfPenalty, &room)
        case .hessianOfPenalty:
            write(.hessian, penalty.hessian, then: .value, &room)
            guard step == .value else { return }
            penaltyIndex += 1
            if isWhole { return end() }
            writer.endObject()
            guard penaltyIndex == penalties.count else { return }
            writer.endArray()
            end()
        default:
            writer.beginObject()
            if let value = penalty.value { write(.value, value) }
            step = .gradientOfPenalty
        }
    }

    private mutating func end() {
        writer.endObject()
        step = .end
    }

    private mutating func write(_ key: JSONKey, _ number: Double) {
        writer.key(key)
        writer.number(number)
    }

    /// Writes as much of a possibly long member as fits into `room`, and advances to the next step
    /// at its end.
    private mutating func write(
        _ key: JSONKey,
        _ tensor: Tensor?,
        then next: Step,
        _ room: inout Int
    ) {
        guard let tensor else {
            step = next
            return
        }
        guard !tensor.shape.isEmpty else {
            write(key, tensor.values[0])
            step = next
            return
        }
        if written == 0 { writer.key(key) }
        let end = min(written + room, tensor.values.count)
        let range = written..<end
        writer.numbers(tensor.values.span.extracting(range), shape: tensor.shape, range)
        room -= range.count
        remaining -= range.count
        written = end
        guard end == tensor.values.count else { return }
        written = 0
        step = next
    }
}

extension JSONKey {
    fileprivate static let loss = JSONKey("loss")
    fileprivate static let dataLoss = JSONKey("data_loss")
    fileprivate static let gradient = JSONKey("gradient")
    fileprivate static let hessian = JSONKey("hessian")
    fileprivate static let elements = JSONKey("elements")
    fileprivate static let normalizer = JSONKey("normalizer")
    fileprivate static let regularization = JSONKey("regularization")
    fileprivate static let value = JSONKey("value")
}
