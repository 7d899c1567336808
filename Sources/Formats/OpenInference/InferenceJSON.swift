// SPDX-License-Identifier: Apache-2.0

import TensorJSON

/// The JSON object of a request of the Open Inference Protocol.
struct InferenceJSON {
    private(set) var request = InferenceRequest()
    private(set) var inputs: [Input] = []
    /// The parameters that are not of the protocol itself, as texts.
    private(set) var parameters: [(name: String, text: String)] = []

    /// An input, with its numbers unless they are binary.
    struct Input {
        let header: TensorHeader
        let tensor: NamedTensor?
    }

    /// Parameters of servers that batch and schedule requests, which this one ignores.
    private static let ignored: Set = ["priority", "timeout"]

    /// The beginnings of the names of parameters of extensions that are not supported.
    private static let unsupported = ["classification", "shared_memory_", "sequence_"]

    /// Reads the text of a request.
    ///
    /// - Throws: an error in the text.
    static func read(
        _ text: [UInt8],
        _ meter: (any MemoryMeter)?
    ) throws(FormatError) -> InferenceJSON {
        var reader = JSONReader(text)
        reader.meter = meter
        var json = InferenceJSON()
        do {
            try json.read(&reader)
            try reader.finish()
            return json
        } catch let error as JSONError {
            guard !error.needsMore || meter == nil else { throw .memoryExhausted }
            throw FormatError(.header(error), at: error.position)
        } catch let error as FormatError {
            throw error
        } catch {
            preconditionFailure("reading JSON threw an unknown error: \(error)")
        }
    }

    private mutating func read(_ reader: inout JSONReader) throws {
        try reader.beginObject()
        var hasInputs = false
        while let key = try reader.nextKey() {
            switch key {
            case "id": request.id = try reader.readString()
            // The path names the model.
            case "model_name", "model_version": try reader.skipValue()
            case "parameters": try readParameters(&reader)
            case "inputs":
                hasInputs = true
                try reader.beginArray()
                while try reader.nextElement() {
                    let position = reader.position
                    let input = try Self.readInput(&reader)
                    guard inputs.count < Self.maximumTensors else {
                        let expected = "a list of at most \(Self.maximumTensors) inputs"
                        throw FormatError(.wrongMember(key, expected: expected), at: position)
                    }
                    guard !inputs.contains(where: { $0.header.name == input.header.name }) else {
                        throw FormatError(.repeatedInput, at: position, in: input.header.name)
                    }
                    inputs.append(input)
                }
            case "outputs":
                var outputs: [InferenceRequest.Output] = []
                try reader.beginArray()
                while try reader.nextElement() {
                    let position = reader.position
                    let output = try Self.readOutput(&reader)
                    guard outputs.count < Self.maximumTensors,
                        !outputs.contains(where: { $0.name == output.name })
                    else {
                        let expected =
                            "a list of at most \(Self.maximumTensors) outputs, each of them once"
                        throw FormatError(.wrongMember(key, expected: expected), at: position)
                    }
                    outputs.append(output)
                }
                request.outputs = outputs
            default:
                let allowed = ["id", "parameters", "inputs", "outputs"]
                throw FormatError(.unknownMember(key, allowed: allowed), at: reader.position)
            }
        }
        guard hasInputs else { throw FormatError(.missingMember("inputs"), at: 0) }
    }

    /// The maximum number of inputs or outputs; no loss has as many.
    private static let maximumTensors = 64

    private mutating func readParameters(_ reader: inout JSONReader) throws {
        try reader.beginObject()
        while let key = try reader.nextKey() {
            try Self.refuseExtension(key, reader.position)
            switch key {
            case "binary_data_output": request.isBinary = try reader.readBoolean()
            case "output_datatype":
                let position = reader.position
                switch try reader.readString() {
                case "FP64": request.precision = .double
                case "FP32": request.precision = .single
                default:
                    throw FormatError(.wrongMember(key, expected: "FP64 or FP32"), at: position)
                }
            case let key where Self.ignored.contains(key): try reader.skipValue()
            default: parameters.append((key, try Self.readText(key, &reader)))
            }
        }
    }

