// SPDX-License-Identifier: Apache-2.0

extension EncodedTensors {
    /// Encodes tensors as arrays in NumPy's format, one after the other, and behind them the metadata.
    ///
    /// - Parameters:
    ///   - tensors: The tensors.
    ///   - metadata: Texts by their names, each an array without dimensions.
    ///   - precision: The type of the numbers of the tensors.
    /// - Returns: The body.
    package static func npy(
        _ tensors: [NamedTensor],
        metadata: [(name: String, text: String)],
        _ precision: Precision
    ) -> EncodedTensors {
        EncodedTensors(
            tensors.flatMap { NPYWriter.segments($0, precision) }
                + metadata.map { .bytes(NPYWriter.bytes($0.text)) },
            precision
        )
    }
}

/// Writes arrays in NumPy's format, version 1.0.
enum NPYWriter {
    /// An array of numbers.
    static func segments(
        _ tensor: NamedTensor,
        _ precision: Precision
    ) -> [EncodedTensors.Segment] {
        let header = header(precision.type.numpyName ?? "", tensor.shape)
        return [.bytes(header), .numbers(tensor.numbers)]
    }

    /// A double, if the text is a number, else a text, in an array without dimensions.
    static func bytes(_ text: String) -> [UInt8] {
        if let number = Double(text) {
            return header("<f8", []) + EncodedTensors([.numbers(.doubles([number]))], .double).whole
        }
        let scalars = text.unicodeScalars
        var bytes = header("<U\(scalars.count)", [])
        for scalar in scalars { bytes.append(littleEndian: scalar.value) }
        return bytes
    }

    private static func header(_ type: String, _ shape: [Int]) -> [UInt8] {
        let lengths = shape.map { "\($0)" }.joined(separator: ", ")
        let tuple = shape.count == 1 ? "(\(lengths),)" : "(\(lengths))"
        var text = "{'descr': '\(type)', 'fortran_order': False, 'shape': \(tuple), }"
        // The numbers begin at a multiple of 64 bytes, for readers that map them into memory.
        let start = NPYReader.startLength + 2
        let padding = 63 - (start + text.utf8.count) % 64
        text += String(repeating: " ", count: padding) + "\n"
        var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
        bytes.append(littleEndian: UInt16(text.utf8.count))
        return bytes + Array(text.utf8)
    }
}
