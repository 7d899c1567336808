// SPDX-License-Identifier: Apache-2.0

import TensorJSON

extension EncodedTensors {
    /// Encodes tensors as safetensors.
    ///
    /// - Parameters:
    ///   - tensors: The tensors, whose names differ.
    ///   - metadata: Texts by their names, for `__metadata__`.
    ///   - precision: The type of the numbers.
    /// - Returns: The body.
    package static func safetensors(
        _ tensors: [NamedTensor],
        metadata: [(name: String, text: String)],
        _ precision: Precision
    ) -> EncodedTensors {
        var writer = JSONWriter()
        writer.beginObject()
        if !metadata.isEmpty {
            writer.key(SafeTensorsHeader.metadataKey)
            writer.beginObject()
            for (name, text) in metadata {
                writer.key(name)
                writer.string(text)
            }
            writer.endObject()
        }
        var offset = 0
        for tensor in tensors {
            let end = offset + tensor.numbers.count * precision.type.width
            writer.key(tensor.name)
            writer.beginObject()
            writer.key("dtype")
            writer.string(precision.type.safetensorsName)
            writer.key("shape")
            writer.beginArray()
            for length in tensor.shape { writer.integer(length) }
            writer.endArray()
            writer.key("data_offsets")
            writer.beginArray()
            writer.integer(offset)
            writer.integer(end)
            writer.endArray()
            writer.endObject()
            offset = end
        }
        writer.endObject()
        var header = writer.finish()
        // Readers map the numbers into memory, where they should be aligned.
        while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }
        var start: [UInt8] = []
        start.append(littleEndian: UInt64(header.count))
        return EncodedTensors(
            [.bytes(start + header)] + tensors.map { .numbers($0.numbers) },
            precision
        )
    }
}