    /// Reads a text, a number or a boolean as text.
    private static func readText(_ key: String, _ reader: inout JSONReader) throws -> String {
        let position = reader.position
        switch try reader.peekKind() {
        case .string: return try reader.readString()
        case .boolean: return try reader.readBoolean() ? "true" : "false"
        case .number: return "\(try reader.readNumber())"
        case .null, .array, .object:
            let expected = "a text, a number or a boolean; lists are inputs, or texts with commas"
            throw FormatError(.wrongMember(key, expected: expected), at: position)
        }
    }

    private static func refuseExtension(_ key: String, _ position: Int) throws(FormatError) {
        guard unsupported.contains(where: { key.hasPrefix($0) }) else { return }
        throw FormatError(.unsupportedExtension(key), at: position)
    }

    private static func readOutput(
        _ reader: inout JSONReader
    ) throws -> InferenceRequest.Output {
        let position = reader.position
        var name: String?
        var isBinary: Bool?
        try reader.beginObject()
        while let key = try reader.nextKey() {
            switch key {
            case "name": name = try reader.readString()
            case "parameters":
                try reader.beginObject()
                while let key = try reader.nextKey() {
                    try refuseExtension(key, reader.position)
                    guard key == "binary_data" else {
                        throw FormatError(
                            .unknownMember(key, allowed: ["binary_data"]),
                            at: reader.position
                        )
                    }
                    isBinary = try reader.readBoolean()
                }
            default:
                let allowed = ["name", "parameters"]
                throw FormatError(.unknownMember(key, allowed: allowed), at: reader.position)
            }
        }
        guard let name else { throw FormatError(.missingMember("name"), at: position) }
        return InferenceRequest.Output(name: name, isBinary: isBinary)
    }

    private static func readInput(_ reader: inout JSONReader) throws -> Input {
        let position = reader.position
        var (name, datatype): (String?, String?)
        var shape: [Int]?
        var size: Int?
        var data: NumberArray?
        // The numbers, if they come before their type, which says whether they may be booleans.
        var early: JSONReader?
        func readNumbers(_ reader: inout JSONReader) throws -> NumberArray {
            var numbers = NumbersInProgress(others: datatype == "BOOL" ? .booleans : .null)
            try reader.read(&numbers)
            return numbers.takeArray()
        }
        try reader.beginObject()
        while let key = try reader.nextKey() {
            switch key {
            case "name": name = try reader.readString()
            case "datatype": datatype = try reader.readString()
            case "shape": shape = try readLengths(&reader, of: name)
            case "parameters": size = try readSize(&reader, of: name)
            case "data" where datatype == nil:
                early = reader
                try reader.skipValue()
            case "data": data = try readNumbers(&reader)
            default:
                let allowed = ["name", "datatype", "shape", "data", "parameters"]
                throw FormatError(
                    .unknownMember(key, allowed: allowed),
                    at: reader.position,
                    in: name
                )
            }
        }
        if var early { data = try readNumbers(&early) }
        func required<Value>(_ value: Value?, _ key: String) throws(FormatError) -> Value {
            guard let value else { throw FormatError(.missingMember(key), at: position, in: name) }
            return value
        }
        let known = try required(name, "name")
        let type = try required(datatype, "datatype")
        guard let element = ElementType.allCases.first(where: { $0.inferenceName == type }) else {
            throw FormatError(
                .unsupportedType(type, format: .openInference),
                at: position,
                in: name
            )
        }
        let header = try TensorHeader(
            name: known,
            type: element,
            shape: required(shape, "shape"),
            at: position
        )
        guard (data == nil) != (size == nil) else {
            let expected = "given either as data or as binary_data_size"
            throw FormatError(
                .wrongMember("the numbers", expected: expected),
                at: position,
                in: known
            )
        }
        guard let numbers = data.take() else {
            guard size == header.size else {
                throw FormatError(
                    .wrongSize(size ?? 0, needed: header.size),
                    at: position,
                    in: known
                )
            }
            return Input(header: header, tensor: nil)
        }
        return Input(header: header, tensor: try tensor(header, numbers, position))
    }

