// SPDX-License-Identifier: Apache-2.0

import Dispatch
import HTTP

/// Runs a ``Loop`` on a serial queue of its own.
///
/// One dispatch source watches the loop's own set of descriptors, so Dispatch is asked once for
/// many events. The loop's state is behind a lock that only this queue takes, once a turn.
final class EventLoop: Sendable {
    let mailbox: Mailbox
    private let queue: DispatchQueue
    private let loop: Guarded<Loop>
    private let poll: Int32
    private let source = Guarded<(any DispatchSourceRead)?>(nil)

    init(index: Int, listeners: sending [Listener], services: Services) throws(SystemError) {
        let mailbox = try Mailbox()
        self.mailbox = mailbox
        queue = DispatchQueue(label: "loss-server.loop-\(index)")
        let loop = try Loop(listeners: listeners, mailbox: mailbox, services: services)
        poll = loop.poll.number
        self.loop = Guarded(loop)
    }

    /// Begins to serve.
    ///
    /// - Parameter report: Called on the loop's queue at each milestone.
    func start(report: @escaping @Sendable (Loop.Milestone) -> Void) {
        source.withLock { source in
            source = makeSource(report: report)
            source?.activate()
        }
    }

    private func makeSource(
        report: @escaping @Sendable (Loop.Milestone) -> Void
    ) -> any DispatchSourceRead {
        let source = DispatchSource.makeReadSource(fileDescriptor: poll, queue: queue)
        source.setEventHandler { self.turn(report) }
        // The descriptor must stay open until the source is done with it.
        source.setCancelHandler { report(.ended) }
        return source
    }

    private func turn(_ report: (Loop.Milestone) -> Void) {
        let milestones = loop.withLock { loop in
            loop.run()
            defer { loop.milestones = [] }
            return loop.milestones
        }
        for milestone in milestones {
            switch milestone {
            case .drained: report(.drained)
            case .ended: cancel()
            }
        }
    }

    private func cancel() {
        source.withLock { source in
            source?.cancel()
            source = nil
        }
    }
}
