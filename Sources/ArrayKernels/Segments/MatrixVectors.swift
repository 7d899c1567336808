// SPDX-License-Identifier: Apache-2.0

import ArrayMath

/// Vectors of one length in two doubles, each in whole lanes with zeros beyond its end: the rows or the columns
/// of a matrix.
struct MatrixVectors {
    let count: Int
    let length: Int
    /// Whether they are the columns of their matrix.
    private let areColumns: Bool
    private let stride: Int
    private var numbers: TwoDoublesArray

    /// Creates vectors of zeros.
    init(count: Int, length: Int, areColumns: Bool = false) {
        (self.count, self.length, self.areColumns) = (count, length, areColumns)
        stride = ElementBlock.padded(length)
        numbers = TwoDoublesArray(count: count * stride)
    }

    /// Creates the rows or the columns of a matrix, multiplied by a power of two.
    init(_ matrix: Span<Double>, columns: Int, areColumns: Bool, scale: Double = 1) {
        let rows = matrix.count / columns
        self.init(
            count: areColumns ? columns : rows,
            length: areColumns ? rows : columns,
            areColumns: areColumns
        )
        for vector in 0..<count {
            for index in 0..<length {
                let number = matrix[place(of: index, in: vector)] * scale
                set(TwoDoubles(repeating: number), vector, index)
            }
        }
    }

    /// The place in the matrix of a number of a vector.
    func place(of index: Int, in vector: Int) -> Int {
        areColumns ? index * count + vector : vector * length + index
    }

    /// The starts of the lanes of a vector.
    var starts: StrideTo<Int> { Swift.stride(from: 0, to: length, by: Vector.width) }

    /// Eight numbers of a vector from an index on.
    @inline(always)
    func lanes(_ vector: Int, _ start: Int) -> TwoDoubles {
        numbers.vector(at: vector * stride + start)
    }

    /// A number of a vector, in all lanes.
    @inline(always)
    func number(_ vector: Int, _ index: Int) -> TwoDoubles {
        numbers.repeated(vector * stride + index)
    }

    /// Stores eight numbers of a vector from an index on.
    @inline(always)
    mutating func store(_ lanes: TwoDoubles, _ vector: Int, _ start: Int) {
        numbers.store(lanes, at: vector * stride + start)
    }

    /// Stores the number in the first lane.
    @inline(always)
    mutating func set(_ number: TwoDoubles, _ vector: Int, _ index: Int) {
        numbers.storeFirst(number, at: vector * stride + index)
    }

    /// The inner product of two vectors, in all lanes.
    @inline(always)
    func product(_ one: Int, _ other: Int) -> TwoDoubles {
        var sum = LaneTotal()
        for start in starts { sum.add(lanes(one, start) * lanes(other, start)) }
        return sum.total
    }

    /// Multiplies a vector by a number that is the same in all lanes.
    mutating func multiply(_ vector: Int, by factor: TwoDoubles) {
        for start in starts { store(lanes(vector, start) * factor, vector, start) }
    }

    /// The greatest magnitude of a number of a vector.
    func greatest(of vector: Int) -> Double {
        var greatest = Vector(repeating: 0)
        for start in starts {
            let size = lanes(vector, start).head.magnitude
            greatest = greatest.replacing(with: size, where: size .> greatest)
        }
        return greatest.max()
    }
}

extension SegmentBlock {
    /// Stores eight numbers of a derivative with respect to a vector of a matrix, or those that it has.
    ///
    /// - Parameters:
    ///   - numbers: the numbers.
    ///   - offset: the offset of the derivative; `nil` if it is not requested.
    ///   - vectors: the vectors.
    ///   - vector: the index of the vector.
    ///   - start: the index of the first number.
    mutating func store(
        _ numbers: Vector,
        at offset: Int?,
        _ vectors: MatrixVectors,
        _ vector: Int,
        from start: Int
    ) {
        guard let offset else { return }
        for lane in 0..<min(Vector.width, vectors.length - start) {
            self.numbers[offset + vectors.place(of: start + lane, in: vector)] = numbers[lane]
        }
    }
}
