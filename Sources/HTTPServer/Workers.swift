// SPDX-License-Identifier: Apache-2.0

import Dispatch
import HTTP
import Synchronization

/// A number of threads beside the event loops, and a queue of jobs for them.
///
/// The threads make way: where they want a processor at once with the loops of short questions, the
/// loops have it first, and the large requests take what is left.
final class Workers: Sendable {
    typealias Job = @Sendable () -> Void

    private let limit: Int
    private let waitingLimit: Int
    private let bench: Bench

    /// - Parameters:
    ///   - limit: How many jobs run at once.
    ///   - waitingLimit: How many jobs wait at most.
    ///   - gauges: Where they are counted.
    init(limit: Int, waitingLimit: Int, gauges: Gauges = Gauges()) {
        self.limit = limit
        self.waitingLimit = waitingLimit
        bench = Bench(gauges)
    }

    deinit { bench.close(threads: limit) }

    /// Begins to do jobs.
    ///
    /// - Throws: Why there cannot be so many threads.
    func start() throws(SystemError) {
        for _ in 0..<limit {
            try SystemCall.startBackgroundThread(named: "worker") { [bench] in bench.work() }
        }
    }

    /// Has a job done soon; false if too many are waiting.
    func submitUnlessFull(_ job: @escaping Job) -> Bool {
        bench.add(job, most: limit + waitingLimit)
    }

    /// Has a job done, however many are waiting.
    func submit(_ job: @escaping Job) {
        _ = bench.add(job, most: .max)
    }
}

/// What the threads share.
///
/// It outlives the workers until the last thread has left.
private final class Bench: Sendable {
    private let state = Guarded(State())
    private let gauges: Gauges
    /// One signal for each job that nobody has begun.
    private let signals = DispatchSemaphore(value: 0)

    /// How long a worker rests before the memory of the jobs is given back.
    ///
    /// Longer than a client that trains a model is busy between two questions: where the memory had
    /// been given back, a question of a million numbers took 90 ms of processor time instead of 60.
    private static let restBeforeReturn = DispatchTimeInterval.seconds(30)

    private struct State {
        /// The jobs nobody has begun, the oldest first.
        var waiting: [Workers.Job] = []
        var running = 0
    }

    init(_ gauges: Gauges) {
        self.gauges = gauges
    }

    /// Adds a job; false if there are too many.
    func add(_ job: @escaping Workers.Job, most: Int) -> Bool {
        let isTaken = state.withLock { state in
            guard state.running + state.waiting.count < most else { return false }
            state.waiting.append(job)
            note(state)
            return true
        }
        if isTaken { signals.signal() }
        return isTaken
    }

    /// Lets all threads leave once the jobs are done.
    func close(threads: Int) {
        for _ in 0..<threads { signals.signal() }
    }

    /// Does jobs until a signal comes without one.
    func work() {
        while true {
            waitForSignal()
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

    private func waitForSignal() {
        guard signals.wait(timeout: .now() + Self.restBeforeReturn) == .timedOut else { return }
        if state.withLock({ $0.running == 0 }) { SystemCall.returnFreedMemory() }
        signals.wait()
    }
}
