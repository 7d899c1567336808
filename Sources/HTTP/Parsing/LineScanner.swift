// SPDX-License-Identifier: Apache-2.0

/// Splits a growing message into lines and examines each byte once.
///
/// A line ends with CR LF only. A bare CR or LF, which only some parties treat as a line end, is
/// refused (RFC 9112 section 2.2), as is every other control character.
struct LineScanner: Sendable {
    /// The start of the incomplete line after those already returned.
    private(set) var start = 0
    /// The offset up to which the bytes have been examined.
    private var scanned = 0

    /// Returns the next complete line without its line end; `nil` if more bytes are needed.
    ///
    /// - Parameters:
    ///   - bytes: The message from its beginning: the bytes of the previous call, and more.
    ///   - limit: The offset that the line end must not exceed.
    ///   - excess: The error to throw if it does.
    /// - Returns: The range of the line.
    /// - Throws: `excess`, or the error in the line end or a character.
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
