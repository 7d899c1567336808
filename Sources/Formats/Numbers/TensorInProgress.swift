// SPDX-License-Identifier: Apache-2.0

import TensorJSON

/// A tensor whose numbers arrive in parts, which may end within a number.
struct TensorInProgress: Sendable {
    let header: TensorHeader
    /// The offset in the body of the first number.
    private let start: Int
    /// The numbers so far, unless their type is that of `singles`.
    private var values: [Double] = []
    /// The numbers so far of type `float32`, which are widened when they are used.
    private var singles: [Float] = []
    private var hasNaN = false
    /// The bytes of an incomplete number.
    private var rest: [UInt8] = []

    /// - Parameters:
    ///   - header: The header of the tensor.
    ///   - start: The offset in the body of its first number.
    init(_ header: TensorHeader, at start: Int) {
        self.header = header
        self.start = start
    }

    /// The memory in use, in bytes.
    var footprint: Int { 8 * values.capacity + 4 * singles.capacity }

    /// The count of numbers so far.
    private var count: Int { values.count + singles.count }

    var isComplete: Bool { count == header.count }

    /// The offset in the body of the end of the tensor.
    var end: Int { start + header.size }

    /// Appends the numbers in the bytes from `index` on, and moves `index` behind them.
    ///
    /// - Throws: an error if a number has no double of the same value or is infinite, or if memory is
    ///   exhausted.
    mutating func append(
        _ bytes: Span<UInt8>,
        from index: inout Int,
        _ meter: (any MemoryMeter)?
    ) throws(FormatError) {
        let width = header.type.width
        while !rest.isEmpty, index < bytes.count {
            rest.append(bytes[index])
            index += 1
            guard rest.count == width else { continue }
            let word = rest
            rest = []
            try append(word.span, meter)
        }
        guard rest.isEmpty else { return }
        let whole = min((bytes.count - index) / width, header.count - count)
        try append(bytes.extracting(index..<index + whole * width), meter)
        index += whole * width
        guard !isComplete else { return }
        rest.append(copying: bytes.extracting(index..<bytes.count))
        index = bytes.count
    }

    private mutating func append(
        _ bytes: Span<UInt8>,
        _ meter: (any MemoryMeter)?
    ) throws(FormatError) {
        let before = count
        try reserve(bytes.count / header.type.width, meter)
        let areOrdinary =
            header.type == .float32
            ? !singles.append(bytes, header.order)
            : !values.append(widening: bytes, of: header.type, header.order)
        if !areOrdinary { try examine(bytes, from: before) }
    }

    /// Makes room for numbers that have arrived.
    ///
    /// A tensor that is announced costs nothing until it arrives, so that capacity grows with the
    /// numbers received, by a factor for which few are copied.
    private mutating func reserve(
        _ count: Int,
        _ meter: (any MemoryMeter)?
    ) throws(FormatError) {
        let needed = self.count + count
        let isSingle = header.type == .float32
        guard needed > (isSingle ? singles.capacity : values.capacity) else { return }
        // The same memory for each number, whatever its width.
        let width = isSingle ? 4 : 8
        let capacity = min(header.count, TensorMemory.growth * 8 / width * needed)
        let held = footprint
        guard meter?.take(width * capacity) ?? true else { throw .memoryExhausted }
        if isSingle {
            singles.reserveCapacity(capacity)
        } else {
            values.reserveCapacity(capacity)
        }
        // An array may have more room than was asked for.
        meter?.giveBack(width * capacity)
        guard meter?.take(footprint - held) ?? true else { throw .memoryExhausted }
    }

