// SPDX-License-Identifier: Apache-2.0

extension JSONReader {
    /// A place in the body to go back to.
    package struct Checkpoint: Sendable {
        fileprivate let position: Int
        fileprivate let containers: OpenContainers
    }

    /// Where the reader stands.
    package var checkpoint: Checkpoint { Checkpoint(position: position, containers: containers) }

    /// Goes back to where it has been since it was appended to last.
    package mutating func goBack(to checkpoint: Checkpoint) {
        precondition(checkpoint.position >= text.start, "the text there has been let go of")
        move(to: checkpoint.position - text.start)
        containers = checkpoint.containers
    }

    /// How many bytes are kept for text.
    package var footprint: Int { text.bytes.capacity }

    /// How many bytes of text have not been read.
    package var unreadCount: Int { text.bytes.count - offset }

    /// Whether the next value, an array or an object, ends within so many bytes, or the text in hand
    /// does.
    package func nextValueEnds(within count: Int) -> Bool {
        let text = text.bytes.span
        var depth = 0
        var isString = false
        var position = offset
        let end = min(text.count, offset + count)
        while position < end {
            switch text[position] {
            case Character8.quote: isString.toggle()
            case Character8.backslash where isString: position += 1
            case Character8.openBracket where !isString, Character8.openBrace where !isString:
                depth += 1
            case Character8.closeBracket where !isString, Character8.closeBrace where !isString:
                depth -= 1
                if depth == 0 { return true }
            default: break
            }
            position += 1
        }
        return end == text.count
    }

    /// Adds the next piece of the body, and lets go of what has been read.
    package mutating func append(_ piece: Span<UInt8>) {
        letGo()
        text.append(piece)
    }

    /// Takes over the next piece of the body, and lets go of what has been read.
    ///
    /// The piece is not copied: what is left of the text before it moves into the room in front of
    /// it, if it fits.
    ///
    /// - Parameters:
    ///   - piece: the piece, behind bytes that say nothing.
    ///   - headroom: how many those are.
    package mutating func append(adopting piece: consuming [UInt8], headroom: Int) {
        letGo()
        move(to: offset + text.adopt(piece, headroom: headroom))
    }

    /// Says that the whole body has come.
    package mutating func endOfText() {
        text.finish()
    }

    /// Lets go of the text that has been read.
    private mutating func letGo() {
        move(to: offset - text.drop(before: offset))
    }
}
