// SPDX-License-Identifier: Apache-2.0

/// A member of a zip archive.
struct ZipMember: Sendable {
    let name: String
    let isDeflated: Bool
    let checksum: UInt32
    /// The length of its content in bytes.
    let length: Int
    /// The place of its content, possibly deflated, in the archive.
    let place: Range<Int>
    /// The offset of its header.
    fileprivate let start: Int
}

/// The central directory of a zip archive (PKWARE APPNOTE.TXT 6.3, section 4.3).
enum ZipDirectory {
    private static let memberSignature = 0x0403_4B50
    private static let entrySignature = 0x0201_4B50
    private static let endSignature = 0x0605_4B50
    private static let largeEndSignature = 0x0606_4B50
    private static let locatorSignature = 0x0706_4B50

    /// The length of a member's header, an entry and the end, without their variable parts.
    private static let memberLength = 30
    private static let entryLength = 46
    private static let endLength = 22
    /// The value of a field of 32 bits that is in an extra field of 64.
    private static let isInExtra = 0xFFFF_FFFF

    /// The members of an archive, in the order of their places.
    ///
    /// - Throws: an error if the directory is malformed, or if a member is encrypted, compressed by an
    ///   unknown method, or not where the directory says.
    static func read(_ archive: Span<UInt8>) throws(FormatError) -> [ZipMember] {
        guard archive.count >= 2, archive[0] == UInt8(ascii: "P"), archive[1] == UInt8(ascii: "K")
        else { throw FormatError(.wrongStart(.npz), at: 0) }
        let (place, count) = try directory(of: archive)
        var members: [ZipMember] = []
        var offset = place.lowerBound
        for _ in 0..<count {
            members.append(try readEntry(archive, &offset, before: place.lowerBound))
        }
        guard offset == place.upperBound else {
            throw FormatError(.wrongArchive(.misplaced), at: offset)
        }
        members.sort { $0.start < $1.start }
        for (previous, next) in zip(members, members.dropFirst())
        where next.start < previous.place.upperBound {
            throw FormatError(.wrongArchive(.misplaced), at: next.start, in: next.name)
        }
        return members
    }

    /// The place of the directory, and the number of its entries.
    private static func directory(
        of archive: Span<UInt8>
    ) throws(FormatError) -> (place: Range<Int>, count: Int) {
        let missing = FormatError(.wrongArchive(.noDirectory), at: archive.count)
        // A comment of at most 65,535 bytes follows the end.
        var end = archive.count - endLength
        let least = max(0, end - 0xFFFF)
        while end >= least {
            if archive.integer(at: end, 4) == endSignature,
                archive.integer(at: end + 20, 2) == archive.count - end - endLength
            {
                break
            }
            end -= 1
        }
        guard end >= least, var count = archive.integer(at: end + 10, 2),
            var size = archive.integer(at: end + 12, 4),
            var start = archive.integer(at: end + 16, 4)
        else { throw missing }
        if count == 0xFFFF || size == isInExtra || start == isInExtra {
            guard archive.integer(at: end - 20, 4) == locatorSignature,
                let large = archive.integer(at: end - 12, 8),
                archive.integer(at: large, 4) == largeEndSignature,
                let largeCount = archive.integer(at: large + 32, 8),
                let largeSize = archive.integer(at: large + 40, 8),
                let largeStart = archive.integer(at: large + 48, 8)
            else { throw missing }
            (count, size, start, end) = (largeCount, largeSize, largeStart, large)
        }
        guard start <= end, size <= end - start, count <= size / entryLength else {
            throw FormatError(.wrongArchive(.misplaced), at: max(end, 0))
        }
        return (start..<start + size, count)
    }

    private static func readEntry(
        _ archive: Span<UInt8>,
        _ offset: inout Int,
        before end: Int
    ) throws(FormatError) -> ZipMember {
        let position = offset
        func refused(_ reason: FormatError.Archive, _ name: String? = nil) -> FormatError {
            FormatError(.wrongArchive(reason), at: position, in: name)
        }
        guard archive.integer(at: offset, 4) == entrySignature,
            let flags = archive.integer(at: offset + 8, 2),
            let method = archive.integer(at: offset + 10, 2),
            let checksum = archive.integer(at: offset + 16, 4),
            var stored = archive.integer(at: offset + 20, 4),
            var length = archive.integer(at: offset + 24, 4),
            let nameLength = archive.integer(at: offset + 28, 2),
            let extraLength = archive.integer(at: offset + 30, 2),
            let commentLength = archive.integer(at: offset + 32, 2),
            var start = archive.integer(at: offset + 42, 4),
            let name = archive.text(at: offset + entryLength, nameLength)
        else { throw refused(.misplaced) }
        let extra = offset + entryLength + nameLength
        offset = extra + extraLength + commentLength
        // Those that do not fit are in an extra field, in this order.
        var large = largeFields(archive, extra..<extra + extraLength)
        if length == isInExtra { length = large.popLast() ?? -1 }
        if stored == isInExtra { stored = large.popLast() ?? -1 }
        if start == isInExtra { start = large.popLast() ?? -1 }
        guard flags & 1 == 0 else { throw refused(.encrypted, name) }
        guard method == 0 || method == 8 else { throw refused(.method(method), name) }
        guard length >= 0, start >= 0, archive.integer(at: start, 4) == memberSignature,
            let memberName = archive.integer(at: start + 26, 2),
            let memberExtra = archive.integer(at: start + 28, 2)
        else { throw refused(.misplaced, name) }
        guard archive.text(at: start + memberLength, memberName) == name,
            archive.integer(at: start + 8, 2) == method
        else { throw refused(.inconsistent, name) }
        let content = start + memberLength + memberName + memberExtra
        guard stored >= 0, content <= end, stored <= end - content else {
            throw refused(.misplaced, name)
        }
        return ZipMember(
            name: name,
            isDeflated: method == 8,
            checksum: UInt32(truncatingIfNeeded: checksum),
            length: length,
            place: content..<content + stored,
            start: start
        )
    }

    /// The integers of the extra field for 64-bit sizes (section 4.5.3), the first one last.
    private static func largeFields(_ archive: Span<UInt8>, _ place: Range<Int>) -> [Int] {
        var offset = place.lowerBound
        while offset + 4 <= place.upperBound, let id = archive.integer(at: offset, 2),
            let length = archive.integer(at: offset + 2, 2)
        {
            let fields = offset + 4..<min(offset + 4 + length, place.upperBound)
            if id == 1 {
                return stride(from: fields.lowerBound, to: fields.upperBound - 7, by: 8)
                    .map { archive.integer(at: $0, 8) ?? -1 }.reversed()
            }
            offset = fields.upperBound
        }
        return []
    }
}

extension Span<UInt8> {
    /// The integer of some bytes at an offset, the least significant first; `nil` if they are not within
    /// the span, or the integer is too large.
    fileprivate func integer(at offset: Int, _ width: Int) -> Int? {
        guard offset >= 0, offset <= count - width else { return nil }
        var integer: UInt64 = 0
        for place in (offset..<offset + width).reversed() {
            integer = integer << 8 | UInt64(self[place])
        }
        return integer <= 1 << 62 ? Int(integer) : nil
    }

    /// The text of some bytes at an offset; `nil` if they are not within the span, or not UTF-8.
    fileprivate func text(at offset: Int, _ length: Int) -> String? {
        guard offset >= 0, offset <= count - length else { return nil }
        var bytes: [UInt8] = []
        bytes.append(copying: extracting(offset..<offset + length))
        return String(validating: bytes, as: UTF8.self)
    }
}
