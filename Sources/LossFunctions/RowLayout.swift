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
        row / step * step * length + row % step
    }

    /// The row that the number at `offset` of the tensor belongs to.
    func row(_ offset: Int) -> Int {
        offset / (step * length) * step + offset % step
    }

    func gather(_ values: [Double], _ row: Int, into numbers: inout [Double]) {
        var offset = start(row)
        for index in 0..<length {
            numbers[index] = values[offset]
            offset += step
        }
    }

    func scatter(_ numbers: [Double], _ row: Int, into values: inout [Double]) {
        var offset = start(row)
        for index in 0..<length {
            values[offset] = numbers[index]
            offset += step
        }
    }
}
