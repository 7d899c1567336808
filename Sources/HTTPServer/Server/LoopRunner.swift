// SPDX-License-Identifier: Apache-2.0

/// Runs an ``EventLoop`` until it ends.
protocol LoopRunner: Sendable {
    /// The mailbox of the loop.
    var mailbox: Mailbox { get }

    /// Starts the loop.
    ///
    /// - Parameter report: Called at each milestone, on an unspecified thread.
    /// - Throws: The error from creating the thread.
    func start(report: @escaping Report) throws(SystemError)
}

extension LoopRunner {
    typealias Report = @Sendable (EventLoop.Milestone) -> Void
}

extension Guarded<EventLoop> {
    /// Runs the loop until it has been idle for `milliseconds`; returns `false` if it has ended.
    func run(milliseconds: Int32, report: (EventLoop.Milestone) -> Void) -> Bool {
        while true {
            let milestones = withLock { loop in
                loop.run(milliseconds: milliseconds)
                defer { loop.milestones = [] }
                return loop.milestones
            }
            if milestones.isEmpty { return true }
            for milestone in milestones { report(milestone) }
            if milestones.contains(.ended) { return false }
        }
    }
}
