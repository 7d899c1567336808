// SPDX-License-Identifier: Apache-2.0

extension JSONReader {
    /// Reads a number, or a rectangular array of numbers nested to any depth.
    ///
    /// `[]` has the shape `[0]` and `[[], []]` the shape `[2, 0]`. An error has the pointer of the
    /// number, or of the first row, that does not fit.
    package mutating func readNumbers() throws(JSONError) -> NumberArray {
        try expect(.number, or: .array)
        guard bytes.span.byte(at: position) == Character8.openBracket else {
            return NumberArray(shape: [], values: [try readNumber()])
        }
        let start = position
        let powers = PowersOfFive.table
        var values: [Double] = []
        var rows = RowReader(start: start, outside: depth, maximumDepth: maximumDepth)
        var isComplete = false
        while !isComplete {
            let left = bytes.count - rows.position
            reserve(&values, read: rows.position - start, left: left)
            // Two bytes, a digit and a comma, are the least that a number takes.
            let capacity = min(128, left / 2 + 1)
            do throws(JSONError) {
                try values.append(addingCapacity: capacity) { block throws(JSONError) in
                    isComplete = try rows.read(into: &block, bytes.span, powers)
                }
            } catch {
                throw JSONError(
                    reason: error.reason,
                    position: error.position,
                    pointer: pointer + error.pointer
                )
            }
        }
        move(to: rows.position)
        return NumberArray(shape: rows.shape, values: values)
    }

    /// Makes room for the numbers to come, judged by the bytes that the ones so far have taken.
    ///
    /// One allocation for an array whose numbers are of about the same length, instead of a
    /// doubling and a copy again and again.
    private func reserve(_ values: inout [Double], read: Int, left: Int) {
        guard values.count > 0, values.capacity < values.count + 128 else { return }
        let bytesEach = Double(read) / Double(values.count)
        let estimate = Int(1.02 * Double(left) / bytesEach)
        let most = left / 2 + 1
        values.reserveCapacity(values.count + 128 + min(most, max(estimate, values.count / 2)))
    }
}
