// SPDX-License-Identifier: Apache-2.0

import CZlib

/// One run of zlib, whose state stays where it is: zlib keeps a pointer back to it.
@safe struct ZlibStream: ~Copyable {
    typealias State = UnsafeMutablePointer<z_stream>

    private let state: State
    private let finish: (State) -> Int32
    /// Whether zlib had the memory to begin.
    let hasBegun: Bool

    /// What a step has come to.
    struct Step {
        var result = Z_OK
        /// How many bytes of the input were used.
        var used = 0
    }

    /// - Parameters:
    ///   - begin: Begins a run in a state, which it is given with the size of it.
    ///   - finish: Frees what `begin` has taken.
    init(begin: (State, Int32) -> Int32, finish: @escaping (State) -> Int32) {
        unsafe state = State.allocate(capacity: 1)
        unsafe state.initialize(to: z_stream())
        unsafe self.finish = finish
        // Safe: the state is initialised, with no memory of its own yet.
        hasBegun = unsafe begin(state, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    }

    deinit {
        // Safe: the state belongs to this value alone, which ends here.
        if hasBegun { _ = unsafe finish(state) }
        unsafe state.deinitialize(count: 1)
        unsafe state.deallocate()
    }

    /// Begins anew in the same format.
    func restart(_ reset: (State) -> Int32) -> Bool { unsafe reset(state) == Z_OK }

    /// Has zlib do as much as there is room for.
    func step(
        _ bytes: Span<UInt8>,
        into output: inout OutputSpan<UInt8>,
        _ work: (State) -> Int32
    ) -> Step {
        // Safe: zlib reads and writes as many bytes as it is told there are, while both are valid;
        // it does not write to its input.
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
