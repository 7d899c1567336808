// SPDX-License-Identifier: Apache-2.0

import HTTP
import LossFunctions
import TensorJSON

/// The text of an answer, written a slice at a time.
///
/// A million numbers take 22 MB as text: more than they and all that they were computed from.
struct AnswerText: ContentSource {
    private var parts: [Part] = []
    /// The part that is written next.
    private var place = 0
    /// How many numbers of it have been written.
    private var written = 0
    /// How many numbers in long arrays are still to be written.
    private var left = 0
    private var writer = JSONWriter(reserving: 0)

    private enum Part {
        case beginObject
        case endObject
        case beginArray
        case endArray
        case key(JSONKey)
        case number(Double)
        case numbers(Tensor)
    }

    /// How many numbers are written at once: some 360 kB of text, in about 300 microseconds.
    private static let sliceLength = 16_384

    /// The answer of a loss, with penalties added to it.
    init(_ evaluation: Evaluation, _ penalties: [PenaltyEvaluation]) throws {
        parts.reserveCapacity(10)
        parts.append(.beginObject)
        if let loss = evaluation.loss {
            if penalties.isEmpty {
                add(.loss, loss)
            } else {
                add(.loss, try Self.total(loss, penalties))
                add(.dataLoss, loss)
            }
        }
        add(.gradient, evaluation.gradient)
        add(.hessian, evaluation.hessian)
        add(.elements, evaluation.elements)
        add(.normalizer, evaluation.normalizer)
        if !penalties.isEmpty {
            parts += [.key(.regularization), .beginArray]
            for penalty in penalties { add(penalty) }
            parts.append(.endArray)
        }
        parts.append(.endObject)
    }

    /// The answer of a penalty.
    init(_ evaluation: PenaltyEvaluation) {
        add(evaluation)
    }

    var isAtEnd: Bool { place == parts.count }

    var footprint: Int { 8 * left }

    mutating func next() -> [UInt8] {
        var room = Self.sliceLength
        // A number takes up to 25 bytes with its comma.
        writer.reserve(256 + 25 * min(room, left))
        while !isAtEnd, room > 0 { write(parts[place], &room) }
        return writer.take()
    }

    private mutating func write(_ part: Part, _ room: inout Int) {
        switch part {
        case .beginObject: writer.beginObject()
        case .endObject: writer.endObject()
        case .beginArray: writer.beginArray()
        case .endArray: writer.endArray()
        case .key(let key): writer.key(key)
        case .number(let number): writer.number(number)
        case .numbers(let tensor):
            let end = min(written + room, tensor.values.count)
            let range = written..<end
            writer.numbers(Array(tensor.values[range]), shape: tensor.shape, range)
            room -= range.count
            left -= range.count
            written = end
            guard end == tensor.values.count else { return }
            written = 0
        }
        place += 1
    }

    private mutating func add(_ key: JSONKey, _ number: Double) {
        parts.append(.key(key))
        parts.append(.number(number))
    }

    private mutating func add(_ key: JSONKey, _ tensor: Tensor?) {
        guard let tensor else { return }
        parts.append(.key(key))
        guard !tensor.shape.isEmpty else { return parts.append(.number(tensor.values[0])) }
        parts.append(.numbers(tensor))
        left += tensor.values.count
    }

    private mutating func add(_ evaluation: PenaltyEvaluation) {
        parts.append(.beginObject)
        if let value = evaluation.value { add(.value, value) }
        add(.gradient, evaluation.gradient)
        add(.hessian, evaluation.hessian)
        parts.append(.endObject)
    }

    private static func total(_ loss: Tensor, _ penalties: [PenaltyEvaluation]) throws -> Double {
        var sum = ExactSum()
        for value in loss.values { sum.add(value) }
        for penalty in penalties { sum.add(penalty.value ?? 0) }
        guard sum.value.isFinite else {
            throw LossError.notFinite(.loss, of: .predictions, place: [])
        }
        return sum.value
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
