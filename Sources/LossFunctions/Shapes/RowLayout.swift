// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The memory layout of the rows of a tensor along one of its axes.
struct RowLayout: UnitLayout {
    /// The length of a row.
    let length: Int
    /// The number of rows.
    let count: Int
    /// The shape of the losses, one per row: that of the tensor without the axis.
    let lossShape: [Int]
    let shape: [Int]
    /// The distance between consecutive numbers of a row.
    let step: Int

    /// Creates the layout of the rows along `axis`; negative axes count from the last dimension.
    init(shape: [Int], axis: Int) throws(LossError) {
        let dimension = axis < 0 ? axis + shape.count : axis
        guard shape.indices.contains(dimension) else {
            throw .noAxis(axis: axis, input: "predictions", shape: shape)
        }
        self.shape = shape
        length = shape[dimension]
        lossShape = Array(shape[..<dimension] + shape[(dimension + 1)...])
        count = lossShape.reduce(1, *)
        step = shape[(dimension + 1)...].reduce(1, *)
    }

    var columns: Int { length }

    /// Whether the rows are contiguous in memory.
    var areContiguous: Bool { step == 1 }

    /// The offset of the first number of a row in the tensor.
    func start(_ row: Int) -> Int {
        step == 1 ? row * length : row / step * step * length + row % step
    }

    /// The offset of a number of a row in the tensor.
    func offset(_ row: Int, _ column: Int) -> Int { start(row) + column * step }
}
