// SPDX-License-Identifier: Apache-2.0

import Dispatch

/// A bounded number of threads' worth of work beside the event loops, and a bounded queue for it.
final class Workers: Sendable {
    typealias Job = @Sendable () -> Void

    private let limit: Int
    private let waitingLimit: Int
    private let queue = DispatchQueue(label: "loss-server.workers", attributes: .concurrent)
    private let load = Guarded(Load())

    /// How long the workers rest before the memory of their jobs is given back.
    private static let restBeforeReturn = DispatchTimeInterval.seconds(5)

    private struct Load {
        var running = 0
        /// How many jobs have been begun.
        var begun = 0
        /// The jobs nobody has begun, the oldest first.
        var waiting: [Job] = []
    }

    /// - Parameters:
    ///   - limit: How many jobs run at once.
    ///   - waitingLimit: How many jobs wait at most.
    init(limit: Int, waitingLimit: Int) {
        self.limit = limit
        self.waitingLimit = waitingLimit
    }

    /// Has a job done soon; false if too many are waiting.
    func submit(_ job: @escaping Job) -> Bool {
        let isFree: Bool? = load.withLock { load in
            if load.running < limit {
                load.running += 1
                load.begun += 1
                return true
            }
            guard load.waiting.count < waitingLimit else { return nil }
            load.waiting.append(job)
            return false
        }
        guard let isFree else { return false }
        if isFree { queue.async { self.work(job) } }
        return true
    }

    /// Does one job, then those that have waited.
    private func work(_ first: Job) {
        first()
        while let job = nextWaiting() { job() }
    }

    private func nextWaiting() -> Job? {
        let (job, begunAtRest) = load.withLock { load -> (Job?, Int?) in
            guard !load.waiting.isEmpty else {
                load.running -= 1
                return (nil, load.running == 0 ? load.begun : nil)
            }
            load.begun += 1
            return (load.waiting.removeFirst(), nil)
        }
        if let begunAtRest { returnMemory(unlessBeyond: begunAtRest) }
        return job
    }

    /// Gives freed memory back to the system, unless another job begins before long.
    private func returnMemory(unlessBeyond begun: Int) {
        queue.asyncAfter(deadline: .now() + Self.restBeforeReturn) {
            let isAtRest = self.load.withLock { $0.begun == begun }
            if isAtRest { SystemCall.returnFreedMemory() }
        }
    }
}
