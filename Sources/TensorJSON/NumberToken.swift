// SPDX-License-Identifier: Apache-2.0

/// A number in the text, as a double.
///
/// The grammar is that of RFC 8259, section 6; the value is the double nearest to the number that
/// is written, ties to even, for any count of digits. `-0` and `-0.0` are negative zero.
struct NumberToken {
    let value: Double
    /// The position after the number; negative if there is none, or none that is finite.
    ///
    /// `fault` then says why.
    let end: Int

    static let none = NumberToken(value: 0, end: -1)

    /// Reads the number that starts at a position.
    static func read(_ text: Span<UInt8>, _ start: Int, _ powers: PowersOfFive) -> NumberToken {
        let found = text.withWindow(at: start) { ShortNumber.read($0, powers) }
        guard found.end >= 0 else { return LongNumber.read(text, start, powers) }
        return NumberToken(value: found.value, end: start &+ found.end)
    }

    /// Reads numbers with a comma or the closing bracket after each, as long as they are of a usual
    /// form.
    ///
    /// - Parameters:
    ///   - text: the text.
    ///   - position: where the first of them starts; moved to where the next has to start, or to
    ///     the bracket.
    ///   - isComplete: set if the bracket has been met.
    ///   - room: where they go.
    ///   - powers: the table.
    /// - Returns: how many there are.
    @inline(__always)
    static func readRun(
        _ text: Span<UInt8>,
        _ position: inout Int,
        _ isComplete: inout Bool,
        _ room: NumberRoom,
        _ powers: PowersOfFive
    ) -> Int {
        let count = readInnerRun(text, &position, &isComplete, room, 0, powers)
        guard count < room.capacity, !isComplete, position > text.count &- ByteWindow.length else {
            return count
        }
        return readLastRun(text, &position, &isComplete, room, count, powers)
    }

    /// As `readRun`, as far as there is a window for each number.
    @inline(__always)
    private static func readInnerRun(
        _ text: Span<UInt8>,
        _ position: inout Int,
        _ isComplete: inout Bool,
        _ room: NumberRoom,
        _ start: Int,
        _ powers: PowersOfFive
    ) -> Int {
        var count = start
        // How many have been read by the way for all.
        var others = 0
        // The white space between the last two numbers.
        var gap = 0
        while count < room.capacity {
            // Looked at now and then: where forms alternate, the processor would guess the next
            // wrongly, at the price of a number.
            if others & 15 == 0 {
                let form = text.withInnerWindow(at: position) { ShortNumber.form(of: $0) }
                switch form {
                case .whole: readRun(of: .whole, text, &position, room, &count, &gap, powers)
                case .few: readRun(of: .few, text, &position, room, &count, &gap, powers)
                case .medium: readRun(of: .medium, text, &position, room, &count, &gap, powers)
                case .many: readRun(of: .many, text, &position, room, &count, &gap, powers)
                case .other, nil: break
                }
                guard count < room.capacity else { break }
            }
            others &+= 1
            let number = text.withInnerWindow(at: position) { window in
                ShortNumber.readAny(window, powers, &gap)
            }
            guard let number, number.end >= 0 else { break }
            room.store(number.value, at: count)
            position &+= number.end
            count &+= 1
            guard !number.isLast else {
                isComplete = true
                break
            }
        }
        return count
    }

    /// Reads numbers of a form as long as they come.
    @inline(__always)
    private static func readRun(
        of form: ShortNumber.Form,
        _ text: Span<UInt8>,
        _ position: inout Int,
        _ room: NumberRoom,
        _ count: inout Int,
        _ gap: inout Int,
        _ powers: PowersOfFive
    ) {
        while count < room.capacity {
            let number = text.withInnerWindow(at: position) { window in
                ShortNumber.read(form, window, powers, &gap)
            }
            guard let number, number.end >= 0 else { return }
            room.store(number.value, at: count)
            position &+= number.end
            count &+= 1
        }
    }

    /// As `readRun` from where there is no window any more.
    @inline(never)
    private static func readLastRun(
        _ text: Span<UInt8>,
        _ position: inout Int,
        _ isComplete: inout Bool,
        _ room: NumberRoom,
        _ start: Int,
        _ powers: PowersOfFive
    ) -> Int {
        text.withLastText(from: position) { rest in
            var place = 0
            let count = readInnerRun(rest, &place, &isComplete, room, start, powers)
            position &+= place
            return count
        }
    }
}
