// SPDX-License-Identifier: Apache-2.0

import CZlib
package import HTTP
import Synchronization

/// Takes a coding off content, a part at a time.
package final class Inflater: Sendable {
    /// Why content cannot be decoded.
    package enum Fault: Error, Equatable, Sendable {
        /// The bytes are not in the format.
        case malformed
        /// The content ends in the middle.
        case truncated
        /// The decoded content is longer than it may be.
        case tooLong
    }

    /// The memory that zlib needs: the window and its tables, by its own documentation of 44 KiB.
    package static let footprint = 44 * 1_024

    private let decoding: Mutex<Decoding>

    /// - Parameter coding: What is to be taken off.
    package init(_ coding: Coding) {
        decoding = Mutex(Decoding(coding))
    }

    /// The next run of decoded bytes; nil if more have to come.
    ///
    /// - Parameters:
    ///   - bytes: A part of the content.
    ///   - index: Where to go on in it; moved behind what has been decoded.
    ///   - limit: How many decoded bytes there may be altogether.
    /// - Returns: The run.
    /// - Throws: What is wrong with the content.
    package func next(
        _ bytes: Span<UInt8>,
        from index: inout Int,
        limit: Int
    ) throws(Fault) -> Piece? {
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
        return decoded.piece.isEmpty ? nil : decoded.piece
    }

    /// Makes sure that the content may end here.
    package func end() throws(Fault) {
        guard decoding.withLock({ $0.isAtEnd }) else { throw .truncated }
    }
}

/// What has been decoded at once.
private struct Run: Sendable {
    var piece = Piece()
    /// How many bytes it has used.
    var used = 0
}

/// Where the decoding has come to.
private struct Decoding: ~Copyable {
    private let zlib: ZlibStream
    private let coding: Coding
    private(set) var isAtEnd = false
    /// Whether there was no room for all that zlib could have given: some is left inside of it.
    private var isFull = false
    private var decoded = 0

    init(_ coding: Coding) {
        self.coding = coding
        zlib = unsafe ZlibStream(
            begin: { unsafe inflateInit2_($0, coding.windowBits, ZLIB_VERSION, $1) },
            finish: { unsafe inflateEnd($0) }
        )
    }

    /// Decodes until a piece is long enough to be handed on, or nothing is left.
    mutating func run(_ bytes: Span<UInt8>, _ limit: Int) throws(Inflater.Fault) -> Run {
        guard zlib.hasBegun else { throw .malformed }
        var run = Run()
        while run.used < bytes.count || isFull {
            if isAtEnd { try beginNextMember() }
            let rest = bytes.extracting(run.used..<bytes.count)
            let planned = min(Piece.leastBytes, run.piece.count + max(4 * rest.count, 4_096))
            let room = planned - run.piece.count
            guard room > 0 else { break }
            var step = ZlibStream.Step()
            let added = run.piece.append(upTo: room, planned: planned) { output in
                step = unsafe zlib.step(rest, into: &output) { unsafe inflate($0, Z_NO_FLUSH) }
            }
            run.used += step.used
            decoded += added
            isAtEnd = step.result == Z_STREAM_END
            isFull = added == room && !isAtEnd
            // A buffer error says no more than that there was nothing to be done.
            guard isAtEnd || step.result == Z_OK || step.result == Z_BUF_ERROR else {
                throw .malformed
            }
            guard decoded <= limit else { throw .tooLong }
        }
        return run
    }

    /// A gzip file may have several members, one behind the other (RFC 1952 section 2.2).
    private mutating func beginNextMember() throws(Inflater.Fault) {
        guard coding == .gzip, unsafe zlib.restart({ unsafe inflateReset($0) }) else {
            throw .malformed
        }
        isAtEnd = false
    }
}
