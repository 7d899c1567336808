// SPDX-License-Identifier: Apache-2.0

import Dispatch

/// Runs an ``EventLoop`` on its own serial queue.
///
/// One dispatch source watches the epoll descriptor of the loop, so one callback of Dispatch serves
/// many events. The state of the loop is behind a lock that only this queue takes, once per
/// callback.
final class QueueLoopRunner: LoopRunner {
    let mailbox: Mailbox
    private let queue: DispatchQueue
    private let loop: Guarded<EventLoop>
    private let poll: Int32
    private let source = Guarded<(any DispatchSourceRead)?>(nil)

    /// The milliseconds for which the queue waits for the next event before it returns to Dispatch.
    ///
    /// Returning to Dispatch and being called again costs more than a small request, and on a busy
    /// server the next event arrives within a millisecond.
    private static let timeout: Int32 = 1

    init(_ loop: consuming sending EventLoop, index: Int) {
        mailbox = loop.mailbox
        poll = loop.poll.number
        queue = DispatchQueue(label: "loss-server.loop-\(index)")
        self.loop = Guarded(loop)
    }

    func start(report: @escaping Report) {
        source.withLock { source in
            source = makeSource(report: report)
            source?.activate()
        }
    }

    private func makeSource(report: @escaping Report) -> any DispatchSourceRead {
        let source = DispatchSource.makeReadSource(fileDescriptor: poll, queue: queue)
        source.setEventHandler {
            let isRunning = self.loop.run(milliseconds: Self.timeout) { milestone in
                if milestone != .ended { report(milestone) }
            }
            if !isRunning { self.cancel() }
        }
        // The descriptor must stay open until the source has been canceled.
        source.setCancelHandler { report(.ended) }
        return source
    }

    private func cancel() {
        source.withLock { source in
            source?.cancel()
            source = nil
        }
    }
}
