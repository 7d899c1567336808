// SPDX-License-Identifier: Apache-2.0

import CZlib
import Synchronization

/// Encodes content with a content coding, one part at a time.
package final class Deflater: Sendable {
    /// The memory, in bytes, that zlib needs for its window and tables, according to its documentation.
    static let footprint = 256 * 1_024

    /// The compression level, from 1 to 9.
    ///
    /// Digits of random numbers hardly compress, so higher levels cost much more time for little
    /// gain.
    private static let level: Int32 = 1
    /// zlib's default for the size of its tables.
    private static let memoryLevel: Int32 = 8

    private let zlib: Mutex<ZlibStream>

    /// Creates an encoder.
    ///
    /// - Parameter coding: The coding to apply.
    package init(_ coding: Coding) {
        zlib = unsafe Mutex(
            ZlibStream(
                begin: { state, size in
                    unsafe deflateInit2_(
                        state,
                        Self.level,
                        Z_DEFLATED,
                        coding.windowBits,
                        Self.memoryLevel,
                        Z_DEFAULT_STRATEGY,
                        ZLIB_VERSION,
                        size
                    )
                },
                finish: { unsafe deflateEnd($0) }
            )
        )
    }

    /// Encodes a part.
    ///
    /// - Parameters:
    ///   - bytes: The part.
    ///   - isLast: Whether the content ends with it.
    /// - Returns: The encoded bytes available so far, possibly none; `nil` if zlib could not
    ///   allocate memory.
    package func encode(_ bytes: [UInt8], isLast: Bool) -> [UInt8]? {
        zlib.withLock { Self.encode(bytes.span, isLast: isLast, by: $0) }
    }

    private static func encode(
        _ bytes: Span<UInt8>,
        isLast: Bool,
        by zlib: borrowing ZlibStream
    ) -> [UInt8]? {
        guard zlib.hasBegun else { return nil }
        var coded: [UInt8] = []
        var index = 0
        // zlib may hold output for which the buffer had no space.
        var isFull = false
        repeat {
            let rest = bytes.extracting(index..<bytes.count)
            let room = max(4_096, rest.count / 2)
            let before = coded.count
            coded.append(addingCapacity: room) { output in
                let step = unsafe zlib.step(rest, into: &output) { state in
                    unsafe deflate(state, isLast ? Z_FINISH : Z_NO_FLUSH)
                }
                index += step.used
            }
            isFull = coded.count - before == room
        } while index < bytes.count || isFull
        return coded
    }
}
