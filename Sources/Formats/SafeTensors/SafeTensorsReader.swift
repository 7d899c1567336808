// SPDX-License-Identifier: Apache-2.0

package import TensorJSON

/// Reads safetensors: the length of a header in eight bytes, the least significant first, the header in
/// JSON, and the numbers of the tensors without holes.
///
/// See <https://github.com/huggingface/safetensors#format>.
package struct SafeTensorsReader: TensorReader {
    private var state = State.length
    /// The bytes of the header, or of its length.
    private var text = PendingBytes()
    /// The number of bytes read.
    private var position = 0
    /// The tensors of which no number has been read, the next one last.
    private var waiting: [TensorHeader] = []

    private enum State {
        case length
        case header(Int)
        case between
        case numbers(TensorInProgress)
    }

    /// The maximum length of a header: room for thousands of tensors, and for lists of options.
    package static let maximumHeader = 1_024 * 1_024

    /// The length in bytes of the length of the header.
    static let lengthWidth = 8

    package init() {}

    package var footprint: Int {
        if case .numbers(let tensor) = state { tensor.footprint } else { text.footprint }
    }

    package mutating func next(
        _ bytes: Span<UInt8>,
        from index: inout Int,
        _ meter: (any MemoryMeter)?
    ) throws(FormatError) -> TensorEvent? {
        while true {
            switch state {
            case .length:
                let start = index
                let isComplete = try text.take(Self.lengthWidth, bytes, &index, meter)
                position += index - start
                guard isComplete else { return nil }
                state = .header(try takeLength(meter))
            case .header(let length):
                let start = index
                let isComplete = try text.take(length, bytes, &index, meter)
                position += index - start
                guard isComplete else { return nil }
                state = .between
                return try takeHeader(meter)
            case .between:
                guard let header = waiting.popLast() else {
                    guard index == bytes.count else { throw FormatError(.trailing, at: position) }
                    return nil
                }
                state = .numbers(TensorInProgress(header, at: position))
            case .numbers(var tensor):
                // The state would keep a second reference to the numbers.
                state = .between
                let start = index
                try tensor.append(bytes, from: &index, meter)
                position += index - start
                guard tensor.isComplete else {
                    state = .numbers(tensor)
                    return nil
                }
                return .tensor(try tensor.finish(meter))
            }
        }
    }

    package mutating func end(_: (any MemoryMeter)?) throws(FormatError) {
        switch state {
        case .length: throw truncated(.length, end: Self.lengthWidth)
        case .header(let length): throw truncated(.header, end: Self.lengthWidth + length)
        case .between:
            // Tensors of no number need no byte.
            guard let next = waiting.last(where: { $0.count > 0 }) else { return }
            throw truncated(.numbers, end: position + next.size, in: next.name)
        case .numbers(let tensor):
            throw truncated(.numbers, end: tensor.end, in: tensor.header.name)
        }
    }

    private func truncated(
        _ part: FormatError.Part,
        end: Int,
        in tensor: String? = nil
    ) -> FormatError {
        FormatError(.truncated(part, end: end), at: position, in: tensor)
    }

    private mutating func takeLength(_ meter: (any MemoryMeter)?) throws(FormatError) -> Int {
        let length = text.takeAll(meter).littleEndianInteger
        guard length <= Self.maximumHeader else {
            let limit = Self.maximumHeader
            throw FormatError(.headerTooLong(Int(clamping: length), limit: limit), at: 0)
        }
        return Int(length)
    }

    private mutating func takeHeader(
        _ meter: (any MemoryMeter)?
    ) throws(FormatError) -> TensorEvent {
        let header = try text.readAll(meter) { (bytes) throws(FormatError) in
            try SafeTensorsHeader.read(bytes)
        }
        waiting = header.tensors.reversed()
        return .headers(header.tensors, metadata: header.metadata)
    }
}
