// SPDX-License-Identifier: Apache-2.0

import Dispatch
package import HTTP
package import Logging

/// An HTTP server: listening sockets and event loops for one ``Responder``.
package final class Server: Sendable {
    /// The port it listens on: the one the system gave it where 0 was asked for.
    package let port: Int
    /// The limits in force, with as many connections, loops and workers as there are.
    package let limits: Limits

    let loops: [any EventLoop]
    let workers: Workers
    let readiness: Readiness
    let logger: Logger
    let drainDelay: Duration
    let drainTime: Duration
    let course = Guarded(Course())
    /// Entered for each loop that runs.
    let running = DispatchGroup()

    /// Takes a port, and does not serve yet.
    ///
    /// - Parameters:
    ///   - host: A name or an address of this machine; `0.0.0.0` or `::` for all of them.
    ///   - port: A port, 0 for any that is free.
    ///   - limits: All bounds.
    ///   - responder: What gives the answers.
    ///   - readiness: What is told that a drain has begun.
    ///   - gauges: Where it is counted what the server has in hand.
    ///   - logger: Where goes what an operator should know.
    /// - Throws: Why it cannot listen there.
    package init(
        host: String,
        port: Int,
        limits: Limits = Limits(),
        responder: any Responder,
        readiness: Readiness = Readiness(),
        gauges: Gauges = Gauges(),
        logger: Logger
    ) throws(StartError) {
        let heap = Heap(limit: limits.memoryBytes)
        let cores = ProcessLimits.cores
        let descriptors = SystemCall.raiseDescriptorLimit()
        let plan = try DescriptorPlan(
            descriptors: descriptors,
            loops: max(1, limits.loops ?? cores),
            connections: limits.connections
        )
        if plan.connections < limits.connections {
            logger.warning(
                "fewer descriptors than connections",
                metadata: [
                    "descriptors": .stringConvertible(descriptors),
                    "connections": .stringConvertible(limits.connections),
                    "connections_served": .stringConvertible(plan.connections),
                ]
            )
        }
        var limits = limits
        limits.connections = plan.connections
        limits.loops = plan.loops
        limits.workers = max(1, limits.workers ?? cores)
        self.limits = limits
        let services = Services(
            limits: limits,
            responder: responder,
            workers: Workers(
                limit: limits.workers ?? cores,
                waitingLimit: limits.waitingJobs,
                gauges: gauges
            ),
            budget: MemoryBudget(limit: limits.memoryBytes, gauges: gauges) { bytes, used in
                heap.prepare(for: bytes, besides: used)
            },
            connections: ConnectionCount(limit: plan.connections),
            guestLimit: plan.guests,
            gauges: gauges,
            logger: logger
        )
        var endpoint = try Endpoint(host: host, port: port)
        var loops: [any EventLoop] = []
        for index in 0..<plan.loops {
            let listeners = try endpoint.listen()
            do throws(SystemError) {
                loops += try Self.loops(index, listeners, services)
            } catch {
                throw .system(error)
            }
        }
        self.loops = loops
        workers = services.workers
        self.port = endpoint.port
        self.readiness = readiness
        self.logger = logger
        drainDelay = limits.drainDelay
        drainTime = limits.drainTime
    }

    deinit { stop() }

    /// A loop for each kind of traffic, each the other's counterpart.
    private static func loops(
        _ index: Int,
        _ listeners: sending [Listener],
        _ services: Services
    ) throws(SystemError) -> [any EventLoop] {
        let interactive = try Mailbox()
        let bulk = try Mailbox()
        return [
            ThreadLoop(
                try Loop(.bulk, mailbox: bulk, counterpart: interactive, services: services)
            ),
            QueueLoop(
                try Loop(
                    .interactive,
                    listeners: listeners,
                    mailbox: interactive,
                    counterpart: bulk,
                    services: services
                ),
                index: index
            ),
        ]
    }

    /// Begins to serve.
    ///
    /// A server serves once: after ``drain()`` or ``stop()`` this does nothing.
    ///
    /// - Throws: Why there cannot be as many threads as that takes. The server is stopping then.
    package func start() throws(StartError) {
        let isNew = course.withLock { course in
            guard course.stage == .new else { return false }
            course.stage = .serving
            return true
        }
        guard isNew else { return }
        do throws(SystemError) {
            try workers.start()
            for loop in loops { try start(loop) }
        } catch {
            stop()
            throw .system(error)
        }
    }

    private func start(_ loop: any EventLoop) throws(SystemError) {
        running.enter()
        do throws(SystemError) {
            try loop.start { [weak self, running] milestone in
                self?.note(milestone)
                if milestone == .ended { running.leave() }
            }
        } catch {
            running.leave()
            throw error
        }
    }

    /// Returns when the server has ended.
    ///
    /// Blocks its thread: for the main thread, not for a queue.
    package func waitUntilStopped() {
        running.wait()
    }
}
