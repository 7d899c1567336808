// SPDX-License-Identifier: Apache-2.0

/// A number or an array of numbers that may have been read only in part.
package struct NumbersInProgress: Sendable {
    fileprivate var values: [Double] = []
    /// The bytes reserved from the reader's meter.
    fileprivate var metered = 0
    fileprivate var rows = RowReader(enclosingDepth: 0, maximumDepth: 0, others: .none)
    /// The elements that the array may have besides numbers.
    package var others: OtherElements
    /// Offset in the body of the opening bracket, once it has been read.
    fileprivate var start: Int?
    fileprivate var isComplete = false

    /// - Parameter others: the elements that the array may have besides numbers.
    package init(others: OtherElements = .none) {
        self.others = others
    }

    /// Starts to read the rows of an array.
    fileprivate mutating func begin(at position: Int, enclosingDepth: Int, maximumDepth: Int) {
        start = position
        rows = RowReader(
            enclosingDepth: enclosingDepth,
            maximumDepth: maximumDepth,
            others: others
        )
    }

    /// The bytes allocated for the numbers.
    package var footprint: Int { 8 * values.capacity }

    /// Moves the numbers out with their shape, and prepares for others.
    ///
    /// - Precondition: `JSONReader.read` has returned.
    package mutating func takeArray() -> NumberArray {
        precondition(isComplete, "the numbers have not been read to their end")
        var taken: [Double] = []
        swap(&taken, &values)
        start = nil
        metered = 0
        isComplete = false
        let (shape, hasNull) = rows.takeShape()
        return NumberArray(shape: shape, values: taken, hasNull: hasNull)
    }
}

extension JSONReader {
    /// Reads a number, or a rectangular array of numbers nested to any depth.
    ///
    /// `[]` has the shape `[0]` and `[[], []]` the shape `[2, 0]`. An error points to the first
    /// invalid number or row.
    package mutating func readNumbers() throws(JSONError) -> NumberArray {
        var numbers = NumbersInProgress()
        try read(&numbers)
        return numbers.takeArray()
    }

    /// Continues to read a number or an array of numbers; see `readNumbers`.
    ///
    /// If more of the body is needed, every complete number has been stored and the reader has
    /// moved past it; after `append` the same call continues from there.
    package mutating func read(_ numbers: inout NumbersInProgress) throws(JSONError) {
        precondition(!numbers.isComplete, "the numbers have been read to their end")
        if numbers.start == nil {
            if case .booleans = numbers.others, case .boolean = try peekKind() {
                numbers.values = [try readBoolean() ? 1 : 0]
                numbers.isComplete = true
                return
            }
            try expect(.number, or: .array)
            guard text.bytes.span.byte(at: offset) == ASCII.openBracket else {
                numbers.values = [try readNumber()]
                numbers.isComplete = true
                return
            }
            numbers.begin(at: position, enclosingDepth: depth, maximumDepth: maximumDepth)
        }
        try requireProgress()
        let start = numbers.start ?? position
        var hasRoom = true
        let arrayError = readBlocks(
            &numbers.values,
            &numbers.rows,
            from: start,
            &numbers.metered,
            &hasRoom
        )
        move(to: numbers.rows.position)
        guard hasRoom else { throw needsMore }
        if let arrayError {
            throw error(arrayError.cause, pointer: pointer + arrayError.path)
        }
        numbers.isComplete = true
    }

    /// Reads numbers up to the end of the array, or to the error that is returned.
    private func readBlocks(
        _ values: inout [Double],
        _ rows: inout RowReader,
        from start: Int,
        _ metered: inout Int,
        _ hasRoom: inout Bool
    ) -> ArrayError? {
        let powers = PowersOfFive.table
        // The closure below captures only the text: the reader would be copied each time.
        let span = text.bytes.span
        rows.resume(at: offset, textStart: text.start)
        var arrayError: ArrayError?
        var isComplete = false
        while !isComplete {
            let position = text.start + rows.position
            hasRoom = reserve(&values, read: position - start, from: position, &metered)
            guard hasRoom else { return nil }
            // A number takes at least two bytes: a digit and a comma.
            let capacity = min(128, (text.bytes.count - rows.position) / 2 + 1)
            let previousCount = values.count
            values.append(addingCapacity: capacity) { block in
                do throws(ArrayError) {
                    isComplete = try rows.read(into: &block, after: previousCount, span, powers)
                } catch {
                    arrayError = error
                    isComplete = true
                }
            }
        }
        return arrayError
    }

    /// Reserves capacity for the remaining numbers, estimated from the bytes that the previous ones
    /// took; returns `false` if the meter refuses the memory.
    ///
    /// An array of numbers of similar length then needs one allocation instead of repeated doubling
    /// and copying. The announced length is not trusted: until the body is complete, there is at
    /// most one place for each byte read.
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
        let most = text.isComplete ? left / 2 + 1 : read
        let capacity = values.count + 128 + min(most, max(estimate, values.count / 2))
        guard let meter else {
            values.reserveCapacity(capacity)
            return true
        }
        // The old and the new allocation coexist while the numbers are copied.
        guard meter.take(8 * capacity) else { return false }
        values.reserveCapacity(capacity)
        meter.giveBack(metered)
        metered = 8 * capacity
        return true
    }
}
