// SPDX-License-Identifier: Apache-2.0

import Formats
import HTTP
import LossFacts
import Requests

/// Reads the tensors of a body in a binary format into a request builder while the body arrives.
struct TensorBody<Reader: TensorReader>: PartwiseBody {
    typealias Target = RequestBuilder

    /// `nil` once the rest of the body is discarded.
    private var reader: Reader?
    var part = BodyPart()
    /// The tensors that have been announced.
    private var headers: [TensorHeader] = []
    /// The names of the fields among the metadata.
    private var texts: [String] = []

    init(_ reader: Reader) {
        self.reader = reader
    }

    var footprint: Int { (reader?.footprint ?? 0) + part.footprint }

    var inference: InferenceRequest? { reader?.request }

    mutating func endBody() throws { try reader?.end(part.meter) }

    mutating func abandon() {
        reader = nil
        headers = []
        texts = []
    }

    mutating func read(
        _ bytes: Span<UInt8>,
        _ index: inout Int,
        into builder: inout RequestBuilder
    ) throws {
        while let event = try reader?.next(bytes, from: &index, part.meter) {
            switch event {
            case .headers(let headers, let metadata):
                for header in headers { try check(header, builder) }
                self.headers += headers
                for (name, text) in metadata where name != Self.origin {
                    try builder.set(name, text: text, in: Reader.textPart)
                    texts.append(name)
                }
                if let header = headers.first(where: { texts.contains($0.name) }) {
                    throw Problem(tensor: header.name, isTextIn: Reader.textPart)
                }
                try setOutputs(of: &builder)
            case .tensor(let tensor): try set(tensor, of: &builder)
            }
        }
    }

    /// Sets the outputs that a request of the Open Inference Protocol lists.
    private func setOutputs(of builder: inout RequestBuilder) throws {
        guard let request = reader?.request else { return }
        let (outputs, inputs) = try request.outputs(of: builder.facts)
        guard let outputs else { return }
        guard !texts.contains("outputs") else {
            throw Problem(
                .conflictingOptions,
                "\"outputs\" are given twice, in the request and in its parameters: omit one of them.",
                pointer: "/outputs"
            )
        }
        try builder.set(try builder.field("outputs"), .texts(outputs))
        // Inputs that are named by gradient_of, in the parameters or the query, are kept.
        guard let inputs, !texts.contains("gradient_of"), !builder.isOutside("gradient_of") else {
            return
        }
        try builder.set(try builder.field("gradient_of"), .texts(inputs))
    }

    /// The text by which libraries note the framework that wrote safetensors.
    private static var origin: String { "format" }

    /// Throws if a tensor is not a field, or if the field has no numbers.
    private func check(_ header: TensorHeader, _ builder: borrowing RequestBuilder) throws {
        let field = try builder.field(header.name)
        let expected: String
        switch (field.kind, header.shape.count) {
        case (.numbers, _), (.labels, 1), (.list, ...1), (.number, 0), (.flag, 0): return
        case (.labels, _): expected = "a list of integers, one for each item of the first dimension"
        case (.list, _): expected = "a number or a list of numbers"
        case (.number, _): expected = "a single number"
        case (.flag, _): expected = "a single boolean"
        case (.text, _), (.texts, _): expected = "text, in the query"
        case (.penalties, _): expected = "a list of penalties, which needs a body in JSON"
        }
        throw RequestError.wrongKind(header.name, expected: expected)
    }

    private func set(_ tensor: NamedTensor, of builder: inout RequestBuilder) throws {
        let field = try builder.field(tensor.name)
        if tensor.hasNaN, !field.acceptsMissing {
            throw Self.missing(in: tensor)
        }
        switch field.kind {
        case .flag:
            guard tensor.values == [0] || tensor.values == [1] else {
                throw RequestError.wrongKind(tensor.name, expected: "0 or 1, or a boolean")
            }
            try builder.set(field, .flag(tensor.values == [1]))
        case .number: try builder.set(field, .number(tensor.values.first ?? .nan))
        default: try builder.set(field, .numbers(try numbers(of: tensor, builder)))
        }
    }

    /// The numbers of a tensor, in single precision if that is how they arrived and an input has them.
    private func numbers(
        of tensor: NamedTensor,
        _ builder: borrowing RequestBuilder
    ) throws -> Tensor {
        guard case .singles(let singles) = tensor.numbers,
            builder.facts.signature.index(of: tensor.name) != nil
        else {
            return try Tensor(widening: tensor, part.meter)
        }
        return Tensor(shape: tensor.shape, singles: singles, hasMissing: tensor.hasNaN)
    }

    func problem(explaining error: any Error) -> Problem {
        switch error {
        case RequestError.loss(.missingValue(let input, let place), _):
            let shape = headers.first { $0.name == input }?.shape ?? []
            return Problem(
                .missingValue,
                "\(input)\(place.writtenWithOffset(in: shape)) is NaN, which stands for a missing "
                    + "value. With missing=skip, losses with missing values are skipped; a mask can "
                    + "also leave them out.",
                pointer: "/" + input + place.map { "/\($0)" }.joined()
            )
        default: return Problem(explaining: error)
        }
    }

    /// The problem with the first NaN of a tensor that may have none.
    private static func missing(in tensor: NamedTensor) -> Problem {
        let offset = tensor.values.firstIndex { $0.isNaN } ?? 0
        let place = Tensor.place(of: offset, in: tensor.shape)
        return Problem(
            .missingValue,
            "\(tensor.name)\(place.writtenWithOffset(in: tensor.shape)) is NaN, but must be a number: "
                + "only inputs may have missing values.",
            pointer: "/" + tensor.name + place.map { "/\($0)" }.joined()
        )
    }
}

extension Tensor {
    /// The tensor in double precision.
    ///
    /// - Throws: an error if memory is exhausted.
    init(widening tensor: NamedTensor, _ meter: MemoryAccount?) throws {
        if case .singles(let singles) = tensor.numbers {
            // The numbers as they arrived are charged until they have been widened.
            guard meter?.reserve(8 * singles.count) ?? true else {
                throw FormatError.memoryExhausted
            }
            meter?.release(4 * singles.capacity)
        }
        self.init(shape: tensor.shape, values: tensor.values, hasMissing: tensor.hasNaN)
    }
}

extension [Int] {
    /// The index as JSON writes it, and in several dimensions the offset in row-major order.
    func writtenWithOffset(in shape: [Int]) -> String {
        guard count > 1, count == shape.count else { return writtenUnlessEmpty }
        let offset = zip(self, shape).reduce(0) { $0 * $1.1 + $1.0 }
        return "\(written) (flat index \(offset))"
    }
}

extension Problem {
    /// Describes a field that is a tensor, and also a text in a part of the request.
    init(tensor name: String, isTextIn part: String) {
        self.init(
            .conflictingOptions,
            "\(name.quoted) is given in \(part) and as a tensor: omit one of them.",
            pointer: "/" + name
        )
    }
}
