// SPDX-License-Identifier: Apache-2.0

/// A JSON number, converted to a double.
///
/// The grammar is that of RFC 8259, section 6. The value is the nearest double, ties to even, for
/// any count of digits. `-0` and `-0.0` are negative zero.
struct NumberToken {
    let value: Double
    /// The position after the number; negative if the text is not a finite number.
    ///
    /// In that case `error` gives the reason.
    let end: Int

    static let none = NumberToken(value: 0, end: -1)

    /// Reads the number that starts at a position.
    static func read(_ text: Span<UInt8>, _ start: Int, _ powers: PowersOfFive) -> NumberToken {
        let found = text.withWindow(at: start) { ShortNumber.read($0, powers) }
        guard found.end >= 0 else { return LongNumber.read(text, start, powers) }
        return NumberToken(value: found.value, end: start &+ found.end)
    }

    /// Reads consecutive numbers of a common form, each followed by a comma or the closing bracket.
    ///
    /// - Parameters:
    ///   - text: the received text.
    ///   - position: the start of the first number; moved to the start of the next one, or to the
    ///     bracket.
    ///   - isComplete: set if the bracket has been reached.
    ///   - buffer: receives the numbers.
    ///   - powers: the table of powers.
    /// - Returns: the count of numbers.
    @inline(__always)
    static func readRun(
        _ text: Span<UInt8>,
        _ position: inout Int,
        _ isComplete: inout Bool,
        _ buffer: NumberBuffer,
        _ powers: PowersOfFive
    ) -> Int {
        let count = readRunInPlace(text, &position, &isComplete, buffer, 0, powers)
        guard count < buffer.capacity, !isComplete, position > text.count &- ByteWindow.length
        else {
            return count
        }
        return readPaddedRun(text, &position, &isComplete, buffer, count, powers)
    }

    /// Reads a run, see `readRun`, as long as the text holds a full window for each number.
    @inline(__always)
    private static func readRunInPlace(
        _ text: Span<UInt8>,
        _ position: inout Int,
        _ isComplete: inout Bool,
        _ buffer: NumberBuffer,
        _ start: Int,
        _ powers: PowersOfFive
    ) -> Int {
        var count = start
        // The count of numbers read by the general method.
        var generalCount = 0
        // The length of the white space between the last two numbers.
        var gap = 0
        while count < buffer.capacity {
            // The form is checked only now and then: if forms alternate, the branch on the form is
            // mispredicted, which costs as much as reading a number.
            if generalCount & 15 == 0 {
                let form = text.withWindowInPlace(at: position) { ShortNumber.form(of: $0) }
                switch form {
                case .integer: readRun(of: .integer, text, &position, buffer, &count, &gap, powers)
                case .shortFraction:
                    readRun(of: .shortFraction, text, &position, buffer, &count, &gap, powers)
                case .mediumFraction:
                    readRun(of: .mediumFraction, text, &position, buffer, &count, &gap, powers)
                case .longFraction:
                    readRun(of: .longFraction, text, &position, buffer, &count, &gap, powers)
                case .other, nil: break
                }
                guard count < buffer.capacity else { break }
            }
            generalCount &+= 1
            let number = text.withWindowInPlace(at: position) { window in
                ShortNumber.readAny(window, powers, .element, &gap)
            }
            guard let number, number.end >= 0 else { break }
            buffer.store(number.value, at: count)
            position &+= number.end
            count &+= 1
            guard !number.isLast else {
                isComplete = true
                break
            }
        }
        return count
    }

    /// Reads consecutive numbers of one form.
    @inline(always)
    private static func readRun(
        of form: ShortNumber.Form,
        _ text: Span<UInt8>,
        _ position: inout Int,
        _ buffer: NumberBuffer,
        _ count: inout Int,
        _ gap: inout Int,
        _ powers: PowersOfFive
    ) {
        while count < buffer.capacity {
            let number = text.withWindowInPlace(at: position) { window in
                ShortNumber.read(form, window, powers, .element, &gap)
            }
            guard let number, number.end >= 0 else { return }
            buffer.store(number.value, at: count)
            position &+= number.end
            count &+= 1
        }
    }

    /// Reads a run, see `readRun`, from where the text is shorter than a window.
    @inline(never)
    private static func readPaddedRun(
        _ text: Span<UInt8>,
        _ position: inout Int,
        _ isComplete: inout Bool,
        _ buffer: NumberBuffer,
        _ start: Int,
        _ powers: PowersOfFive
    ) -> Int {
        text.withPaddedTail(from: position) { rest in
            var place = 0
            let count = readRunInPlace(rest, &place, &isComplete, buffer, start, powers)
            position &+= place
            return count
        }
    }
}