    /// The numbers of an input in JSON, which may be nested or not.
    private static func tensor(
        _ header: TensorHeader,
        _ numbers: consuming NumberArray,
        _ position: Int
    ) throws(FormatError) -> NamedTensor {
        var data = numbers
        guard data.values.count == header.count,
            data.shape == header.shape || data.shape.count <= 1
        else {
            let expected =
                "\(header.count) numbers in a list, or nested in the shape \(header.shape.list)"
            throw FormatError(
                .wrongMember("data", expected: expected),
                at: position,
                in: header.name
            )
        }
        if let offset = data.values.firstIndex(where: { !header.type.accepts($0) }) {
            throw FormatError(
                .notInRange(data.values[offset], type: header.type),
                at: position,
                in: header.name,
                element: FormatError.Element(at: offset, in: header)
            )
        }
        if header.type.isNarrow { data.replaceEach { header.type.rounded($0) } }
        return NamedTensor(
            name: header.name,
            shape: header.shape,
            values: data.values,
            hasNaN: data.hasNull
        )
    }

    private static func readLengths(_ reader: inout JSONReader, of name: String?) throws -> [Int] {
        let position = reader.position
        let numbers = try reader.readNumbers()
        let lengths = numbers.values.compactMap { Int(exactly: $0) }.filter { $0 >= 0 }
        guard numbers.shape.count == 1, lengths.count == numbers.values.count else {
            throw FormatError(
                .wrongMember("shape", expected: "a list of lengths"),
                at: position,
                in: name
            )
        }
        return lengths
    }

    /// Reads the parameters of an input; returns the length of its numbers if they are binary.
    private static func readSize(_ reader: inout JSONReader, of name: String?) throws -> Int? {
        var size: Int?
        try reader.beginObject()
        while let key = try reader.nextKey() {
            let position = reader.position
            try refuseExtension(key, position)
            guard key == "binary_data_size" else {
                let allowed = ["binary_data_size"]
                throw FormatError(.unknownMember(key, allowed: allowed), at: position, in: name)
            }
            guard let count = Int(exactly: try reader.readNumber()), count >= 0 else {
                throw FormatError(
                    .wrongMember(key, expected: "a number of bytes"),
                    at: position,
                    in: name
                )
            }
            size = count
        }
        return size
    }
}

extension ElementType {
    /// The name in the Open Inference Protocol.
    var inferenceName: String {
        switch self {
        case .float64: "FP64"
        case .float32: "FP32"
        case .float16: "FP16"
        case .bfloat16: "BF16"
        case .int8: "INT8"
        case .int16: "INT16"
        case .int32: "INT32"
        case .int64: "INT64"
        case .uint8: "UINT8"
        case .uint16: "UINT16"
        case .uint32: "UINT32"
        case .uint64: "UINT64"
        case .boolean: "BOOL"
        }
    }

    /// Whether a number in JSON, in which NaN is a missing value, has a number of the type, rounded or not.
    fileprivate func accepts(_ number: Double) -> Bool {
        guard let integers else { return !rounded(number).isInfinite }
        return integers.contains(number) && number == number.rounded(.down)
    }

    /// The integers that the type has, and that JSON gives exactly; `nil` if it has others too.
    var integers: ClosedRange<Double>? {
        switch self {
        // Numbers in JSON beyond 2^53 have been rounded already.
        case .float64, .float32, .float16, .bfloat16: nil
        case .int8: -128...127
        case .int16: -32_768...32_767
        case .int32: -0x1p31...(0x1p31 - 1)
        case .int64: -(0x1p53 - 1)...(0x1p53 - 1)
        case .uint8: 0...255
        case .uint16: 0...65_535
        case .uint32: 0...(0x1p32 - 1)
        case .uint64: 0...(0x1p53 - 1)
        case .boolean: 0...1
        }
    }
}
