// SPDX-License-Identifier: Apache-2.0

/// The elements that an array of numbers may have besides numbers.
package struct OtherElements: OptionSet, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let none: OtherElements = []
    /// `null`, which is read as NaN.
    package static let null = OtherElements(rawValue: 1)
    /// `false` and `true`, which are read as 0 and 1.
    package static let booleans = OtherElements(rawValue: 2)
}

/// Reads a rectangular array of numbers, a block of numbers at a time.
///
/// The depth of the first number or the first empty array is the depth of all numbers, and the
/// first array to end at each level sets the length of all arrays at that level. The pointer of an
/// error is relative to the outermost array; it is made from counters only if an error occurs.
///
/// After an error at the end of the text, reading can resume once more text has arrived.
struct RowReader: Sendable {
    /// Offset in the text of the next byte to read.
    private(set) var position = 0
    private var lengths = ArrayLengths()

    /// Whether an element is null.
    private(set) var hasNull = false

    /// Offset of the text in the body.
    private var textStart = 0
    /// The number of containers that enclose the outermost array.
    private let enclosingDepth: Int
    private let maximumDepth: Int
    private let others: OtherElements
    /// The tokens allowed at the position.
    private var next = Expected.element
    /// The open arrays, except for the innermost one.
    private var outer: [Row] = []
    /// The innermost open array.
    private var row = Row(start: 0)
    /// The number of open arrays.
    private var depth = 0
    /// The depth of the numbers; 0 until it is known.
    private var rank = 0
    /// The count of numbers in the previous blocks.
    private var previousCount = 0
    /// The count of numbers before the innermost array.
    private var rowStart = 0

    private struct Row {
        /// Offset in the body of the opening bracket.
        let start: Int
        /// The number of nested arrays that have begun; numbers are not counted.
        var arrays = 0
    }

    private enum Expected {
        case element
        case elementOrEnd
        case commaOrEnd
    }

    /// Creates a reader that expects an opening bracket.
    init(enclosingDepth: Int, maximumDepth: Int, others: OtherElements) {
        self.enclosingDepth = enclosingDepth
        self.maximumDepth = maximumDepth
        self.others = others
    }

    /// Moves the shape out.
    mutating func takeShape() -> (shape: [Int], hasNull: Bool) {
        defer { hasNull = false }
        return (lengths.take(), hasNull)
    }

    /// Resumes reading after the text has grown or moved.
    ///
    /// - Parameters:
    ///   - position: offset in the text of the next byte to read.
    ///   - textStart: offset of the text in the body.
    mutating func resume(at position: Int, textStart: Int) {
        self.position = position
        self.textStart = textStart
    }

    /// Reads numbers until the block is full or the array ends.
    ///
    /// - Parameters:
    ///   - block: receives the numbers.
    ///   - previousCount: the count of numbers in the previous blocks.
    ///   - text: the received text.
    ///   - powers: the table of powers.
    /// - Returns: whether the array has ended.
    /// - Throws: an error in the array, or the end of the text.
    mutating func read(
        into block: inout OutputSpan<Double>,
        after previousCount: Int,
        _ text: Span<UInt8>,
        _ powers: PowersOfFive
    ) throws(ArrayError) -> Bool {
        self.previousCount = previousCount
        position = text.afterWhitespace(position)
        while true {
            if next != .commaOrEnd {
                let byte = text.byte(at: position)
                if byte == ASCII.openBracket {
                    try open(text, block.count)
                    continue
                }
                if next == .elementOrEnd, byte == ASCII.closeBracket {
                    if rank == 0 { rank = depth }
                } else {
                    guard try readRow(into: &block, text, powers) else { return false }
                }
                next = .commaOrEnd
            }
            if try close(text, block.count) { return true }
        }
    }

    /// Reads the numbers of a row up to its closing bracket and returns `true`, or as many as fit
    /// into the block and returns `false`.
    private mutating func readRow(
        into block: inout OutputSpan<Double>,
        _ text: Span<UInt8>,
        _ powers: PowersOfFive
    ) throws(ArrayError) -> Bool {
        if position < text.count {
            // Neither a bracket nor the end of the text: this must be a number.
            if rank == 0 { rank = depth }
            next = .element
        }
        guard depth == rank else { throw elementError(text, block.count) }
        var position = position
        while !block.isFull {
            var isComplete = false
            block.append { buffer in
                NumberToken.readRun(text, &position, &isComplete, buffer, powers)
            }
            guard !isComplete else {
                self.position = position
                return true
            }
            guard !block.isFull else { break }
            let number = NumberToken.read(text, position, powers)
            var end = number.end
            if end >= 0 {
                block.append(number.value)
            } else if let other = readOther(text, at: position) {
                block.append(other.value)
                end = other.end
            } else {
                self.position = position
                throw elementError(text, block.count)
            }
            if text.byte(at: end) != ASCII.comma {
                end = text.afterWhitespace(end)
                guard text.byte(at: end) == ASCII.comma else {
                    guard text.byte(at: end) == ASCII.closeBracket else {
                        // At the end of the text the number may be incomplete.
                        _ = block.removeLast()
                        self.position = position
                        throw separatorError(text, at: end)
                    }
                    self.position = end
                    return true
                }
            }
            position = text.afterWhitespace(end &+ 1)
        }
        self.position = position
        return false
    }

