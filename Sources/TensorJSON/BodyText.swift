// SPDX-License-Identifier: Apache-2.0

/// The part of a body that has come and has not been read.
struct BodyText: Sendable {
    /// The text in hand.
    private(set) var bytes: [UInt8]
    /// Offset in the body of the first byte in hand.
    private(set) var start = 0
    /// Whether nothing more will come.
    private(set) var isWhole: Bool
    /// The length of the body, if it has been announced.
    let announcedLength: Int?
    /// Offset in the body of what was the end when it was last missed that there is more.
    private var vainEnd = 0

    /// A whole body.
    init(whole bytes: [UInt8]) {
        self.bytes = bytes
        isWhole = true
        announcedLength = bytes.count
    }

    /// A body of which nothing has come.
    init(reserving capacity: Int, announcedLength: Int?) {
        bytes = []
        bytes.reserveCapacity(capacity)
        isWhole = false
        self.announcedLength = announcedLength
    }

    /// Offset in the body of the end of the text in hand.
    var end: Int { start + bytes.count }

    /// Lets go of what stands before an offset in the text, but for one byte, and returns how much.
    ///
    /// A fault may begin one byte earlier than it shows: `0x1F`.
    mutating func drop(before offset: Int) -> Int {
        let count = max(offset - 1, 0)
        bytes.removeFirst(count)
        start += count
        return count
    }

    mutating func append(_ text: Span<UInt8>) {
        bytes.append(copying: text)
    }

    /// Takes over a piece behind `headroom` bytes that say nothing; by how much the offsets of the
    /// text in hand have grown.
    mutating func adopt(_ piece: consuming [UInt8], headroom: Int) -> Int {
        let place = headroom - bytes.count
        // The beginning of the body stays at offset 0, where byte order marks are looked for.
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
        isWhole = true
    }

    /// Remembers that reading ran into the end.
    mutating func markVainReading() {
        vainEnd = end
    }

    /// Whether there is enough new text to read again what stands at an offset.
    ///
    /// What has been read in vain has to double before it is read again, unless it is short: else
    /// a long string in short pieces would take quadratic time.
    @inline(__always)
    func isWorthReading(from offset: Int) -> Bool {
        if isWhole { return true }
        let vain = vainEnd - start - offset
        return vain <= 4096 || end - vainEnd >= vain
    }

    /// Whether a fault at an offset stays what it is, whatever comes behind the text.
    ///
    /// A fault is judged by the word or number at its place and by at most two bytes more.
    func isCertain(_ fault: Fault) -> Bool {
        guard !isWhole else { return true }
        var end = fault.position
        while bytes.span.byte(at: end).isOfWordOrNumber { end += 1 }
        return end + 3 <= bytes.count
    }
}

extension UInt8 {
    fileprivate var isOfWordOrNumber: Bool {
        startsWord || isDigit || self == Character8.minus || self == Character8.plus
            || self == Character8.point
    }
}
