// SPDX-License-Identifier: Apache-2.0

import Dispatch
import HTTP
import Logging

extension Server {
    /// The state of a server between start and end.
    struct Lifecycle {
        var stage = Stage.new
        /// The number of loops that have not drained yet.
        var draining = 0
        /// The number of loops that have not ended yet.
        var running = 0
        /// The timer of the drain delay, then of the drain limit.
        var timer: (any DispatchSourceTimer)?
    }

    enum Stage {
        case new
        case serving
        /// The server still serves, but the readiness probe fails.
        case retiring
        /// Exchanges in progress are completed, and new connections are still accepted.
        case draining
        /// No more connections are accepted.
        case finishing
        case ended
    }

    /// Begins to stop: after ``Limits/drainDelay``, exchanges in progress are completed within
    /// ``Limits/drainTime``.
    package func drain() {
        readiness.beginDraining()
        guard drainDelay > .zero else { return beginDrain() }
        let begins = lifecycle.withLock { lifecycle in
            if lifecycle.stage == .new { lifecycle.stage = .ended }
            guard lifecycle.stage == .serving else { return false }
            lifecycle.stage = .retiring
            lifecycle.timer = timer(after: drainDelay) { $0.beginDrain() }
            return true
        }
        if begins { logger.info("retiring") }
    }

    private func beginDrain() {
        let begins = lifecycle.withLock { lifecycle in
            if lifecycle.stage == .new { lifecycle.stage = .ended }
            guard lifecycle.stage == .serving || lifecycle.stage == .retiring else { return false }
            lifecycle.stage = .draining
            lifecycle.draining = loops.count
            lifecycle.running = loops.count
            lifecycle.timer = timer(after: drainTime) { server in
                server.logger.warning("the drain took too long, closing the remaining connections")
                server.stop()
            }
            return true
        }
        guard begins else { return }
        logger.info("draining")
        for loop in loops { loop.mailbox.post(.drain) }
    }

    /// Stops immediately and closes all connections.
    package func stop() {
        readiness.beginDraining()
        lifecycle.withLock { lifecycle in
            switch lifecycle.stage {
            case .new: lifecycle.stage = .ended
            case .serving, .retiring:
                lifecycle.stage = .finishing
                lifecycle.running = loops.count
            case .draining: lifecycle.stage = .finishing
            case .finishing, .ended: break
            }
        }
        for loop in loops { loop.mailbox.post(.stop) }
    }

    /// Moves to the next stage once all loops have reached a milestone.
    func note(_ milestone: EventLoop.Milestone) {
        switch milestone {
        case .drained:
            let isLast = lifecycle.withLock { lifecycle in
                lifecycle.draining -= 1
                guard lifecycle.stage == .draining, lifecycle.draining == 0 else { return false }
                lifecycle.stage = .finishing
                return true
            }
            guard isLast else { return }
            for loop in loops { loop.mailbox.post(.finish) }
        case .ended:
            let isLast = lifecycle.withLock { lifecycle in
                lifecycle.running -= 1
                guard lifecycle.running == 0 else { return false }
                lifecycle.stage = .ended
                lifecycle.timer?.cancel()
                lifecycle.timer = nil
                return true
            }
            if isLast { logger.info("stopped") }
        }
    }

    /// Returns a timer that runs `work` once.
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
