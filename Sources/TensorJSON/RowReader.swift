// SPDX-License-Identifier: Apache-2.0

/// Reads a rectangular array of numbers, a block of numbers at a time.
///
/// The depth at which the first number or the first empty array is found is that of all numbers,
/// and the first array to end at each level sets the length of all arrays at it. Errors carry a
/// pointer relative to the whole array; indexes are counted, and put into words only for an error.
///
/// An error at the end of the text leaves it where it can go on once there is more.
struct RowReader: Sendable {
    /// Offset in the text of what is read next.
    private(set) var position = 0
    /// The length at each level that is known; -1 where no array has ended yet.
    private(set) var shape: [Int] = []

    /// Offset of the text in the body.
    private var textStart = 0
    /// How many arrays and objects are open around the whole array.
    private let outside: Int
    private let maximumDepth: Int
    /// What may stand at the position.
    private var next = Place.element
    /// The arrays that are open around the innermost one.
    private var outer: [Row] = []
    /// The innermost open array.
    private var row = Row(start: 0)
    /// How many arrays are open.
    private var depth = 0
    /// The depth at which the numbers stand; 0 until it is known.
    private var rank = 0
    /// How many numbers the blocks before the present one had.
    private var earlier = 0
    /// How many numbers came before the innermost array.
    private var before = 0

    private struct Row {
        /// Offset in the body of its bracket.
        let start: Int
        /// How many arrays have begun in it; numbers are not counted here.
        var arrays = 0
    }

    private enum Place {
        case element
        case elementOrEnd
        case commaOrEnd
    }

    /// Expects an opening bracket.
    init(outside: Int, maximumDepth: Int) {
        self.outside = outside
        self.maximumDepth = maximumDepth
    }

    /// Goes on in a text, or in another one that has the same bytes from the position on.
    ///
    /// - Parameters:
    ///   - position: offset in the text of what is read next.
    ///   - textStart: offset of the text in the body.
    mutating func resume(at position: Int, textStart: Int) {
        self.position = position
        self.textStart = textStart
    }

    /// Reads numbers until the block is full or the array ends.
    ///
    /// - Parameters:
    ///   - block: where the numbers go.
    ///   - earlier: how many have been read before them.
    ///   - text: the text.
    ///   - powers: the table.
    /// - Returns: whether the array has ended.
    /// - Throws: what is wrong, or that the text ends.
    mutating func read(
        into block: inout OutputSpan<Double>,
        after earlier: Int,
        _ text: Span<UInt8>,
        _ powers: PowersOfFive
    ) throws(RowFault) -> Bool {
        self.earlier = earlier
        position = text.afterSpace(position)
        while true {
            if next != .commaOrEnd {
                let byte = text.byte(at: position)
                if byte == Character8.openBracket {
                    try open(text, block.count)
                    continue
                }
                if next == .elementOrEnd, byte == Character8.closeBracket {
                    if rank == 0 { rank = depth }
                } else {
                    guard try readRow(into: &block, text, powers) else { return false }
                }
                next = .commaOrEnd
            }
            if try close(text, block.count) { return true }
        }
    }

    /// Reads the numbers of a row up to its closing bracket and returns true, or as many as fit
    /// into the block and returns false.
    private mutating func readRow(
        into block: inout OutputSpan<Double>,
        _ text: Span<UInt8>,
        _ powers: PowersOfFive
    ) throws(RowFault) -> Bool {
        if position < text.count {
            // Neither a bracket nor the end of the text: there has to be a number.
            if rank == 0 { rank = depth }
            next = .element
        }
        guard depth == rank else { throw elementFault(text, block.count) }
        var position = position
        while !block.isFull {
            var isComplete = false
            block.append { room in
                NumberToken.readRun(text, &position, &isComplete, room, powers)
            }
            guard !isComplete else {
                self.position = position
                return true
            }
            guard !block.isFull else { break }
            let number = NumberToken.read(text, position, powers)
            guard number.end >= 0 else {
                self.position = position
                throw elementFault(text, block.count)
            }
            block.append(number.value)
            var end = number.end
            if text.byte(at: end) != Character8.comma {
                end = text.afterSpace(end)
                guard text.byte(at: end) == Character8.comma else {
                    guard text.byte(at: end) == Character8.closeBracket else {
                        // Where the text ends, the number may go on in the next.
                        _ = block.removeLast()
                        self.position = position
                        throw bracketFault(text, at: end)
                    }
                    self.position = end
                    return true
                }
            }
            position = text.afterSpace(end &+ 1)
        }
        self.position = position
        return false
    }

