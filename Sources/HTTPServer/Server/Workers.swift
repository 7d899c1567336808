// SPDX-License-Identifier: Apache-2.0

import Dispatch
import HTTP
import Synchronization

/// A pool of threads with a job queue, for work that would block an event loop.
///
/// The threads have a low priority: interactive event loops get the processor first, and large
/// requests use what remains.
final class Workers: Sendable {
    typealias Job = @Sendable () -> Void

    private let limit: Int
    private let waitingLimit: Int
    private let queue: JobQueue

    /// Creates the pool without starting its threads.
    ///
    /// - Parameters:
    ///   - limit: The number of threads.
    ///   - waitingLimit: The maximum number of waiting jobs.
    ///   - gauges: Updated with the numbers of jobs.
    init(limit: Int, waitingLimit: Int, gauges: Gauges = Gauges()) {
        self.limit = limit
        self.waitingLimit = waitingLimit
        queue = JobQueue(gauges)
    }

    deinit { queue.close(threads: limit) }

    /// Starts the threads.
    ///
    /// - Throws: The error from creating a thread.
    func start() throws(SystemError) {
        for _ in 0..<limit {
            try SystemCall.startBackgroundThread(named: "worker") { [queue] in queue.run() }
        }
    }

    /// Submits a job; returns `false` if too many are waiting.
    func submitUnlessFull(_ job: @escaping Job) -> Bool {
        queue.add(job, limit: limit + waitingLimit)
    }

    /// Submits a job regardless of how many are waiting.
    func submit(_ job: @escaping Job) {
        _ = queue.add(job, limit: .max)
    }
}

/// The queue shared by the threads.
///
/// It outlives the pool until the last thread has ended.
private final class JobQueue: Sendable {
    private let state = Guarded(State())
    private let gauges: Gauges
    /// Signaled once for each job in the queue.
    private let signals = DispatchSemaphore(value: 0)

    /// The idle time after which a worker returns freed memory to the kernel.
    ///
    /// Longer than a client that trains a model computes between two requests, because the next
    /// large request would otherwise have to obtain its memory from the kernel again.
    private static let idleTimeBeforeTrim = DispatchTimeInterval.seconds(30)

    private struct State {
        /// The waiting jobs, oldest first.
        var waiting: [Workers.Job] = []
        var running = 0
    }

    init(_ gauges: Gauges) {
        self.gauges = gauges
    }

    /// Adds a job; returns `false` if there are already `limit` jobs.
    func add(_ job: @escaping Workers.Job, limit: Int) -> Bool {
        let isTaken = state.withLock { state in
            guard state.running + state.waiting.count < limit else { return false }
            state.waiting.append(job)
            note(state)
            return true
        }
        if isTaken { signals.signal() }
        return isTaken
    }

    /// Lets all threads end once the queue is empty.
    func close(threads: Int) {
        for _ in 0..<threads { signals.signal() }
    }

    /// Runs jobs until signaled with an empty queue.
    func run() {
        while true {
            waitForJob()
            let job: Workers.Job? = state.withLock { state in
                guard !state.waiting.isEmpty else { return nil }
                state.running += 1
                defer { note(state) }
                return state.waiting.removeFirst()
            }
            guard let job else { return }
            job()
            state.withLock { state in
                state.running -= 1
                note(state)
            }
        }
    }

    private func note(_ state: borrowing State) {
        gauges.busyWorkers.store(state.running, ordering: .relaxed)
        gauges.waitingJobs.store(state.waiting.count, ordering: .relaxed)
    }

    private func waitForJob() {
        guard signals.wait(timeout: .now() + Self.idleTimeBeforeTrim) == .timedOut else { return }
        if state.withLock({ $0.running == 0 }) { SystemCall.returnFreedMemory() }
        signals.wait()
    }
}
