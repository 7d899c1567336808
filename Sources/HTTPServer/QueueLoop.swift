// SPDX-License-Identifier: Apache-2.0

import Dispatch

/// Runs a ``Loop`` on a serial queue of its own.
///
/// One dispatch source watches the loop's own set of descriptors, so Dispatch is asked once for
/// many events. The loop's state is behind a lock that only this queue takes, once a turn.
final class QueueLoop: EventLoop {
    let mailbox: Mailbox
    private let queue: DispatchQueue
    private let loop: Guarded<Loop>
    private let poll: Int32
    private let source = Guarded<(any DispatchSourceRead)?>(nil)

    /// How long the queue waits for the next event before it returns to Dispatch.
    ///
    /// The wait is what makes the loop fast: a hand-over to Dispatch and back costs more than a
    /// small request, and on a busy server the next event is there within the millisecond.
    private static let patience: Int32 = 1

    init(_ loop: consuming sending Loop, index: Int) {
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
            let goesOn = self.loop.run(milliseconds: Self.patience) { milestone in
                if milestone != .ended { report(milestone) }
            }
            if !goesOn { self.cancel() }
        }
        // The descriptor must stay open until the source is done with it.
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
