// SPDX-License-Identifier: Apache-2.0

import Formats
import HTTP
import Requests
import TensorJSON

/// Reads partial sums, one in each line (NDJSON), while they arrive.
struct PartialLines: DocumentBody {
    var document: MergeDocument
    private let maximumDepth: Int
    /// The bytes that have not been read, which end in a line that may be incomplete.
    private var text: [UInt8] = []
    private var line = 1
    private var isComplete = false
    private(set) var isAtEnd = false
    private var meter: MemoryAccount?

    init(_ document: MergeDocument, maximumDepth: Int) {
        self.document = document
        self.maximumDepth = maximumDepth
    }

    var footprint: Int { text.capacity + document.footprint }

    var textFootprint: Int { text.capacity }

    var isBounded: Bool { true }

    mutating func append(_ bytes: Span<UInt8>) {
        text.append(addingCapacity: bytes.count) { output in
            for index in bytes.indices { output.append(bytes[index]) }
        }
    }

    mutating func append(_ segment: consuming BodySegment, _ memory: MemoryAccount) -> Bool {
        var segment = segment
        let bytes = segment.takeBytes()
        let start = min(BodySegment.headroom, bytes.count)
        // While the text grows, the old and the new storage both exist.
        guard memory.reserveText(2 * (text.count + bytes.count)) else { return false }
        append(bytes.span.extracting(start..<bytes.count))
        return true
    }

    mutating func setMeter(_ meter: MemoryAccount?) { self.meter = meter }

    mutating func end() { isComplete = true }

    mutating func discardText() { text = [] }

    mutating func skip() {
        discardText()
        isAtEnd = true
    }

    mutating func read() throws {
        guard !isAtEnd else { return }
        var start = 0
        while let end = text[start...].firstIndex(of: UInt8(ascii: "\n")) {
            try readLine(text[start..<end])
            start = end + 1
        }
        if isComplete {
            try readLine(text[start...])
            text = []
            isAtEnd = true
        } else {
            text.removeSubrange(..<start)
        }
    }

    private mutating func readLine(_ bytes: ArraySlice<UInt8>) throws {
        defer { line += 1 }
        guard !bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) else { return }
        var reader = JSONReader(Array(bytes), maximumDepth: maximumDepth)
        do {
            try document.readPartial(&reader)
            try reader.finish()
        } catch {
            var problem = Problem(explaining: error)
            problem.detail = "Line \(line): " + problem.detail
            throw problem
        }
    }
}

/// Merges partial sums that are read line by line, for the command line.
package struct LineMerger: Sendable {
    private var lines: PartialLines

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
        lines = PartialLines(
            MergeDocument(merger),
            maximumDepth: LossService.defaultDepth
        )
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
        do { return try lines.document.result(unless: nil).bytes } catch {
            throw Problem(explaining: error)
        }
    }

    private mutating func read() throws(Problem) {
        do { try lines.read() } catch { throw Problem(explaining: error) }
    }
}
