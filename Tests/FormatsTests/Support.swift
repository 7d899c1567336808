// SPDX-License-Identifier: Apache-2.0

import Formats
import TensorJSON

/// All that a body of tensors contains.
struct Contents {
    var tensors: [NamedTensor] = []
    var headers: [TensorHeader] = []
    var metadata: [String: String] = [:]

    /// The tensor with a name.
    subscript(name: String) -> NamedTensor? { tensors.first { $0.name == name } }
}

extension [UInt8] {
    /// Its bytes in parts of a size, of which the last may be shorter.
    func parts(of size: Int) -> [[UInt8]] {
        let size = Swift.min(size, Swift.max(count, 1))
        return stride(from: 0, to: count, by: size).map { Array(self[$0...].prefix(size)) }
    }
}

extension TensorReader {
    /// Reads a whole body in parts of a size.
    mutating func readAll(
        _ body: [UInt8],
        by size: Int = .max,
        _ meter: (any MemoryMeter)? = nil
    ) throws(FormatError) -> Contents {
        var contents = Contents()
        for part in body.parts(of: size) { try read(part, into: &contents, meter) }
        try end(meter)
        try read([], into: &contents, meter)
        return contents
    }

    private mutating func read(
        _ part: [UInt8],
        into contents: inout Contents,
        _ meter: (any MemoryMeter)?
    ) throws(FormatError) {
        var index = 0
        while let event = try next(part.span, from: &index, meter) {
            switch event {
            case .headers(let headers, let metadata):
                contents.headers += headers
                for (name, text) in metadata { contents.metadata[name] = text }
            case .tensor(let tensor): contents.tensors.append(tensor)
            }
        }
    }
}

/// Safetensors, of a header and the bytes that follow it.
func safetensors(_ header: String, _ data: [UInt8] = [], length: Int? = nil) -> [UInt8] {
    let length = UInt64(length ?? header.utf8.count)
    return littleEndian(length) + Array(header.utf8) + data
}

/// The bytes of an integer, the least significant first.
func littleEndian<Integer: FixedWidthInteger>(_ integer: Integer) -> [UInt8] {
    (0..<Integer.bitWidth / 8).map { UInt8(truncatingIfNeeded: integer >> (8 * $0)) }
}

/// The bytes of integers, the least significant of each first.
func littleEndian<Integer: FixedWidthInteger>(_ integers: [Integer]) -> [UInt8] {
    integers.flatMap { littleEndian($0) }
}

extension EncodedTensors {
    /// All bytes, produced in parts of a size.
    func bytes(by size: Int) -> [UInt8] {
        var encoded = self
        var bytes: [UInt8] = []
        while !encoded.isAtEnd { bytes += encoded.next(size) }
        return bytes
    }
}

/// Counts reserved bytes and refuses to exceed a limit.
final class Meter: MemoryMeter, @unchecked Sendable {
    // Sendable: used by one test only.
    private(set) var bytes = 0
    private(set) var peak = 0
    private let limit: Int

    init(limit: Int = .max) { self.limit = limit }

    func take(_ bytes: Int) -> Bool {
        guard self.bytes + bytes <= limit else { return false }
        self.bytes += bytes
        peak = max(peak, self.bytes)
        return true
    }

    func giveBack(_ bytes: Int) { self.bytes -= bytes }
}
