// SPDX-License-Identifier: Apache-2.0

extension JSONReader {
    /// A state of the reader to rewind to.
    package struct Checkpoint: Sendable {
        fileprivate let position: Int
        fileprivate let containers: OpenContainers
    }

    /// The current state of the reader.
    package var checkpoint: Checkpoint { Checkpoint(position: position, containers: containers) }

    /// Rewinds to a checkpoint taken since text was last appended.
    package mutating func rewind(to checkpoint: Checkpoint) {
        precondition(checkpoint.position >= text.start, "the text there has been discarded")
        move(to: checkpoint.position - text.start)
        containers = checkpoint.containers
    }

    /// The bytes allocated for text.
    package var footprint: Int { text.bytes.capacity }

    /// The bytes of received text that have not been read.
    package var unreadCount: Int { text.bytes.count - offset }

    /// Whether the next value, an array or object, or the received text ends within `count` bytes.
    package func nextValueEnds(within count: Int) -> Bool {
        let text = text.bytes.span
        var depth = 0
        var isString = false
        var position = offset
        let end = min(text.count, offset + count)
        while position < end {
            switch text[position] {
            case ASCII.quote: isString.toggle()
            case ASCII.backslash where isString: position += 1
            case ASCII.openBracket where !isString, ASCII.openBrace where !isString:
                depth += 1
            case ASCII.closeBracket where !isString, ASCII.closeBrace where !isString:
                depth -= 1
                if depth == 0 { return true }
            default: break
            }
            position += 1
        }
        return end == text.count
    }

    /// Whether the next piece is adopted: the unread text, preceded by one byte, fits into its
    /// headroom.
    package func adoptsText(after headroom: Int) -> Bool {
        unreadCount < headroom && text.start + offset > 1
    }

    /// Appends the next piece of the body and discards the text that has been read.
    package mutating func append(_ piece: Span<UInt8>) {
        discardReadText()
        text.append(piece)
    }

    /// Appends the next piece of the body without copying it, and discards the text that has been
    /// read.
    ///
    /// The unread text moves into the headroom in front of the piece. If it does not fit, the piece
    /// is copied after all.
    ///
    /// - Parameters:
    ///   - piece: unused bytes, followed by the piece.
    ///   - headroom: the number of unused bytes.
    package mutating func append(adopting piece: consuming [UInt8], headroom: Int) {
        discardReadText()
        move(to: offset + text.adopt(piece, headroom: headroom))
    }

    /// Marks the received text as the end of the body.
    package mutating func endOfText() {
        text.finish()
    }

    /// Discards the text that has been read.
    private mutating func discardReadText() {
        move(to: offset - text.drop(before: offset))
    }
}
