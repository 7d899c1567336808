// SPDX-License-Identifier: Apache-2.0

/// Where the rows of a tensor lie that run along one of its axes.
struct RowLayout {
    /// How many numbers a row has.
    let length: Int
    /// How many rows there are.
    let count: Int
    /// The tensor's shape without the axis: one loss a row.
    let lossShape: [Int]
    let shape: [Int]
    /// How far apart the numbers of a row are.
    private let step: Int

    /// The rows along `axis`, which counts from the last dimension when negative.
    init(shape: [Int], axis: Int) throws(LossError) {
        let dimension = axis < 0 ? axis + shape.count : axis
        guard shape.indices.contains(dimension) else { throw .noAxis(axis: axis, shape: shape) }
        self.shape = shape
        length = shape[dimension]
        lossShape = Array(shape[..<dimension] + shape[(dimension + 1)...])
        count = lossShape.reduce(1, *)
        step = shape[(dimension + 1)...].reduce(1, *)
    }

    /// The offset in the tensor of the first number of a row.
    private func start(_ row: Int) -> Int {
        step == 1 ? row * length : row / step * step * length + row % step
    }

    @inline(__always)
    func gather(_ values: [Double], _ row: Int, into numbers: inout [Double]) {
        var numbers = numbers.mutableSpan
        let start = start(row)
        if step == 1 {
            let values = values.span.extracting(start..<(start + length))
            for index in values.indices { numbers[index] = values[index] }
        } else {
            for index in 0..<length { numbers[index] = values[start + index * step] }
        }
    }

    @inline(__always)
    func scatter(_ numbers: [Double], _ row: Int, into values: inout [Double]) {
        let numbers = numbers.span
        var values = values.mutableSpan
        let start = start(row)
        if step == 1 {
            for offset in start..<(start + length) { values[offset] = numbers[offset - start] }
        } else {
            for index in 0..<length { values[start + index * step] = numbers[index] }
        }
    }
}
