// SPDX-License-Identifier: Apache-2.0

import Dispatch

/// Writes lines to a descriptor on its own thread, so that callers never wait for the reader.
///
/// Lines wait in a bounded queue. A line that does not fit is dropped and counted, and the count is
/// written as soon as there is space.
package final class LineWriter: Sendable {
    private let descriptor: Int32
    private let report: @Sendable (_ lines: Int) -> String
    private let state = Guarded(State())
    /// Signaled when the queue stops being empty.
    private let work = DispatchSemaphore(value: 0)

    /// The capacity of the queue in bytes: some thousand log lines.
    private static let capacity = 256 * 1_024

    private struct State {
        var waiting: [UInt8] = []
        /// The number of lines dropped since the count was last written.
        var dropped = 0
        /// Whether the thread is writing lines.
        var isWriting = false

        var isIdle: Bool { waiting.isEmpty && !isWriting }
    }

    /// Starts the thread.
    ///
    /// - Parameters:
    ///   - descriptor: The output, which remains owned by the caller.
    ///   - report: Formats the line that reports the number of dropped lines.
    /// - Throws: The error from creating the thread.
    package init(
        descriptor: Int32,
        report: @escaping @Sendable (_ lines: Int) -> String
    ) throws(SystemError) {
        self.descriptor = descriptor
        self.report = report
        try SystemCall.startThread(named: "log") { self.writeLines() }
    }

    /// Queues a line, which includes its line end.
    package func write(_ line: String) {
        let text = line.utf8
        let wasIdle = state.withLock { state in
            guard state.waiting.count + text.count <= Self.capacity else {
                state.dropped += 1
                return false
            }
            defer { state.waiting.append(contentsOf: text) }
            return state.waiting.isEmpty
        }
        if wasIdle { work.signal() }
    }

    /// Waits until all lines are written, for at most `milliseconds`.
    package func flush(milliseconds: Int) {
        let step = 5
        for _ in 0..<(milliseconds / step) {
            if state.withLock({ $0.isIdle }) { return }
            SystemCall.sleep(microseconds: step * 1000)
        }
    }

    private func writeLines() {
        var isCut = false
        while true {
            work.wait()
            let (lines, dropped) = state.withLock { state in
                var lines: [UInt8] = []
                swap(&lines, &state.waiting)
                state.isWriting = true
                defer { state.dropped = 0 }
                return (lines, state.dropped)
            }
            // The rest of a truncated line must not run into the next one.
            var text = isCut ? [0x0A] + lines : lines
            if dropped > 0 { text += Array(report(dropped).utf8) }
            let rest = Self.write(text, to: descriptor)
            isCut = rest.startIndex > 0 && !rest.isEmpty && text[rest.startIndex - 1] != 0x0A
            let lost = rest.count { $0 == 0x0A }
            state.withLock { state in
                state.isWriting = false
                // The line that reports dropped lines is not one of them.
                if lost > 0 { state.dropped += dropped > 0 ? lost - 1 + dropped : lost }
            }
        }
    }

    /// Writes text; returns the part that could not be written.
    private static func write(_ text: [UInt8], to descriptor: Int32) -> ArraySlice<UInt8> {
        var rest = text[...]
        while !rest.isEmpty {
            switch SystemCall.write(rest, to: descriptor) {
            case .bytes(let count): rest = rest.dropFirst(count)
            case .wouldBlock: SystemCall.waitUntilWritable(descriptor)
            case .end, .failed: return rest
            }
        }
        return rest
    }
}
