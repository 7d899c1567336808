// SPDX-License-Identifier: Apache-2.0

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
    /// The count of numbers of the last segment that have been produced.
    private var produced = 0
    /// The length of what has not been produced, in bytes.
    package private(set) var length: Int

    /// A part of the body.
    enum Segment: Sendable {
        case bytes([UInt8])
        case numbers([Double])
    }

    init(_ segments: [Segment], _ precision: Precision) {
        self.segments = segments.reversed()
        self.precision = precision
        length = segments.reduce(0) { $0 + $1.length(precision) }
    }

    package var isAtEnd: Bool { segments.isEmpty }

    /// The memory in use, in bytes.
    package var footprint: Int {
        segments.reduce(0) { $0 + $1.length(.double) }
    }

    /// Returns the next part: about as many bytes as requested, or what is left.
    package mutating func next(_ size: Int) -> [UInt8] {
        var part: [UInt8] = []
        part.reserveCapacity(min(length, min(length, size) + Self.slack))
        while part.count < size, let segment = segments.last {
            switch segment {
            case .bytes(let bytes):
                part += bytes
                segments.removeLast()
            case .numbers(let numbers):
                let room = max(1, (size - part.count) / precision.type.width)
                let end = min(produced + room, numbers.count)
                let slice = numbers.span.extracting(produced..<end)
                switch precision {
                case .double: part.append(slice)
                case .single: part.append(rounding: slice)
                }
                produced = end
                guard end == numbers.count else { continue }
                segments.removeLast()
                produced = 0
            }
        }
        length -= part.count
        return part
    }

    /// All bytes that have not been produced.
    var whole: [UInt8] {
        var rest = self
        return rest.next(length)
    }

    /// The bytes by which a part may exceed the requested size without a new allocation.
    private static let slack = 4_096
}

extension EncodedTensors.Segment {
    fileprivate func length(_ precision: Precision) -> Int {
        switch self {
        case .bytes(let bytes): bytes.count
        case .numbers(let numbers): numbers.count * precision.type.width
        }
    }
}

extension Precision {
    /// The offset of the first finite number that is too large for the type; `nil` if there is none.
    package func firstOverflow(in numbers: [Double]) -> Int? {
        guard self == .single else { return nil }
        // Half an ulp above the largest float is the least number that rounds to infinity (IEEE 754,
        // section 4.3.1).
        let bound = 0x1.ffffffp127
        var largest = 0.0
        for number in numbers where number.isFinite { largest = max(largest, abs(number)) }
        guard largest >= bound else { return nil }
        return numbers.firstIndex { $0.isFinite && abs($0) >= bound }
    }
}
