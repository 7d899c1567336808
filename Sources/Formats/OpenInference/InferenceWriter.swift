// SPDX-License-Identifier: Apache-2.0

import TensorJSON

extension EncodedTensors {
    /// Encodes a response of the Open Inference Protocol.
    ///
    /// - Parameters:
    ///   - tensors: The outputs.
    ///   - metadata: Texts by their names, for its parameters.
    ///   - model: The name of the model.
    ///   - request: The request, which says which outputs are binary.
    /// - Returns: The body, and the length of its JSON; `nil` if no output is binary.
    package static func inference(
        _ tensors: [NamedTensor],
        metadata: [(name: String, text: String)],
        model: String,
        _ request: InferenceRequest
    ) -> (body: EncodedTensors, jsonLength: Int?) {
        let datatype = request.precision.type.inferenceName
        var binary: [Segment] = []
        var segments: [Segment] = []
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("model_name")
        writer.string(model)
        writer.key("model_version")
        writer.string(InferenceRequest.version)
        if let id = request.id {
            writer.key("id")
            writer.string(id)
        }
        if !metadata.isEmpty {
            writer.key("parameters")
            writer.beginObject()
            for (name, text) in metadata {
                writer.key(name)
                writer.string(text)
            }
            writer.endObject()
        }
        writer.key("outputs")
        writer.beginArray()
        for tensor in tensors {
            writer.beginObject()
            writer.key("name")
            writer.string(tensor.name)
            writer.key("datatype")
            writer.string(datatype)
            writer.key("shape")
            writer.beginArray()
            for length in tensor.shape { writer.integer(length) }
            writer.endArray()
            if request.isBinary(tensor.name) {
                binary.append(.numbers(tensor.numbers))
                writer.key("parameters")
                writer.beginObject()
                writer.key("binary_data_size")
                writer.integer(tensor.numbers.count * request.precision.type.width)
                writer.endObject()
            } else {
                writer.key("data")
                writer.skipValue()
                segments.append(.bytes(writer.take()))
                segments.append(.texts(tensor.values, hasNaN: tensor.hasNaN))
            }
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        segments.append(.bytes(writer.finish()))
        let json = EncodedTensors(segments, request.precision)
        guard !binary.isEmpty else { return (json, nil) }
        // A field of the response states the length of the JSON, which must be known before it is sent.
        let text = json.whole
        return (EncodedTensors([.bytes(text)] + binary, request.precision), text.count)
    }
}

extension InferenceRequest {
    /// The version of every model.
    package static let version = "1"

    /// Whether an output is binary.
    func isBinary(_ output: String) -> Bool {
        outputs?.first { $0.name == output }?.isBinary ?? isBinary
    }
}