    /// Reads an accepted element that is not a number; `nil` for anything else.
    private mutating func readOther(
        _ text: Span<UInt8>,
        at position: Int
    ) -> (value: Double, end: Int)? {
        guard others != .none, let literal = LiteralToken(text, at: position) else { return nil }
        let end = position + literal.length
        switch literal {
        case .null where others.contains(.null):
            hasNull = true
            return (.nan, end)
        case .true where others.contains(.booleans): return (1, end)
        case .false where others.contains(.booleans): return (0, end)
        default: return nil
        }
    }

    /// Enters an array.
    private mutating func open(_ text: Span<UInt8>, _ count: Int) throws(ArrayError) {
        guard rank == 0 || depth < rank else { throw elementError(text, count) }
        guard enclosingDepth + depth < maximumDepth else {
            let step = depth > 0 ? "/\(row.arrays)" : ""
            throw ArrayError(TokenError(.tooDeep(limit: maximumDepth), at: position), path + step)
        }
        if depth > 0 {
            row.arrays += 1
            outer.append(row)
        }
        depth += 1
        if lengths.count < depth { lengths.addLevel() }
        row = Row(start: textStart + position)
        rowStart = previousCount + count
        position = text.afterWhitespace(position + 1)
        next = .elementOrEnd
    }

    /// Leaves all arrays that end here and moves to the next element, or returns `true` at the end
    /// of the outermost array.
    private mutating func close(_ text: Span<UInt8>, _ count: Int) throws(ArrayError) -> Bool {
        while text.byte(at: position) == ASCII.closeBracket {
            let length = depth == rank ? previousCount + count - rowStart : row.arrays
            let expected = lengths[depth - 1]
            guard expected < 0 || expected == length else {
                let reason = JSONError.Reason.raggedArray(length: length, expected: expected)
                throw ArrayError(TokenError(reason, at: row.start - textStart), path)
            }
            lengths[depth - 1] = length
            depth -= 1
            position += 1
            guard let parent = outer.popLast() else { return true }
            row = parent
            position = text.afterWhitespace(position)
        }
        guard text.byte(at: position) == ASCII.comma else {
            throw separatorError(text, at: position)
        }
        position = text.afterWhitespace(position + 1)
        next = .element
        return false
    }
}

extension RowReader {
    /// The pointer to the innermost open array.
    private var path: String { outer.map { "/\($0.arrays - 1)" }.joined() }

    /// Explains why the element at the position is invalid.
    private func elementError(_ text: Span<UInt8>, _ count: Int) -> ArrayError {
        let index = depth == rank ? previousCount + count - rowStart : row.arrays
        let cause = elementError(text, at: index)
        let isOfArray = cause.reason == .trailingComma || position == text.count
        return ArrayError(cause, isOfArray ? path : path + "/\(index)")
    }

    private func elementError(_ text: Span<UInt8>, at index: Int) -> TokenError {
        let found: JSONKind
        var excerpt = ""
        do throws(TokenError) {
            switch text.byte(at: position) {
            case ASCII.openBracket:
                return TokenError(.mixedArray(found: .array), at: position)
            case ASCII.minus, 0x30...0x39:
                let isValid = NumberToken.read(text, position, PowersOfFive.table).end >= 0
                return isValid
                    ? TokenError(.mixedArray(found: .number), at: position)
                    : NumberToken.error(text, position)
            case ASCII.openBrace:
                found = .object
            case ASCII.quote:
                found = .string
                excerpt = try StringToken(text, position).value
            case UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n"):
                found = try LiteralToken.read(text, position).kind
            default:
                return .invalidValue(text, position, inside: .array, isAfterComma: index > 0)
            }
        } catch {
            return error
        }
        let isFirst = index == 0 && lengths[depth - 1] < 0
        let expected: [JSONKind] =
            isFirst ? [.number, .array] : depth == rank ? [.number] : [.array]
        return TokenError(.unexpectedKind(found, expected: expected, text: excerpt), at: position)
    }

    /// Explains why the byte after an element is neither a comma nor a closing bracket.
    private func separatorError(_ text: Span<UInt8>, at position: Int) -> ArrayError {
        ArrayError(.unexpected(text, position, .commaOrBracket), path)
    }
}
