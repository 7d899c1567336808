// SPDX-License-Identifier: Apache-2.0

/// Reads a rectangular array of numbers, a block of numbers at a time.
///
/// The depth at which the first number or the first empty array is found is that of all numbers,
/// and the first array to end at each level sets the length of all arrays at it. Errors carry a
/// pointer relative to the whole array; indexes are counted, and put into words only for an error.
struct RowReader {
    /// Offset of what is read next.
    private(set) var position: Int
    /// The length at each level that is known; -1 where no array has ended yet.
    private(set) var shape: [Int] = []

    /// How many arrays and objects are open around the whole array.
    private let outside: Int
    private let maximumDepth: Int
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
        let start: Int
        /// How many arrays have begun in it; numbers are not counted here.
        var arrays = 0
    }

    /// Starts at an opening bracket.
    init(start: Int, outside: Int, maximumDepth: Int) {
        position = start
        self.outside = outside
        self.maximumDepth = maximumDepth
    }

    /// Reads numbers until the block is full, and returns false; or to the end of the array, and
    /// returns true.
    mutating func read(
        into block: inout OutputSpan<Double>,
        _ text: Span<UInt8>,
        _ powers: PowersOfFive
    ) throws(JSONError) -> Bool {
        while true {
            if text.byte(at: position) == Character8.openBracket {
                guard try open(text, block.count) else { continue }
            } else {
                guard try readRow(into: &block, text, powers) else {
                    earlier += block.count
                    return false
                }
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
    ) throws(JSONError) -> Bool {
        if rank == 0, depth > 0 { rank = depth }
        guard depth == rank else { throw elementError(text, block.count) }
        var position = position
        while !block.isFull {
            let number = NumberToken.read(text, position, powers)
            guard number.end >= 0 else {
                self.position = position
                throw elementError(text, block.count)
            }
            block.append(number.value)
            position = number.end
            if text.byte(at: position) != Character8.comma {
                position = text.afterSpace(position)
                guard text.byte(at: position) == Character8.comma else {
                    self.position = position
                    guard text.byte(at: position) == Character8.closeBracket else {
                        throw bracketError(text)
                    }
                    return true
                }
            }
            position = text.afterSpace(position &+ 1)
        }
        self.position = position
        return false
    }

    /// Steps into an array; true if it ends at once.
    private mutating func open(_ text: Span<UInt8>, _ count: Int) throws(JSONError) -> Bool {
        guard rank == 0 || depth < rank else { throw elementError(text, count) }
        if depth > 0 {
            row.arrays += 1
            outer.append(row)
        }
        guard outside + depth < maximumDepth else {
            throw error(Fault(.tooDeep(limit: maximumDepth), at: position), pointer: path)
        }
        depth += 1
        if shape.count < depth { shape.append(-1) }
        row = Row(start: position)
        before = earlier + count
        position = text.afterSpace(position + 1)
        guard text.byte(at: position) == Character8.closeBracket else { return false }
        if rank == 0 { rank = depth }
        return true
    }

    /// Steps out of all arrays that end here and to the next element, or out of the whole array
    /// and returns true.
    private mutating func close(_ text: Span<UInt8>, _ count: Int) throws(JSONError) -> Bool {
        while text.byte(at: position) == Character8.closeBracket {
            let length = depth == rank ? earlier + count - before : row.arrays
            let expected = shape[depth - 1]
            guard expected < 0 || expected == length else {
                let reason = JSONError.Reason.raggedArray(length: length, expected: expected)
                throw error(Fault(reason, at: row.start), pointer: path)
            }
            shape[depth - 1] = length
            depth -= 1
            position += 1
            guard let parent = outer.popLast() else { return true }
            row = parent
            position = text.afterSpace(position)
        }
        guard text.byte(at: position) == Character8.comma else { throw bracketError(text) }
        position = text.afterSpace(position + 1)
        return false
    }
}

extension RowReader {
    /// The pointer to the innermost open array.
    private var path: String { outer.map { "/\($0.arrays - 1)" }.joined() }

    /// The error about an element that is neither a number nor an array where one may stand.
    private func elementError(_ text: Span<UInt8>, _ count: Int) -> JSONError {
        let index = depth == rank ? earlier + count - before : row.arrays
        let fault = elementFault(text, index)
        let isOfArray = fault.reason == .trailingComma || position == text.count
        return error(fault, pointer: isOfArray ? path : path + "/\(index)")
    }

    private func elementFault(_ text: Span<UInt8>, _ index: Int) -> Fault {
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
                return .ofValue(text, position, inside: .array)
            }
        } catch {
            return error
        }
        let isFirst = index == 0 && shape[depth - 1] < 0
        let expected: [JSONKind] =
            isFirst ? [.number, .array] : depth == rank ? [.number] : [.array]
        return Fault(.unexpectedKind(found, expected: expected, text: excerpt), at: position)
    }

    /// The error about a byte after an element that is neither a comma nor a bracket.
    private func bracketError(_ text: Span<UInt8>) -> JSONError {
        error(.unexpected(text, position, .commaOrBracket), pointer: path)
    }

    private func error(_ fault: Fault, pointer: String) -> JSONError {
        JSONError(reason: fault.reason, position: fault.position, pointer: pointer)
    }
}
