// SPDX-License-Identifier: Apache-2.0

import Dispatch
import HTTP
import Logging

extension Server {
    /// How far a server has come.
    struct Course {
        var stage = Stage.new
        /// Loops that have not drained yet.
        var draining = 0
        /// Loops that have not ended yet.
        var running = 0
        /// Cuts a drain that takes too long.
        var timer: (any DispatchSourceTimer)?
    }

    enum Stage {
        case new
        case serving
        /// All goes on, but for the readiness probe, which says that this will end.
        case retiring
        /// What had begun is answered, and new connections are still taken in.
        case draining
        /// No more connections are taken in.
        case finishing
        case ended
    }

    /// Begins to stop: after ``Limits/drainDelay``, what has begun is answered, for as long as
    /// ``Limits/drainTime`` allows.
    package func drain() {
        readiness.beginDraining()
        guard drainDelay > .zero else { return beginDrain() }
        let begins = course.withLock { course in
            if course.stage == .new { course.stage = .ended }
            guard course.stage == .serving else { return false }
            course.stage = .retiring
            course.timer = timer(after: drainDelay) { $0.beginDrain() }
            return true
        }
        if begins { logger.info("retiring") }
    }

    private func beginDrain() {
        let begins = course.withLock { course in
            if course.stage == .new { course.stage = .ended }
            guard course.stage == .serving || course.stage == .retiring else { return false }
            course.stage = .draining
            course.draining = loops.count
            course.running = loops.count
            course.timer = timer(after: drainTime) { server in
                server.logger.warning("the drain took too long, cutting the rest")
                server.stop()
            }
            return true
        }
        guard begins else { return }
        logger.info("draining")
        for loop in loops { loop.mailbox.post(.drain) }
    }

    /// Stops at once: connections are cut in the middle of whatever they do.
    package func stop() {
        readiness.beginDraining()
        course.withLock { course in
            switch course.stage {
            case .new: course.stage = .ended
            case .serving, .retiring:
                course.stage = .finishing
                course.running = loops.count
            case .draining: course.stage = .finishing
            case .finishing, .ended: break
            }
        }
        for loop in loops { loop.mailbox.post(.cut) }
    }

    /// Goes on to the next stage when all loops have reached the end of this one.
    func note(_ milestone: Loop.Milestone) {
        switch milestone {
        case .drained:
            let isLast = course.withLock { course in
                course.draining -= 1
                guard course.stage == .draining, course.draining == 0 else { return false }
                course.stage = .finishing
                return true
            }
            guard isLast else { return }
            for loop in loops { loop.mailbox.post(.finish) }
        case .ended:
            let isLast = course.withLock { course in
                course.running -= 1
                guard course.running == 0 else { return false }
                course.stage = .ended
                course.timer?.cancel()
                course.timer = nil
                return true
            }
            if isLast { logger.info("stopped") }
        }
    }

    /// A timer that has something done once.
    private func timer(
        after duration: Duration,
        _ work: @escaping @Sendable (Server) -> Void
    ) -> any DispatchSourceTimer {
        let queue = DispatchQueue(label: "loss-server.drain")
        let timer = DispatchSource.makeTimerSource(queue: queue)
        let (seconds, attoseconds) = duration.components
        let nanoseconds = Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000)
        timer.schedule(deadline: .now() + .nanoseconds(nanoseconds))
        timer.setEventHandler { [weak self] in if let self { work(self) } }
        timer.activate()
        return timer
    }
}
