// SPDX-License-Identifier: Apache-2.0

package import TensorJSON

/// Reads a request of the Open Inference Protocol, version 2: a JSON object and behind it the numbers of
/// those tensors that are binary, in the order of the inputs.
///
/// See <https://github.com/kserve/open-inference-protocol> and Triton's extension for binary tensors.
package struct InferenceReader: TensorReader {
    private var state = State.json
    private var text = PendingBytes()
    /// The length of the JSON in bytes; `nil` means the whole body.
    private let length: Int?
    /// The number of bytes read.
    private var position = 0
    /// The events that have been read, the next one last.
    private var events: [TensorEvent] = []
    /// The binary tensors of which no number has been read, the next one last.
    private var waiting: [TensorHeader] = []
    private var requested = InferenceRequest()

    private enum State {
        case json
        case between
        case numbers(TensorInProgress)
    }

    /// - Parameter length: The length of the JSON in bytes; `nil` means the whole body.
    package init(jsonLength length: Int?) {
        self.length = length
    }

    /// The outputs that are requested, known after the first event.
    package var request: InferenceRequest? { requested }

    package static var textPart: String { "the parameters" }

    package var footprint: Int {
        if case .numbers(let tensor) = state { return tensor.footprint + requested.footprint }
        return text.footprint + requested.footprint
    }

    package mutating func next(
        _ bytes: Span<UInt8>,
        from index: inout Int,
        _ meter: (any MemoryMeter)?
    ) throws(FormatError) -> TensorEvent? {
        while true {
            if let event = events.popLast() { return event }
            let start = index
            switch state {
            case .json:
                let isComplete = try text.take(length ?? .max, bytes, &index, meter)
                position += index - start
                guard isComplete else { return nil }
                try readJSON(meter)
            case .between:
                guard let header = waiting.popLast() else {
                    guard index == bytes.count else { throw FormatError(.trailing, at: position) }
                    return nil
                }
                state = .numbers(TensorInProgress(header, at: position))
            case .numbers(var tensor):
                // The state would keep a second reference to the numbers.
                state = .between
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

    package mutating func end(_ meter: (any MemoryMeter)?) throws(FormatError) {
        switch state {
        case .json:
            if let length, text.bytes.count < length {
                throw FormatError(.truncated(.header, end: length), at: position)
            }
            try readJSON(meter)
            try checkWaiting()
        case .between: try checkWaiting()
        case .numbers(let tensor):
            throw FormatError(
                .truncated(.numbers, end: tensor.end),
                at: position,
                in: tensor.header.name
            )
        }
    }

    /// Throws if a tensor waits for numbers.
    private func checkWaiting() throws(FormatError) {
        guard let next = waiting.last(where: { $0.count > 0 }) else { return }
        let end = position + next.size
        throw FormatError(.truncated(.numbers, end: end), at: position, in: next.name)
    }

    private mutating func readJSON(_ meter: (any MemoryMeter)?) throws(FormatError) {
        state = .between
        let json = try text.readAll(meter) { (bytes) throws(FormatError) in
            try InferenceJSON.read(bytes, meter)
        }
        requested = json.request
        guard meter?.take(requested.footprint) ?? true else { throw .memoryExhausted }
        waiting = json.inputs.filter { $0.tensor == nil }.map { $0.header }.reversed()
        events = json.inputs.compactMap { $0.tensor }.map { TensorEvent.tensor($0) }.reversed()
        events.append(.headers(json.inputs.map { $0.header }, metadata: json.parameters))
    }
}
