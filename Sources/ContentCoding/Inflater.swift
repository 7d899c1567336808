// SPDX-License-Identifier: Apache-2.0

import CZlib
package import HTTP
import Synchronization

/// Decodes content with a content coding, one part at a time.
package final class Inflater: Sendable {
    /// The reason that content cannot be decoded.
    package enum Fault: Error, Equatable, Sendable {
        /// The bytes are not in the format of the coding.
        case malformed
        /// The content ends prematurely.
        case truncated
        /// The decoded content exceeds its limit.
        case tooLong
    }

    /// The memory, in bytes, that zlib needs for its window and tables, according to its documentation.
    package static let footprint = 44 * 1_024

    private let decoding: Mutex<Decoding>

    /// Creates a decoder.
    ///
    /// - Parameter coding: The coding to remove.
    package init(_ coding: Coding) {
        decoding = Mutex(Decoding(coding))
    }

    /// Returns the next segment of decoded bytes; `nil` if more bytes are needed.
    ///
    /// - Parameters:
    ///   - bytes: A part of the content.
    ///   - index: The position to continue at; advanced past the bytes consumed.
    ///   - limit: The maximum number of decoded bytes in total.
    /// - Returns: The segment.
    /// - Throws: The error in the content.
    package func next(
        _ bytes: Span<UInt8>,
        from index: inout Int,
        limit: Int
    ) throws(Fault) -> BodySegment? {
        let start = index
        let run: Result<Run, Fault> = decoding.withLock { decoding in
            do throws(Fault) {
                return .success(try decoding.run(bytes.extracting(start..<bytes.count), limit))
            } catch {
                return .failure(error)
            }
        }
        let decoded = try run.get()
        index += decoded.used
        return decoded.segment.isEmpty ? nil : decoded.segment
    }

    /// Throws if the content must not end here.
    package func end() throws(Fault) {
        guard decoding.withLock({ $0.isAtEnd }) else { throw .truncated }
    }
}

/// The result of one decoding step.
private struct Run: Sendable {
    var segment = BodySegment()
    /// The number of bytes consumed.
    var used = 0
}

/// The state of the decoder.
private struct Decoding: ~Copyable {
    private let zlib: ZlibStream
    private let coding: Coding
    private(set) var isAtEnd = false
    /// Whether zeros follow the last member.
    private var isPadded = false
    /// Whether the output buffer was full, so that zlib may hold more output.
    private var isFull = false
    private var decoded = 0

    init(_ coding: Coding) {
        self.coding = coding
        zlib = unsafe ZlibStream(
            begin: { unsafe inflateInit2_($0, coding.windowBits, ZLIB_VERSION, $1) },
            finish: { unsafe inflateEnd($0) }
        )
    }

    /// Decodes until a segment is long enough to pass on, or no input is left.
    mutating func run(_ bytes: Span<UInt8>, _ limit: Int) throws(Inflater.Fault) -> Run {
        guard zlib.hasBegun else { throw .malformed }
        var run = Run()
        while run.used < bytes.count || isFull {
            if isAtEnd {
                // Tapes and block devices pad a file with zeros, which gzip(1) ignores.
                if coding == .gzip, bytes[run.used] == 0 {
                    isPadded = true
                    run.used += 1
                    continue
                }
                try beginNextMember()
            }
            let rest = bytes.extracting(run.used..<bytes.count)
            let planned = min(
                BodySegment.minimumBytes,
                run.segment.count + max(4 * rest.count, 4_096)
            )
            let room = planned - run.segment.count
            guard room > 0 else { break }
            var step = ZlibStream.Step()
            let added = run.segment.append(upTo: room, planned: planned) { output in
                step = unsafe zlib.step(rest, into: &output) { unsafe inflate($0, Z_NO_FLUSH) }
            }
            run.used += step.used
            decoded += added
            isAtEnd = step.result == Z_STREAM_END
            isFull = added == room && !isAtEnd
            // A buffer error only means that no progress was possible.
            guard isAtEnd || step.result == Z_OK || step.result == Z_BUF_ERROR else {
                throw .malformed
            }
            guard decoded <= limit else { throw .tooLong }
        }
        return run
    }

    /// Begins the next member of a gzip file, which may have several (RFC 1952 section 2.2).
    private mutating func beginNextMember() throws(Inflater.Fault) {
        guard coding == .gzip, !isPadded, unsafe zlib.restart({ unsafe inflateReset($0) }) else {
            throw .malformed
        }
        isAtEnd = false
    }
}
