// SPDX-License-Identifier: Apache-2.0

/// Runs an ``EventLoop`` on its own thread, at low priority.
final class ThreadLoopRunner: LoopRunner {
    let mailbox: Mailbox
    private let loop: Guarded<EventLoop>

    /// Wait without a timeout.
    private static let timeout: Int32 = -1

    init(_ loop: consuming sending EventLoop) {
        mailbox = loop.mailbox
        self.loop = Guarded(loop)
    }

    func start(report: @escaping Report) throws(SystemError) {
        try SystemCall.startBackgroundThread(named: "bulk") {
            while self.loop.run(milliseconds: Self.timeout, report: report) {}
        }
    }
}
