// SPDX-License-Identifier: Apache-2.0

import Formats
import HTTP
import Requests
import TensorJSON

/// Reads partial sums, one in each line (NDJSON), while they arrive.
struct PartialLines: PartwiseBody {
    typealias Target = MergeDocument

    var part = BodyPart()
    private let maximumDepth: Int
    /// The beginning of a line whose end has not arrived.
    private var text: [UInt8] = []
    /// The memory that has been reserved for it, in bytes.
    private var reserved = 0
    private var line = 1

    init(maximumDepth: Int) { self.maximumDepth = maximumDepth }

    var footprint: Int { part.footprint + text.capacity }

    var isBounded: Bool { true }

    mutating func abandon() { text = [] }

    /// The last line need not end with a line feed.
    mutating func endBody() throws { text.append(UInt8(ascii: "\n")) }

    mutating func read(
        _ bytes: Span<UInt8>,
        _ index: inout Int,
        into document: inout MergeDocument
    ) throws {
        if text.last == UInt8(ascii: "\n") { try readLine(into: &document) }
        while index < bytes.count {
            let end = bytes.position(of: UInt8(ascii: "\n"), from: index)
            if let end, text.isEmpty, try readLine(bytes.extracting(index..<end), into: &document) {
                index = end + 1
                continue
            }
            let length = (end ?? bytes.count) - index
            // While the line grows, the old and the new storage both exist.
            guard part.meter?.reserve(3 * length) ?? true else { return skip() }
            reserved += 3 * length
            text.append(copying: bytes.extracting(index..<(index + length)))
            index += length
            guard end != nil else { return }
            index += 1
            try readLine(into: &document)
        }
    }

    /// Reads a whole line in place, or returns `false` if it has another form than the usual one.
    private mutating func readLine(
        _ text: Span<UInt8>,
        into document: inout MergeDocument
    ) throws(Problem) -> Bool {
        do throws(Problem) {
            guard try document.readCanonicalLine(text) else { return false }
        } catch {
            throw located(error)
        }
        line += 1
        return true
    }

    private mutating func readLine(into document: inout MergeDocument) throws {
        defer { line += 1 }
        var bytes: [UInt8] = []
        swap(&bytes, &text)
        defer {
            part.meter?.release(reserved)
            reserved = 0
        }
        guard !bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }) else {
            return
        }
        var reader = JSONReader(bytes, maximumDepth: maximumDepth)
        do {
            try document.readPartial(&reader)
            try reader.finish()
        } catch {
            throw located(Problem(explaining: error))
        }
    }

    /// The problem with the number of the line.
    private func located(_ problem: Problem) -> Problem {
        var problem = problem
        problem.detail = "Line \(line): " + problem.detail
        return problem
    }
}

/// Merges partial sums that are read line by line, for the command line.
package struct LineMerger: Sendable {
    private var lines = PartialLines(maximumDepth: LossService.defaultDepth)
    private var document: MergeDocument

    /// - Parameters:
    ///   - reduction: The name of the reduction of the merged loss; `nil` means the mean.
    ///   - normalizer: The denominator; `nil` means that of the reduction.
    ///   - outputs: The names of the outputs; empty means the loss and its statistics.
    ///   - groupLimit: The maximum number of groups.
    /// - Throws: A problem with an option.
    package init(
        reduction: String?,
        normalizer: Double?,
        outputs: [String],
        groupLimit: Int
    ) throws(Problem) {
        var merger = Merger(groupLimit: groupLimit)
        do throws(RequestError) {
            if let reduction { try merger.set(reduction: reduction) }
            if let normalizer { try merger.set(normalizer: normalizer) }
            if !outputs.isEmpty { try merger.set(outputs: outputs) }
        } catch {
            throw Problem(error, at: nil)
        }
        document = MergeDocument(merger)
    }

    /// Adds a part of the text.
    ///
    /// - Throws: A problem with a line.
    package mutating func append(_ bytes: Span<UInt8>) throws(Problem) {
        lines.append(bytes)
        try read()
    }

    /// The text of the merged results, once all lines have been added.
    package mutating func finish() throws(Problem) -> [UInt8] {
        lines.end()
        try read()
        do { return try document.result(unless: nil).bytes } catch {
            throw Problem(explaining: error)
        }
    }

    private mutating func read() throws(Problem) {
        do { try lines.read(into: &document, stopsAtLongValues: false) } catch {
            throw Problem(explaining: error)
        }
    }
}
