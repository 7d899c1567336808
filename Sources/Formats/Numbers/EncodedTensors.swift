// SPDX-License-Identifier: Apache-2.0

import TensorJSON

/// The type of the numbers that are written.
package enum Precision: String, CaseIterable, Sendable {
    case double = "f64"
    /// Each number is rounded to the nearest of the type, to even where two are equally near.
    case single = "f32"

    /// The type of elements.
    var type: ElementType { self == .double ? .float64 : .float32 }
}

/// A body of tensors in a binary format, produced part by part from their numbers.
package struct EncodedTensors: Sendable {
    /// The parts that have not been produced, the next one last.
    private var segments: [Segment]
    private let precision: Precision
    /// The count of bytes or numbers of the last segment that have been produced.
    private var produced = 0
    /// The length of what has not been produced, in bytes; where numbers are texts, an upper bound.
    package private(set) var length: Int

    /// A part of the body.
    enum Segment: Sendable {
        case bytes([UInt8])
        case numbers(NumberList)
        /// Numbers as a list in JSON, in which null stands for NaN if there is one.
        case texts([Double], hasNaN: Bool)
    }

    init(_ segments: [Segment], _ precision: Precision) {
        self.segments = segments.reversed()
        self.precision = precision
        length = segments.reduce(0) { $0 + $1.length(precision) }
    }

    package var isAtEnd: Bool { segments.isEmpty }

    /// The memory in use, in bytes.
    package var footprint: Int {
        segments.reduce(0) { $0 + $1.footprint }
    }

    /// Returns the next part: about as many bytes as requested, or what is left.
    package mutating func next(_ size: Int) -> [UInt8] {
        var part: [UInt8] = []
        part.reserveCapacity(min(length, min(length, size) + Self.slack))
        while part.count < size, let segment = segments.last {
            switch segment {
            case .bytes(let bytes):
                let end = produced + min(size - part.count, bytes.count - produced)
                part.append(copying: bytes.span.extracting(produced..<end))
                advance(to: end, of: bytes.count, segment)
            case .numbers(let numbers):
                let room = max(1, (size - part.count) / precision.type.width)
                let end = min(produced + room, numbers.count)
                part.append(numbers, produced..<end, precision)
                advance(to: end, of: numbers.count, segment)
            case .texts(let numbers, let hasNaN):
                let room = (size - part.count) / Segment.textLength
                let end = min(produced + max(1, min(room, Self.textCount)), numbers.count)
                part += texts(of: numbers, produced..<end, hasNaN)
                advance(to: end, of: numbers.count, segment)
            }
        }
        return part
    }

    /// Notes that a part of the last segment has been produced.
    private mutating func advance(to end: Int, of count: Int, _ segment: Segment) {
        length -= (end - produced) * segment.width(precision)
        produced = end
        guard end == count else { return }
        length -= segment.brackets
        segments.removeLast()
        produced = 0
    }

    /// The texts of some of the numbers of a list, with its brackets before the first and after the last.
    private func texts(of numbers: [Double], _ range: Range<Int>, _ hasNaN: Bool) -> [UInt8] {
        var writer = JSONWriter(reserving: Segment.textLength * range.count + 2)
        let slice = numbers[range]
        let rounded = precision == .double ? Array(slice) : slice.map { Double(Float($0)) }
        writer.numbers(rounded.span, shape: [numbers.count], range, hasNulls: hasNaN)
        return writer.finish()
    }

    /// The maximum count of numbers whose texts are written at once.
    private static let textCount = 1_024

    /// All bytes that have not been produced.
    var whole: [UInt8] {
        var rest = self
        return rest.next(length)
    }

    /// The bytes by which a part may exceed the requested size without a new allocation.
    private static let slack = 4_096
}

extension EncodedTensors.Segment {
    /// The maximum length in bytes of a number in JSON, with its comma.
    fileprivate static let textLength = 25

    /// The length in bytes, or an upper bound.
    fileprivate func length(_ precision: Precision) -> Int {
        switch self {
        case .bytes(let bytes): bytes.count
        case .numbers(let numbers): numbers.count * width(precision)
        case .texts(let numbers, _): numbers.count * width(precision) + brackets
        }
    }

    /// The length in bytes of a byte or number, or an upper bound.
    fileprivate func width(_ precision: Precision) -> Int {
        switch self {
        case .bytes: 1
        case .numbers: precision.type.width
        case .texts: Self.textLength
        }
    }

    /// The length in bytes of what surrounds the numbers.
    fileprivate var brackets: Int { if case .texts = self { 2 } else { 0 } }

    /// The memory in use, in bytes.
    fileprivate var footprint: Int {
        switch self {
        case .bytes(let bytes): bytes.capacity
        case .numbers(let numbers): numbers.footprint
        case .texts(let numbers, _): 8 * numbers.count
        }
    }
}

extension [UInt8] {
    /// Appends the bytes of some of the numbers of a list, in a precision.
    fileprivate mutating func append(
        _ numbers: NumberList,
        _ range: Range<Int>,
        _ precision: Precision
    ) {
        switch numbers {
        case .doubles(let doubles):
            let own = doubles.span.extracting(range)
            if precision == .double { append(own) } else { append(rounding: own) }
        case .singles(let singles):
            guard precision == .double else { return append(singles.span.extracting(range)) }
            let doubles = singles[range].map { Double($0) }
            append(doubles.span)
        }
    }
}

extension Precision {
    /// The offset of the first finite number that is too large for the type; `nil` if there is none.
    package func firstOverflow(in numbers: NumberList) -> Int? {
        guard case .doubles(let numbers) = numbers else { return nil }
        return firstOverflow(in: numbers)
    }

    /// The offset of the first finite number that is too large for the type; `nil` if there is none.
    package func firstOverflow(in numbers: [Double]) -> Int? {
        guard self == .single else { return nil }
        // Half an ulp above the largest float is the least number that rounds to infinity (IEEE 754,
        // section 4.3.1).
        let bound = 0x1.ffffffp127
        // Magnitudes from the bound on, and NaN, carry into the sign bit.
        let complement: UInt64 = 1 << 63 &- bound.bitPattern
        var carries: UInt64 = 0
        for number in numbers { carries |= number.magnitude.bitPattern &+ complement }
        guard carries >> 63 != 0 else { return nil }
        return numbers.firstIndex { $0.isFinite && abs($0) >= bound }
    }
}
