// SPDX-License-Identifier: Apache-2.0

import CZlib
import Synchronization

/// Puts a coding on content, a part at a time.
package final class Deflater: Sendable {
    /// The memory that zlib needs for its window and its tables, by its own documentation.
    static let footprint = 256 * 1_024

    /// How hard zlib tries, of 1 to 9.
    ///
    /// Numbers are hardly more than random digits: of an answer with a million gradients level 1
    /// leaves 48% in 0.21 s, level 6 44% in 1.3 s.
    private static let level: Int32 = 1
    /// The size of zlib's tables that is its default.
    private static let memoryLevel: Int32 = 8

    private let zlib: Mutex<ZlibStream>

    /// - Parameter coding: What is to be put on.
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

    /// Codes a part.
    ///
    /// - Parameters:
    ///   - bytes: The part.
    ///   - isLast: Whether the content ends with it.
    /// - Returns: What can be sent of it by now, perhaps nothing; nil where zlib has no memory.
    package func code(_ bytes: [UInt8], isLast: Bool) -> [UInt8]? {
        zlib.withLock { Self.code(bytes.span, isLast: isLast, by: $0) }
    }

    private static func code(
        _ bytes: Span<UInt8>,
        isLast: Bool,
        by zlib: borrowing ZlibStream
    ) -> [UInt8]? {
        guard zlib.hasBegun else { return nil }
        var coded: [UInt8] = []
        var index = 0
        // Output may be left inside of zlib where there was no room for it.
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
