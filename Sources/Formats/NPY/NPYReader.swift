// SPDX-License-Identifier: Apache-2.0

package import TensorJSON

/// Reads arrays in NumPy's format, one after the other.
///
/// An array has a magic string, a version, the length of its header, the header, and its numbers. See
/// <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>.
package struct NPYReader: TensorReader {
    private var state = State.start
    private var text = PendingBytes()
    /// The number of bytes read.
    private(set) var position: Int
    /// The names of the arrays, in order.
    private let names: [String]
    /// The number of arrays that have begun.
    private var begun = 0

    private enum State {
        /// Before the magic string and the version.
        case start
        /// Before the length of a header, which has some bytes.
        case length(Int)
        case header(Int)
        case numbers(TensorInProgress)
    }

    private static let magic = [0x93] + Array("NUMPY".utf8)
    /// The length of the magic string and the version in bytes.
    static let startLength = 8
    /// The maximum length of a header.
    package static let maximumHeader = 65_535

    /// - Parameter names: The names of the arrays, in order.
    package init(names: [String]) {
        self.init(names: names, at: 0)
    }

    /// - Parameters:
    ///   - names: The names of the arrays, in order.
    ///   - position: The offset in the body of the first array.
    init(names: [String], at position: Int) {
        self.names = names
        self.position = position
    }

    package var footprint: Int {
        if case .numbers(let tensor) = state { tensor.footprint } else { text.footprint }
    }

    package mutating func next(
        _ bytes: Span<UInt8>,
        from index: inout Int,
        _ meter: (any MemoryMeter)?
    ) throws(FormatError) -> TensorEvent? {
        while true {
            let start = index
            switch state {
            case .start:
                guard begun < names.count || index == bytes.count else {
                    throw FormatError(.tooManyArrays(names), at: position)
                }
                let isComplete = try text.take(Self.startLength, bytes, &index, meter)
                position += index - start
                guard isComplete else { return nil }
                state = .length(try takeVersion(meter))
            case .length(let width):
                let isComplete = try text.take(width, bytes, &index, meter)
                position += index - start
                guard isComplete else { return nil }
                let length = Int(text.takeAll(meter).littleEndianInteger)
                let limit = Self.maximumHeader
                guard length <= limit else {
                    throw FormatError(
                        .headerTooLong(length, limit: limit),
                        at: position - width,
                        in: name
                    )
                }
                state = .header(length)
            case .header(let length):
                let isComplete = try text.take(length, bytes, &index, meter)
                position += index - start
                guard isComplete else { return nil }
                let header = try NPYHeader.read(
                    text.takeAll(meter),
                    name: name,
                    at: position - length
                )
                state = .numbers(TensorInProgress(header, at: position))
                return .headers([header], metadata: [])
            case .numbers(var tensor):
                // The state would keep a second reference to the numbers.
                state = .start
                try tensor.append(bytes, from: &index, meter)
                position += index - start
                guard tensor.isComplete else {
                    state = .numbers(tensor)
                    return nil
                }
                begun += 1
                return .tensor(try tensor.finish(meter))
            }
        }
    }

    package mutating func end(_: (any MemoryMeter)?) throws(FormatError) {
        let missing: (part: FormatError.Part, end: Int)
        switch state {
        case .start where text.bytes.isEmpty && begun > 0: return
        case .start: missing = (.start, position - text.bytes.count + Self.startLength)
        case .length(let width): missing = (.length, position - text.bytes.count + width)
        case .header(let length): missing = (.header, position - text.bytes.count + length)
        case .numbers(let tensor): missing = (.numbers, tensor.end)
        }
        throw FormatError(.truncated(missing.part, end: missing.end), at: position, in: name)
    }

    /// The name of the current array.
    private var name: String { begun < names.count ? names[begun] : "" }

    /// Checks the magic string and the version; returns the length in bytes of the length of the header.
    private mutating func takeVersion(_ meter: (any MemoryMeter)?) throws(FormatError) -> Int {
        let start = text.takeAll(meter)
        guard start.starts(with: Self.magic) else {
            throw FormatError(.wrongStart(.npy), at: position - start.count, in: name)
        }
        switch (start[6], start[7]) {
        case (1, 0): return 2
        case (2, 0), (3, 0): return 4
        case (let major, let minor):
            throw FormatError(
                .unknownVersion(major: major, minor: minor),
                at: position - 2,
                in: name
            )
        }
    }
}
