// SPDX-License-Identifier: Apache-2.0

extension EncodedTensors {
    /// The maximum length of an archive in bytes, because its sizes have 32 bits.
    package static let maximumArchive = 0xFFFF_FFFF
    /// The maximum number of arrays in it, because their count has 16 bits, all of which stand for more.
    package static let maximumMembers = 0xFFFE

    /// Encodes tensors and metadata as a zip archive of arrays in NumPy's format, which are stored.
    ///
    /// - Parameters:
    ///   - tensors: The tensors, whose names differ.
    ///   - metadata: Texts by their names, each an array without dimensions.
    ///   - precision: The type of the numbers of the tensors.
    /// - Returns: The body; `nil` if it would be longer than ``maximumArchive``, or
    ///   would have more than ``maximumMembers``.
    package static func npz(
        _ tensors: [NamedTensor],
        metadata: [(name: String, text: String)],
        _ precision: Precision
    ) -> EncodedTensors? {
        let members =
            tensors.map { ($0.name, NPYWriter.segments($0, precision)) }
            + metadata.map { ($0.name, [Segment.bytes(NPYWriter.bytes($0.text))]) }
        guard members.count <= maximumMembers else { return nil }
        var writer = ZipWriter(precision)
        for (name, content) in members { writer.append(name + NPZReader.suffix, content) }
        let encoded = writer.finish()
        return encoded.length <= maximumArchive ? encoded : nil
    }
}

/// Writes a zip archive whose members are stored (PKWARE APPNOTE.TXT 6.3, section 4.3).
private struct ZipWriter {
    private let precision: Precision
    private var segments: [EncodedTensors.Segment] = []
    private var length = 0
    private var directory: [UInt8] = []
    private var count: UInt16 = 0

    /// The first date of the format, 1 January 1980: equal results have equal bytes.
    private static let date: UInt16 = 1 << 5 | 1
    private static let version: UInt16 = 20

    init(_ precision: Precision) {
        self.precision = precision
    }

    mutating func append(_ name: String, _ content: [EncodedTensors.Segment]) {
        var content = content
        let encoded = EncodedTensors(content, precision)
        // The fields of the header and of the entry in the directory, from the version on.
        var fields: [UInt8] = []
        for field in [Self.version, 0, 0, 0, Self.date] { fields.append(littleEndian: field) }
        fields.append(littleEndian: encoded.checksum)
        let size = UInt32(truncatingIfNeeded: encoded.length)
        fields.append(littleEndian: size)
        fields.append(littleEndian: size)
        fields.append(littleEndian: UInt16(truncatingIfNeeded: name.utf8.count))
        // No extra field.
        fields.append(littleEndian: UInt16(0))
        let header = [0x50, 0x4B, 3, 4] + fields + Array(name.utf8)

        directory += [0x50, 0x4B, 1, 2]
        directory.append(littleEndian: Self.version)
        directory += fields
        // No comment, the first disk, no attributes.
        directory += [UInt8](repeating: 0, count: 10)
        directory.append(littleEndian: UInt32(truncatingIfNeeded: length))
        directory += Array(name.utf8)

        content.insert(.bytes(header), at: 0)
        segments += content
        length += header.count + encoded.length
        count += 1
    }

    func finish() -> EncodedTensors {
        var end: [UInt8] = [0x50, 0x4B, 5, 6, 0, 0, 0, 0]
        end.append(littleEndian: count)
        end.append(littleEndian: count)
        end.append(littleEndian: UInt32(truncatingIfNeeded: directory.count))
        end.append(littleEndian: UInt32(truncatingIfNeeded: length))
        // No comment.
        end += [0, 0]
        return EncodedTensors(segments + [.bytes(directory + end)], precision)
    }
}

extension EncodedTensors {
    /// The checksum of all bytes.
    fileprivate var checksum: UInt32 {
        var rest = self
        var checksum = Checksum()
        while !rest.isAtEnd { checksum.add(rest.next(64 * 1_024).span) }
        return checksum.value
    }
}