    /// Notes NaN among the numbers from an offset on, and refuses those that are not allowed.
    private mutating func examine(_ bytes: Span<UInt8>, from start: Int) throws(FormatError) {
        let width = header.type.width
        for offset in start..<count {
            let value = header.type == .float32 ? Double(singles[offset]) : values[offset]
            if header.type.isFloatingPoint {
                if value.isNaN { hasNaN = true }
                guard value.isInfinite else { continue }
            } else if header.type == .boolean {
                guard value > 1 else { continue }
            } else {
                guard abs(value) >= 0x1p53 else { continue }
            }
            let word = bytes.extracting((offset - start) * width..<(offset - start + 1) * width)
            if let reason = reason(toRefuse: word, value) {
                throw FormatError(
                    reason,
                    at: self.start + offset * width,
                    in: header.name,
                    element: .init(at: offset, in: header)
                )
            }
        }
    }

    private func reason(toRefuse bytes: Span<UInt8>, _ value: Double) -> FormatError.Reason? {
        switch header.type {
        case .boolean: return .notABoolean(Int(value))
        case .int64:
            let integer = Int64(bitPattern: word(bytes))
            return integer.magnitude > 1 << 53 ? .inexactInteger("\(integer)") : nil
        case .uint64:
            let integer = word(bytes)
            return integer > 1 << 53 ? .inexactInteger("\(integer)") : nil
        default: return .infinite(isNegative: value < 0)
        }
    }

    private func word(_ bytes: Span<UInt8>) -> UInt64 {
        var word: UInt64 = 0
        for index in bytes.indices { word = word << 8 | UInt64(bytes[index]) }
        return header.order == .bigEndian ? word : word.byteSwapped
    }

    /// Returns the tensor, in row-major order.
    ///
    /// - Throws: an error if memory is exhausted.
    mutating func finish(_ meter: (any MemoryMeter)?) throws(FormatError) -> NamedTensor {
        var numbers = takeNumbers()
        if header.isColumnMajor, header.shape.count > 1, numbers.count > 0 {
            let columns = numbers.footprint
            guard meter?.take(columns) ?? true else { throw .memoryExhausted }
            numbers = numbers.transposed(header.shape)
            meter?.giveBack(columns)
        }
        return NamedTensor(name: header.name, shape: header.shape, numbers, hasNaN: hasNaN)
    }

    /// Moves the numbers out.
    private mutating func takeNumbers() -> NumberList {
        guard header.type == .float32 else {
            var numbers: [Double] = []
            swap(&numbers, &values)
            return .doubles(numbers)
        }
        var numbers: [Float] = []
        swap(&numbers, &singles)
        return .singles(numbers)
    }
}

extension FormatError.Element {
    /// The element that is stored at an offset.
    init(at offset: Int, in header: TensorHeader) {
        var index = [Int](repeating: 0, count: header.shape.count)
        var remainder = offset
        let dimensions = Array(header.shape.indices)
        for dimension in header.isColumnMajor ? dimensions : dimensions.reversed() {
            index[dimension] = remainder % header.shape[dimension]
            remainder /= header.shape[dimension]
        }
        self.offset = zip(index, header.shape).reduce(0) { $0 * $1.1 + $1.0 }
        self.index = index
    }
}

extension NumberList {
    /// The numbers of a shape in row-major order, given those in column-major order.
    fileprivate func transposed(_ shape: [Int]) -> NumberList {
        switch self {
        case .doubles(let numbers): .doubles(numbers.transposed(shape))
        case .singles(let numbers): .singles(numbers.transposed(shape))
        }
    }
}

extension Array where Element: BinaryFloatingPoint {
    /// The numbers of a shape in row-major order, given those in column-major order.
    fileprivate func transposed(_ shape: [Int]) -> [Element] {
        // The distance between neighbours along each dimension.
        var strides: [Int] = []
        var stride = 1
        for length in shape {
            strides.append(stride)
            stride *= length
        }
        var index = [Int](repeating: 0, count: shape.count)
        var source = 0
        var rows: [Element] = []
        rows.reserveCapacity(count)
        for _ in indices {
            rows.append(self[source])
            var dimension = shape.count - 1
            while dimension >= 0 {
                index[dimension] += 1
                source += strides[dimension]
                if index[dimension] < shape[dimension] { break }
                source -= strides[dimension] * shape[dimension]
                index[dimension] = 0
                dimension -= 1
            }
        }
        return rows
    }
}
