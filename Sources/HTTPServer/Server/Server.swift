// SPDX-License-Identifier: Apache-2.0

import Dispatch
package import HTTP
package import Logging

/// An HTTP server: listening sockets and event loops for one ``Responder``.
package final class Server: Sendable {
    /// The port it listens on; if 0 was requested, the one assigned by the system.
    package let port: Int
    /// The effective limits, with the actual numbers of connections, loops and workers.
    package let limits: Limits

    let loops: [any LoopRunner]
    let workers: Workers
    let readiness: Readiness
    let logger: Logger
    let drainDelay: Duration
    let drainTime: Duration
    let lifecycle = Guarded(Lifecycle())
    /// Entered once for each running loop.
    let running = DispatchGroup()

    /// Binds the sockets, without serving yet.
    ///
    /// - Parameters:
    ///   - host: A name or an address of this machine; `0.0.0.0` or `::` for all addresses.
    ///   - port: The port; 0 for any free one.
    ///   - limits: The limits.
    ///   - responder: Makes the responses.
    ///   - readiness: Set when a drain begins.
    ///   - gauges: Updated with the current load.
    ///   - logger: Receives messages for operators.
    /// - Throws: The reason it cannot listen there.
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
            overLimitMaximum: plan.overLimitConnections,
            gauges: gauges,
            logger: logger
        )
        var endpoint = try Endpoint(host: host, port: port)
        var loops: [any LoopRunner] = []
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

    /// Creates a loop for each class of traffic, each the other's counterpart.
    private static func loops(
        _ index: Int,
        _ listeners: sending [Listener],
        _ services: Services
    ) throws(SystemError) -> [any LoopRunner] {
        let interactive = try Mailbox()
        let bulk = try Mailbox()
        return [
            ThreadLoopRunner(
                try EventLoop(.bulk, mailbox: bulk, counterpart: interactive, services: services)
            ),
            QueueLoopRunner(
                try EventLoop(
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

    /// Starts serving.
    ///
    /// A server serves only once: after ``drain()`` or ``stop()`` this does nothing.
    ///
    /// - Throws: The error from creating a thread; the server is then stopping.
    package func start() throws(StartError) {
        let isNew = lifecycle.withLock { lifecycle in
            guard lifecycle.stage == .new else { return false }
            lifecycle.stage = .serving
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

    private func start(_ loop: any LoopRunner) throws(SystemError) {
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

    /// Waits until the server has ended.
    ///
    /// Blocks the calling thread, which must not belong to a dispatch queue.
    package func waitUntilStopped() {
        running.wait()
    }
}
