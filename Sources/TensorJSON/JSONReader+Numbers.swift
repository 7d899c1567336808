// SPDX-License-Identifier: Apache-2.0

/// A number or an array of numbers of which a part may have been read.
package struct NumbersInProgress: Sendable {
    fileprivate var values: [Double] = []
    /// The bytes that have been taken from the reader's meter.
    fileprivate var metered = 0
    fileprivate var rows = RowReader(outside: 0, maximumDepth: 0)
    /// Offset in the body of the opening bracket, once it has been read.
    fileprivate var start: Int?
    fileprivate var isComplete = false

    package init() {}

    /// How many bytes are kept for the numbers.
    package var footprint: Int { 8 * values.capacity }

    /// What has been read.
    ///
    /// - Precondition: `JSONReader.read` has returned.
    package var array: NumberArray {
        precondition(isComplete, "the numbers have not been read to their end")
        return NumberArray(shape: rows.shape, values: values)
    }
}

extension JSONReader {
    /// Reads a number, or a rectangular array of numbers nested to any depth.
    ///
    /// `[]` has the shape `[0]` and `[[], []]` the shape `[2, 0]`. An error has the pointer of the
    /// number, or of the first row, that does not fit.
    package mutating func readNumbers() throws(JSONError) -> NumberArray {
        var numbers = NumbersInProgress()
        try read(&numbers)
        return numbers.array
    }

    /// Reads on in a number or an array of numbers, as `readNumbers`.
    ///
    /// Where more of the body is needed, all numbers that are certain have been taken and the
    /// reader has moved behind them; after `append` the same call goes on from there.
    package mutating func read(_ numbers: inout NumbersInProgress) throws(JSONError) {
        precondition(!numbers.isComplete, "the numbers have been read to their end")
        if numbers.start == nil {
            try expect(.number, or: .array)
            guard text.bytes.span.byte(at: offset) == Character8.openBracket else {
                numbers.values = [try readNumber()]
                numbers.isComplete = true
                return
            }
            numbers.start = position
            numbers.rows = RowReader(outside: depth, maximumDepth: maximumDepth)
        }
        try expectNews()
        let start = numbers.start ?? position
        var hasRoom = true
        let fault = readBlocks(
            &numbers.values,
            &numbers.rows,
            from: start,
            &numbers.metered,
            &hasRoom
        )
        move(to: numbers.rows.position)
        guard hasRoom else { throw needsMore }
        if let fault { throw error(fault.fault, pointer: pointer + fault.path) }
        numbers.isComplete = true
    }

    /// Reads numbers up to the end of the array, or to what is returned.
    private func readBlocks(
        _ values: inout [Double],
        _ rows: inout RowReader,
        from start: Int,
        _ metered: inout Int,
        _ hasRoom: inout Bool
    ) -> RowFault? {
        let powers = PowersOfFive.table
        // Not the reader but its text for the closure below: that would be copied each time.
        let span = text.bytes.span
        rows.resume(at: offset, textStart: text.start)
        var fault: RowFault?
        var isComplete = false
        while !isComplete {
            let position = text.start + rows.position
            hasRoom = reserve(&values, read: position - start, from: position, &metered)
            guard hasRoom else { return nil }
            // Two bytes, a digit and a comma, are the least that a number takes.
            let capacity = min(128, (text.bytes.count - rows.position) / 2 + 1)
            let earlier = values.count
            values.append(addingCapacity: capacity) { block in
                do throws(RowFault) {
                    isComplete = try rows.read(into: &block, after: earlier, span, powers)
                } catch {
                    fault = error
                    isComplete = true
                }
            }
        }
        return fault
    }

    /// Makes room for the numbers to come, judged by the bytes that the ones so far have taken;
    /// false where the meter refuses the memory.
    ///
    /// One allocation for an array whose numbers are of about the same length, instead of a
    /// doubling and a copy again and again. The length of a body that has not come is only a
    /// promise: then there is room for no more numbers than bytes have been read.
    private func reserve(
        _ values: inout [Double],
        read: Int,
        from position: Int,
        _ metered: inout Int
    ) -> Bool {
        guard values.count > 0, values.capacity < values.count + 128 else { return true }
        let bytesEach = Double(read) / Double(values.count)
        let left = max(text.announcedLength ?? 0, text.end) - position
        let estimate = Int(1.02 * Double(left) / bytesEach)
        let most = text.isWhole ? left / 2 + 1 : read
        let room = values.count + 128 + min(most, max(estimate, values.count / 2))
        guard let meter else {
            values.reserveCapacity(room)
            return true
        }
        // While the numbers are copied, the old room and the new are both there.
        guard meter.take(8 * room) else { return false }
        values.reserveCapacity(room)
        meter.giveBack(metered)
        metered = 8 * room
        return true
    }
}