    /// Steps into an array.
    private mutating func open(_ text: Span<UInt8>, _ count: Int) throws(RowFault) {
        guard rank == 0 || depth < rank else { throw elementFault(text, count) }
        guard outside + depth < maximumDepth else {
            let step = depth > 0 ? "/\(row.arrays)" : ""
            throw RowFault(Fault(.tooDeep(limit: maximumDepth), at: position), path + step)
        }
        if depth > 0 {
            row.arrays += 1
            outer.append(row)
        }
        depth += 1
        if shape.count < depth { shape.append(-1) }
        row = Row(start: textStart + position)
        before = earlier + count
        position = text.afterSpace(position + 1)
        next = .elementOrEnd
    }

    /// Steps out of all arrays that end here and to the next element, or out of the whole array
    /// and returns true.
    private mutating func close(_ text: Span<UInt8>, _ count: Int) throws(RowFault) -> Bool {
        while text.byte(at: position) == Character8.closeBracket {
            let length = depth == rank ? earlier + count - before : row.arrays
            let expected = shape[depth - 1]
            guard expected < 0 || expected == length else {
                let reason = JSONError.Reason.raggedArray(length: length, expected: expected)
                throw RowFault(Fault(reason, at: row.start - textStart), path)
            }
            shape[depth - 1] = length
            depth -= 1
            position += 1
            guard let parent = outer.popLast() else { return true }
            row = parent
            position = text.afterSpace(position)
        }
        guard text.byte(at: position) == Character8.comma else {
            throw bracketFault(text, at: position)
        }
        position = text.afterSpace(position + 1)
        next = .element
        return false
    }
}

/// What is wrong within an array of numbers, and the pointer to it from the array.
struct RowFault: Error {
    let fault: Fault
    let path: String

    init(_ fault: Fault, _ path: String) {
        self.fault = fault
        self.path = path
    }
}

extension RowReader {
    /// The pointer to the innermost open array.
    private var path: String { outer.map { "/\($0.arrays - 1)" }.joined() }

    /// What is wrong with an element that is neither a number nor an array where one may stand.
    private func elementFault(_ text: Span<UInt8>, _ count: Int) -> RowFault {
        let index = depth == rank ? earlier + count - before : row.arrays
        let fault = elementFault(text, at: index)
        let isOfArray = fault.reason == .trailingComma || position == text.count
        return RowFault(fault, isOfArray ? path : path + "/\(index)")
    }

    private func elementFault(_ text: Span<UInt8>, at index: Int) -> Fault {
        let found: JSONKind
        var excerpt = ""
        do throws(Fault) {
            switch text.byte(at: position) {
            case Character8.openBracket:
                return Fault(.mixedArray(found: .array), at: position)
            case Character8.minus, 0x30...0x39:
                let isSound = NumberToken.read(text, position, PowersOfFive.table).end >= 0
                return isSound
                    ? Fault(.mixedArray(found: .number), at: position)
                    : NumberToken.fault(text, position)
            case Character8.openBrace:
                found = .object
            case Character8.quote:
                found = .string
                excerpt = try StringToken(text, position).value
            case UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n"):
                found = try WordToken.read(text, position).kind
            default:
                return .ofValue(text, position, inside: .array, isAfterComma: index > 0)
            }
        } catch {
            return error
        }
        let isFirst = index == 0 && shape[depth - 1] < 0
        let expected: [JSONKind] =
            isFirst ? [.number, .array] : depth == rank ? [.number] : [.array]
        return Fault(.unexpectedKind(found, expected: expected, text: excerpt), at: position)
    }

    /// What is wrong with a byte after an element that is neither a comma nor a bracket.
    private func bracketFault(_ text: Span<UInt8>, at position: Int) -> RowFault {
        RowFault(.unexpected(text, position, .commaOrBracket), path)
    }
}
