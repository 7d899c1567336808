// SPDX-License-Identifier: Apache-2.0

/// Runs a ``Loop`` from its start to its end.
protocol EventLoop: Sendable {
    /// Where the loop is told something.
    var mailbox: Mailbox { get }

    /// Begins to serve.
    ///
    /// - Parameter report: Called at each milestone, on a thread of the loop's choice.
    /// - Throws: Why nobody can run it.
    func start(report: @escaping Report) throws(SystemError)
}

extension EventLoop {
    typealias Report = @Sendable (Loop.Milestone) -> Void
}

extension Guarded<Loop> {
    /// Runs the loop until nothing has happened for so many milliseconds; false if it has ended.
    func run(milliseconds: Int32, report: (Loop.Milestone) -> Void) -> Bool {
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
