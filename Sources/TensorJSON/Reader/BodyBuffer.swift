// SPDX-License-Identifier: Apache-2.0

/// The part of a body that has been received but not yet read.
struct BodyBuffer: Sendable {
    /// The received text.
    private(set) var bytes: [UInt8]
    /// Offset in the body of the first byte of the text.
    private(set) var start = 0
    /// Whether the end of the body has been received.
    private(set) var isComplete: Bool
    /// The length of the body, if it is known in advance.
    var announcedLength: Int?
    /// Offset in the body of the end of the text when reading last ran out of it.
    private var shortageEnd = 0

    /// Holds a complete body.
    init(whole bytes: [UInt8]) {
        self.bytes = bytes
        isComplete = true
        announcedLength = bytes.count
    }

    /// Prepares for a body of which nothing has been received.
    init(reserving capacity: Int) {
        bytes = []
        if capacity > 0 { bytes.reserveCapacity(capacity) }
        isComplete = false
    }

    /// Discards the text, and prepares for another body.
    ///
    /// - Parameter bytes: The maximum memory to keep.
    mutating func restart(keeping bytes: Int) {
        self.bytes.removeAll(keepingCapacity: self.bytes.capacity <= bytes)
        start = 0
        isComplete = false
        announcedLength = nil
        shortageEnd = 0
    }

    /// Offset in the body of the end of the text.
    var end: Int { start + bytes.count }

    /// Discards the text before an offset, except for one byte, and returns the discarded length.
    ///
    /// An error may start one byte before the byte that reveals it: `0x1F`.
    mutating func drop(before offset: Int) -> Int {
        let count = max(offset - 1, 0)
        guard count > 0 else { return 0 }
        bytes.removeFirst(count)
        start += count
        return count
    }

    mutating func append(_ text: Span<UInt8>) {
        bytes.append(copying: text)
    }

    /// Adopts the storage of a piece whose first `headroom` bytes are unused.
    ///
    /// The unread text moves into the headroom if possible; otherwise the piece is copied.
    ///
    /// - Returns: by how much the offsets in the text have grown.
    mutating func adopt(_ piece: consuming [UInt8], headroom: Int) -> Int {
        let place = headroom - bytes.count
        // The start of the body stays at offset 0, where a byte order mark is detected.
        guard place >= 0, start > 0 else {
            bytes.append(copying: piece.span.extracting(headroom..<piece.count))
            return 0
        }
        for index in bytes.indices { piece[place + index] = bytes[index] }
        start = end - headroom
        bytes = piece
        return place
    }

    mutating func finish() {
        isComplete = true
    }

    /// Records that reading ran out of text.
    mutating func markShortage() {
        shortageEnd = end
    }

    /// Whether enough text has arrived to try again to read the token at an offset.
    ///
    /// A long token has to double before it is read again: otherwise a long string in short pieces
    /// would take quadratic time.
    @inline(__always)
    func isWorthRetrying(from offset: Int) -> Bool {
        if isComplete { return true }
        let rereadCount = shortageEnd - start - offset
        return rereadCount <= 4096 || end - shortageEnd >= rereadCount
    }

    /// Whether no text that may follow can change an error.
    ///
    /// An error depends on the word or number at its position and on at most two bytes after it.
    func isFinal(_ error: TokenError) -> Bool {
        guard !isComplete else { return true }
        var end = error.position
        while bytes.span.byte(at: end).isTokenByte { end += 1 }
        return end + 3 <= bytes.count
    }
}

extension UInt8 {
    fileprivate var isTokenByte: Bool {
        startsIdentifier || isDigit || self == ASCII.minus || self == ASCII.plus
            || self == ASCII.point
    }
}
