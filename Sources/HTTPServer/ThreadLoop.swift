// SPDX-License-Identifier: Apache-2.0

/// Runs a ``Loop`` on a thread of its own, which makes way for others.
final class ThreadLoop: EventLoop {
    let mailbox: Mailbox
    private let loop: Guarded<Loop>

    /// As long as it takes until something happens.
    private static let patience: Int32 = -1

    init(_ loop: consuming sending Loop) {
        mailbox = loop.mailbox
        self.loop = Guarded(loop)
    }

    func start(report: @escaping Report) throws(SystemError) {
        try SystemCall.startBackgroundThread(named: "bulk") {
            while self.loop.run(milliseconds: Self.patience, report: report) {}
        }
    }
}
