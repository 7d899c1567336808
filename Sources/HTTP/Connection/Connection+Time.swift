// SPDX-License-Identifier: Apache-2.0

extension Connection {
    /// The time at which ``expired(now:)`` must be called if nothing happens before; `nil` means
    /// never.
    package var deadline: Instant? {
        switch phase {
        case .head where isOverLimit: startTime.advanced(by: Self.overLimitTime)
        case .head where partialHead.isEmpty:
            startTime.advanced(
                by: isFinishing ? min(limits.idleTime, Self.firstRequestTime) : limits.idleTime
            )
        case .head: startTime.advanced(by: limits.headTime)
        case .body where isSendingConcurrently, .complete where isSendingConcurrently,
            .responding where isSendingConcurrently:
            min(concurrentDeadline, claimDeadline ?? concurrentDeadline)
        // The client is not timed while the server itself is the bottleneck.
        case .body where content.isFull: nil
        case .sending where output.unsentBytes == 0: nil
        case .queued: stageStartTime.advanced(by: limits.bodyStallTime)
        case .body: min(bodyDeadline, claimDeadline ?? bodyDeadline)
        case .continuing: lastProgressTime.advanced(by: limits.responseStallTime)
        case .sending: min(responseDeadline, claimDeadline ?? responseDeadline)
        case .holding: stageStartTime.advanced(by: RefusalPace.delay)
        case .discarding, .lingering:
            min(
                lastProgressTime.advanced(by: limits.lingerStallTime),
                stageStartTime.advanced(by: limits.lingerTime)
            )
        // The server is working; the client cannot be late.
        case .undecided, .deciding, .complete, .refusing, .responding, .halfClosing: nil
        case .closing, .closed: nil
        }
    }

    /// Handles the deadline if it has passed.
    package mutating func expired(now: Instant) {
        guard let deadline, deadline <= now else { return }
        self.now = now
        switch phase {
        case .head where isOverLimit: refuseOverLimit()
        case .head where partialHead.isEmpty: phase = .closing(isFinishing ? .drained : .idle)
        case .head:
            partialHead = []
            phase = .refusing(.headTimeout)
        case .queued: phase = .refusing(.memoryExhausted)
        case .holding(let refusal): phase = .refusing(refusal)
        case .body where isSendingConcurrently, .complete where isSendingConcurrently,
            .responding where isSendingConcurrently:
            if now < concurrentDeadline {
                reduceClaim()
            } else {
                phase = .closing(.responseStalled)
            }
        case .body where now < bodyDeadline: reduceClaim()
        case .body: phase = .refusing(.bodyTimeout)
        case .sending where now < responseDeadline: reduceClaim()
        case .continuing, .sending: phase = .closing(.responseStalled)
        default: phase = .closing(.afterResponse)
        }
    }

    private var bodyDeadline: Instant {
        deadline(
            stall: limits.bodyStallTime,
            bytes: contentBytes,
            minimumRate: limits.bodyMinimumRate,
            since: stageStartTime
        )
    }

    private var responseDeadline: Instant {
        deadline(
            stall: limits.responseStallTime,
            bytes: responseBytesSent,
            minimumRate: limits.responseMinimumRate,
            since: stageStartTime
        )
    }

    /// The time at which the client counts as too slow to read a response that has begun before the request
    /// has ended.
    private var concurrentDeadline: Instant {
        deadline(
            stall: limits.responseStallTime,
            bytes: responseBytesSent,
            minimumRate: limits.responseMinimumRate,
            since: concurrent?.startTime ?? stageStartTime
        )
    }

    /// The time for which others wait for a transfer, in addition to that for its bytes at ``claimRate``.
    private static let claimTime = Duration.seconds(1)
    /// The minimum average rate at which others wait for a transfer, in bytes per second.
    private static let claimRate = 1_024 * 1_024

    /// The time at which the transfer counts as too slow for others to wait for its memory; `nil`
    /// if no other request waits for it.
    private var claimDeadline: Instant? {
        guard isClaimPrompt, claim != nil else { return nil }
        let bytes = isRequestRead ? responseBytesSent : contentBytes
        let earned = Duration.milliseconds(1_000 * bytes / Self.claimRate)
        return stageStartTime.advanced(by: Self.claimTime + earned)
    }

    /// Reduces the claim of a slow client to the memory that it holds.
    private mutating func reduceClaim() {
        isClaimPrompt = false
        claim?.reduce(to: footprint)
    }

    /// Returns the time at which a transfer counts as too slow.
    ///
    /// A transfer may pause for `stall`; once it has taken that long, its average rate counts too.
    ///
    /// - Parameters:
    ///   - stall: The longest pause.
    ///   - bytes: The bytes transferred since the stage began.
    ///   - minimumRate: The minimum average rate in bytes per second; 0 means no minimum.
    ///   - start: The time at which the stage began.
    /// - Returns: The deadline.
    private func deadline(
        stall: Duration,
        bytes: Int,
        minimumRate: Int,
        since start: Instant
    ) -> Instant {
        let pause = lastProgressTime.advanced(by: stall)
        let earned = minimumRate > 0 ? Duration.seconds(bytes / minimumRate) : .seconds(1 << 40)
        return min(pause, start.advanced(by: max(stall, earned)))
    }
}
