// SPDX-License-Identifier: Apache-2.0

import CZlib

/// A zlib stream, at a fixed address because zlib keeps a pointer to it.
@safe struct ZlibStream: ~Copyable {
    typealias State = UnsafeMutablePointer<z_stream>

    private let state: State
    private let finish: (State) -> Int32
    /// Whether zlib could allocate its memory.
    let hasBegun: Bool

    /// The result of one step.
    struct Step {
        var result = Z_OK
        /// The number of input bytes consumed.
        var used = 0
    }

    /// Begins a stream.
    ///
    /// - Parameters:
    ///   - begin: Initializes a stream, given its state and the size of that.
    ///   - finish: Frees the memory that `begin` allocated.
    init(begin: (State, Int32) -> Int32, finish: @escaping (State) -> Int32) {
        unsafe state = State.allocate(capacity: 1)
        unsafe state.initialize(to: z_stream())
        unsafe self.finish = finish
        // Safe: the state is initialized and owns no memory yet.
        hasBegun = unsafe begin(state, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    }

    deinit {
        // Safe: the state is owned by this value alone, which ends here.
        if hasBegun { _ = unsafe finish(state) }
        unsafe state.deinitialize(count: 1)
        unsafe state.deallocate()
    }

    /// Begins a new stream in the same format.
    func restart(_ reset: (State) -> Int32) -> Bool { unsafe reset(state) == Z_OK }

    /// Lets zlib process as much as the output has space for.
    func step(
        _ bytes: Span<UInt8>,
        into output: inout OutputSpan<UInt8>,
        _ work: (State) -> Int32
    ) -> Step {
        // Safe: zlib reads and writes within the given lengths, while both buffers are valid, and
        // does not write to its input.
        unsafe bytes.withUnsafeBufferPointer { input in
            unsafe output.withUnsafeMutableBufferPointer { buffer, count in
                let room = buffer.count - count
                unsafe state.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                unsafe state.pointee.avail_in = UInt32(clamping: input.count)
                unsafe state.pointee.next_out = buffer.baseAddress.map { unsafe $0 + count }
                unsafe state.pointee.avail_out = UInt32(clamping: room)
                let result = unsafe work(state)
                count += unsafe room - Int(state.pointee.avail_out)
                return unsafe Step(
                    result: result,
                    used: input.count - Int(state.pointee.avail_in)
                )
            }
        }
    }
}
