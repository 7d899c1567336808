// SPDX-License-Identifier: Apache-2.0

/// Cuts a growing message into lines, looking at each byte once.
///
/// A line ends in CR LF and nothing else: a CR or LF alone, which some parties take for a line end
/// and others do not, is refused (RFC 9112 section 2.2), as is every other control character.
struct LineScanner: Sendable {
    /// Where the line that is not yet complete begins, behind the lines returned so far.
    private(set) var start = 0
    /// How far the bytes have been looked at.
    private var scanned = 0

    /// The next complete line without its end, nil if more bytes are needed.
    ///
    /// - Parameters:
    ///   - bytes: The message from its very beginning: the bytes of the call before, and more.
    ///   - limit: The offset that the end of the line must not pass.
    ///   - excess: What is thrown if it does.
    /// - Returns: The line.
    /// - Throws: `excess`, or what is wrong with the line end or a character.
    mutating func next(
        in bytes: Span<UInt8>,
        limit: Int,
        excess: Refusal
    ) throws(Refusal) -> Range<Int>? {
        let end = min(bytes.count, limit)
        var index = bytes.afterPlainText(from: scanned, end: end)
        while index < end {
            let byte = bytes[index]
            if byte.isFieldValueCharacter {
                index = bytes.afterPlainText(from: index + 1, end: end)
                continue
            }
            guard byte == .carriageReturn else {
                throw byte == .lineFeed ? .bareLineFeed : .controlCharacter
            }
            guard index + 1 < limit else { throw excess }
            guard index + 1 < bytes.count else { break }
            guard bytes[index + 1] == .lineFeed else { throw .bareCarriageReturn }
            let line = start..<index
            start = index + 2
            scanned = start
            return line
        }
        scanned = index
        guard index < limit else { throw excess }
        return nil
    }
}
