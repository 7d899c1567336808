// SPDX-License-Identifier: Apache-2.0

extension Connection {
    /// When ``expired(now:)`` has something to do, if nothing happens before; nil: never.
    package var deadline: Instant? {
        switch phase {
        case .head where isGuest: started.advanced(by: Self.guestTime)
        case .head where partialHead.isEmpty:
            started.advanced(
                by: isFinishing ? min(limits.idleTime, Self.firstRequestTime) : limits.idleTime
            )
        case .head: started.advanced(by: limits.headTime)
        // Nothing is read, or there is nothing to send, until somebody here has done their work.
        case .body where incoming.isFull: nil
        case .sending where output.left == 0: nil
        case .body:
            deadline(
                stall: limits.bodyStallTime,
                bytes: contentBytes,
                minimumRate: limits.bodyMinimumRate
            )
        case .continuing: progressed.advanced(by: limits.answerStallTime)
        case .sending:
            deadline(
                stall: limits.answerStallTime,
                bytes: answerBytes,
                minimumRate: limits.answerMinimumRate
            )
        case .discarding, .lingering:
            min(
                progressed.advanced(by: limits.lingerStallTime),
                stageStarted.advanced(by: limits.lingerTime)
            )
        // Somebody here is at work: nothing the client does or leaves undone counts.
        case .undecided, .deciding, .complete, .refusing, .answering, .halfClosing: nil
        case .closing, .closed: nil
        }
    }

    /// Takes note of the time; a deadline that has passed has its consequence.
    package mutating func expired(now: Instant) {
        guard let deadline, deadline <= now else { return }
        self.now = now
        switch phase {
        case .head where isGuest: turnAway()
        case .head where partialHead.isEmpty: phase = .closing(isFinishing ? .drained : .idle)
        case .head:
            partialHead = []
            phase = .refusing(.headTimeout)
        case .body: phase = .refusing(.bodyTimeout)
        case .continuing, .sending: phase = .closing(.answerStalled)
        default: phase = .closing(.afterAnswer)
        }
    }

    /// Content may pause for a while; and from that while on its average must not be too low.
    ///
    /// - Parameters:
    ///   - stall: The longest pause.
    ///   - bytes: The bytes that have come or gone since the stage began.
    ///   - minimumRate: The fewest bytes a second; 0: any.
    /// - Returns: When the content is too slow.
    private func deadline(stall: Duration, bytes: Int, minimumRate: Int) -> Instant {
        let pause = progressed.advanced(by: stall)
        let earned = minimumRate > 0 ? Duration.seconds(bytes / minimumRate) : .seconds(1 << 40)
        return min(pause, stageStarted.advanced(by: max(stall, earned)))
    }
}
