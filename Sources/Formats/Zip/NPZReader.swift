// SPDX-License-Identifier: Apache-2.0

package import TensorJSON

/// Reads a zip archive of arrays in NumPy's format, as `numpy.savez` and `savez_compressed` write it.
///
/// The directory is at the end, so that the archive is kept until it is complete.
package struct NPZReader: TensorReader {
    private var archive: [UInt8] = []
    private var isComplete = false
    /// The members that have not been read, the next one last.
    private var members: [ZipMember] = []
    /// The events of the latest member, the next one last.
    private var events: [TensorEvent] = []
    /// The maximum number of bytes in all members.
    private let limit: Int

    /// The end of the name of each member.
    static let suffix = ".npy"

    /// The number of bytes that are inflated at once.
    private static let partLength = 64 * 1_024

    /// - Parameter limit: The maximum number of bytes in all members, once they are inflated.
    package init(limit: Int) {
        self.limit = limit
    }

    package var footprint: Int { archive.capacity }

    package mutating func next(
        _ bytes: Span<UInt8>,
        from index: inout Int,
        _ meter: (any MemoryMeter)?
    ) throws(FormatError) -> TensorEvent? {
        guard isComplete else {
            try append(bytes.extracting(index..<bytes.count), meter)
            index = bytes.count
            return nil
        }
        if let event = events.popLast() { return event }
        guard let member = members.popLast() else {
            meter?.giveBack(footprint)
            archive = []
            return nil
        }
        events = try Self.read(member, archive.span, meter).reversed()
        return events.popLast()
    }

    private mutating func append(
        _ bytes: Span<UInt8>,
        _ meter: (any MemoryMeter)?
    ) throws(FormatError) {
        let needed = archive.count + bytes.count
        if needed > archive.capacity {
            let held = footprint
            // While the array grows, the old and the new storage both exist.
            guard meter?.take(2 * needed) ?? true else { throw .memoryExhausted }
            archive.reserveCapacity(2 * needed)
            meter?.giveBack(2 * needed + held - footprint)
        }
        archive.append(copying: bytes)
    }

    package mutating func end(_: (any MemoryMeter)?) throws(FormatError) {
        isComplete = true
        members = try ZipDirectory.read(archive.span).reversed()
        var names: Set<String> = []
        var total = 0
        for member in members {
            guard member.name.hasSuffix(Self.suffix) else {
                let start = member.place.lowerBound
                throw FormatError(.wrongArchive(.notAnArray(member.name)), at: start)
            }
            guard names.insert(member.name).inserted else {
                throw FormatError(
                    .wrongArchive(.duplicateName),
                    at: member.place.lowerBound,
                    in: member.tensorName
                )
            }
            total = total.addingReportingOverflow(member.length).partialValue
            guard 0...limit ~= total else {
                throw FormatError(.tooLong(total, limit: limit), at: member.place.lowerBound)
            }
        }
    }

    /// The header and the numbers of a member.
    private static func read(
        _ member: ZipMember,
        _ archive: Span<UInt8>,
        _ meter: (any MemoryMeter)?
    ) throws(FormatError) -> [TensorEvent] {
        let content = archive.extracting(member.place)
        let start = member.place.lowerBound
        let damaged = FormatError(.wrongArchive(.damaged), at: start, in: member.tensorName)
        var reader = NPYReader(names: [member.tensorName], at: start)
        var checksum = Checksum()
        var events: [TensorEvent] = []
        var length = 0
        func receive(_ part: Span<UInt8>) throws(FormatError) {
            length += part.count
            guard length <= member.length else { throw damaged }
            checksum.add(part)
            var index = 0
            while let event = try reader.next(part, from: &index, meter) { events.append(event) }
        }
        if member.isDeflated {
            guard meter?.take(BareInflater.footprint) ?? true else { throw .memoryExhausted }
            defer { meter?.giveBack(BareInflater.footprint) }
            var inflater = BareInflater()
            var index = 0
            var isLast = false
            while !isLast {
                let part: [UInt8]
                guard let inflated = inflater.inflate(content, from: &index, upTo: partLength)
                else { throw damaged }
                (part, isLast) = inflated
                try receive(part.span)
            }
            guard index == content.count else { throw damaged }
        } else {
            try receive(content)
        }
        guard length == member.length, checksum.value == member.checksum else { throw damaged }
        try reader.end(meter)
        return events
    }
}

extension ZipMember {
    /// The name without the suffix of arrays.
    fileprivate var tensorName: String { String(name.dropLast(NPZReader.suffix.count)) }
}
