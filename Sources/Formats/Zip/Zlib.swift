// SPDX-License-Identifier: Apache-2.0

internal import CZlib

// Calls of zlib. Together with `Words`, this is the only file of the module that uses `unsafe`.

/// Inflates bare deflated bytes (RFC 1951), which a zip archive has.
@safe struct BareInflater: ~Copyable {
    /// At a fixed address, because zlib keeps a pointer to it.
    private let state: UnsafeMutablePointer<z_stream>
    /// Whether zlib could allocate its memory.
    private let hasBegun: Bool

    /// The memory, in bytes, that zlib needs for its window and tables, according to its documentation.
    static var footprint: Int { 44 * 1_024 }

    init() {
        unsafe state = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        unsafe state.initialize(to: z_stream())
        // Safe: the state is initialized. A negative number of window bits selects bare bytes.
        let size = unsafe Int32(MemoryLayout<z_stream>.size)
        hasBegun = unsafe inflateInit2_(state, -15, ZLIB_VERSION, size) == Z_OK
    }

    deinit {
        // Safe: the state is owned by this value alone, which ends here.
        if hasBegun { _ = unsafe inflateEnd(state) }
        unsafe state.deinitialize(count: 1)
        unsafe state.deallocate()
    }

    /// Inflates bytes into an empty array, until it has `room` bytes or no input is left.
    ///
    /// - Parameters:
    ///   - bytes: The deflated bytes.
    ///   - index: The offset in `bytes` to continue at; it is moved behind those consumed.
    ///   - room: The maximum number of inflated bytes.
    /// - Returns: The inflated bytes, and whether they are the last; `nil` if the input is damaged.
    mutating func inflate(
        _ bytes: Span<UInt8>,
        from index: inout Int,
        upTo room: Int
    ) -> (bytes: [UInt8], isLast: Bool)? {
        guard hasBegun else { return nil }
        var result = Z_OK
        var used = 0
        var inflated: [UInt8] = []
        let rest = bytes.extracting(index..<bytes.count)
        inflated.append(addingCapacity: room) { output in
            // Safe: zlib reads and writes within the given lengths, while both buffers are valid, and
            // does not write to its input.
            unsafe rest.withUnsafeBufferPointer { input in
                unsafe output.withUnsafeMutableBufferPointer { buffer, count in
                    unsafe state.pointee.next_in = UnsafeMutablePointer(
                        mutating: input.baseAddress
                    )
                    unsafe state.pointee.avail_in = UInt32(clamping: input.count)
                    unsafe state.pointee.next_out = buffer.baseAddress
                    unsafe state.pointee.avail_out = UInt32(clamping: buffer.count)
                    let (given, free) = unsafe (
                        state.pointee.avail_in, state.pointee.avail_out
                    )
                    result = unsafe CZlib.inflate(state, Z_NO_FLUSH)
                    used = unsafe Int(given - state.pointee.avail_in)
                    count = unsafe Int(free - state.pointee.avail_out)
                }
            }
        }
        index += used
        guard result == Z_OK || result == Z_STREAM_END,
            used > 0 || !inflated.isEmpty || result == Z_STREAM_END
        else { return nil }
        return (inflated, result == Z_STREAM_END)
    }
}

/// The checksum of a zip archive (CRC-32, ISO 3309).
struct Checksum {
    private(set) var value: UInt32 = 0

    mutating func add(_ bytes: Span<UInt8>) {
        // Safe: zlib reads within the given length.
        unsafe bytes.withUnsafeBufferPointer { buffer in
            value = UInt32(
                truncatingIfNeeded: unsafe crc32_z(
                    UInt(value),
                    buffer.baseAddress,
                    buffer.count
                )
            )
        }
    }
}
