// SPDX-License-Identifier: Apache-2.0

import HTTP
import LossFunctions
import TensorJSON

/// The text of an answer, written a slice at a time.
///
/// A million numbers take 22 MB as text: more than they and all that they were computed from.
struct AnswerText: ContentSource {
    /// What a loss has answered; nil for the answer of a penalty by itself.
    private let evaluation: Evaluation?
    private let penalties: [PenaltyEvaluation]
    /// The loss with the penalties added to it; nil where there is none to add to.
    private let total: Double?
    /// How many numbers it has in long arrays.
    private let length: Int
    private var pen: Pen

    /// The answer of a loss, with penalties added to it.
    init(_ evaluation: consuming Evaluation, _ penalties: [PenaltyEvaluation]) throws {
        total = penalties.isEmpty ? nil : try Self.total(evaluation.loss, penalties)
        length = penalties.reduce(evaluation.length) { $0 + $1.length }
        pen = Pen(at: .begin, for: length)
        self.evaluation = evaluation
        self.penalties = penalties
    }

    /// The answer of a penalty.
    init(_ evaluation: PenaltyEvaluation) {
        self.evaluation = nil
        penalties = [evaluation]
        total = nil
        length = evaluation.length
        pen = Pen(at: .value, for: length)
    }

    var isAtEnd: Bool { pen.step == .end }

    /// All numbers stay until the last is written, and so does room for the parts that are made
    /// ahead.
    var footprint: Int { isAtEnd ? 0 : 8 * length + Self.roomForText(of: length) }

    /// What it takes to write a number.
    static let nanosecondsEach = 25

    /// The bytes of memory that the text of so many numbers takes while it is sent: the part that is
    /// sent and those that are made ahead.
    static func roomForText(of count: Int) -> Int {
        Pen.bytesEach * min(count, 4 * Pen.sliceLength)
    }

    mutating func next() -> [UInt8] {
        var room = pen.beginSlice()
        if let evaluation {
            while !isAtEnd, room > 0 { pen.write(evaluation, total, penalties, &room) }
        } else {
            while !isAtEnd, room > 0 { pen.write(penalties, isWhole: true, &room) }
        }
        return pen.writer.take()
    }

    /// Of a long array slices can be written at once; what is around arrays is short.
    mutating func split() -> (any ContentSource)? {
        guard let numbers = numbersAtHand, let slice = pen.takeSlice(of: numbers.values.count)
        else { return nil }
        return Numbers(numbers, slice)
    }

    /// What the next member consists of, if that may be long.
    private var numbersAtHand: Tensor? {
        switch pen.step {
        case .loss: evaluation?.loss
        case .gradient: evaluation?.gradient
        case .hessian: evaluation?.hessian
        case .elements: evaluation?.elements
        case .gradientOfPenalty: penalties[pen.place].gradient
        case .hessianOfPenalty: penalties[pen.place].hessian
        case .begin, .normalizer, .value, .end: nil
        }
    }

    /// A slice of the numbers of an array, neither its first nor its last.
    private struct Numbers: ContentSource {
        private let tensor: Tensor
        private let range: Range<Int>
        private(set) var isAtEnd = false

        init(_ tensor: Tensor, _ range: Range<Int>) {
            self.tensor = tensor
            self.range = range
        }

        /// What it is a slice of is kept by the answer.
        var footprint: Int { 0 }

        mutating func next() -> [UInt8] {
            var writer = JSONWriter(reserving: Pen.bytesEach * range.count)
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

/// Where the writing of an answer stands, apart from what is written: that would be copied for each
/// member if it changed together with this.
private struct Pen {
    /// What is written next.
    private(set) var step: Step
    /// How many numbers in long arrays are still to be written.
    private(set) var left: Int
    var writer = JSONWriter(reserving: 0)
    /// The penalty that is written, or will be next.
    private(set) var place = 0
    /// How many numbers of the array at hand have been written.
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

    /// How many numbers are written at once: some 360 kB of text, in about 300 microseconds.
    static let sliceLength = 16_384
    /// The bytes that a number takes at the most, its comma included.
    static let bytesEach = 25

    init(at step: Step, for numbers: Int) {
        self.step = step
        left = numbers
    }

    /// Makes room for a slice, and says how many numbers that is.
    mutating func beginSlice() -> Int {
        writer.reserve(256 + Self.bytesEach * min(Self.sliceLength, left))
        return Self.sliceLength
    }

    /// Leaves a slice of the array at hand to another, if it is neither the first nor the last of
    /// so many numbers.
    mutating func takeSlice(of count: Int) -> Range<Int>? {
        let end = written + Self.sliceLength
        guard written > 0, end < count else { return nil }
        defer {
            written = end
            left -= Self.sliceLength
        }
        return written..<end
    }

    /// Writes the next member of a loss's answer.
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

    /// Writes the next member of a penalty's answer, which may be the whole answer.
    mutating func write(_ penalties: [PenaltyEvaluation], isWhole: Bool, _ room: inout Int) {
        let penalty = penalties[place]
        switch step {
        case .gradientOfPenalty:
            write(.gradient, penalty.gradient, then: .hessianOfPenalty, &room)
        case .hessianOfPenalty:
            write(.hessian, penalty.hessian, then: .value, &room)
            guard step == .value else { return }
            place += 1
            if isWhole { return end() }
            writer.endObject()
            guard place == penalties.count else { return }
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

    /// Writes what there is room for of a member that may be long, and goes on to the next step
    /// when that is all of it.
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
        left -= range.count
        written = end
        guard end == tensor.values.count else { return }
        written = 0
        step = next
    }
}

extension Tensor? {
    /// How many numbers it has as an array; none where it is a number, or not there.
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
