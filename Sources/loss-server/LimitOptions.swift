// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import HTTP
import LossAPI

/// The bounds the server keeps, one option each.
struct LimitOptions: ParsableArguments {
    private static let defaults = Limits()

    @Option(help: "Bytes of a request line; beyond: 414.")
    var requestLineBytes = defaults.requestLineBytes

    @Option(help: "Bytes of all fields of a request; beyond: 431.")
    var headBytes = defaults.headBytes

    @Option(help: "Fields of a request; beyond: 431.")
    var fieldCount = defaults.fieldCount

    @Option(help: "Bytes of a request's body; beyond: 413.")
    var bodyBytes = defaults.bodyBytes

    @Option(help: "Levels of nesting of JSON; beyond: 400.")
    var jsonDepth = LossService.defaultDepth

    @Option(help: "Seconds for a head to be complete; then: 408.")
    var headTime = defaults.headTime.inSeconds

    @Option(help: "Seconds a body may pause; then: 408.")
    var bodyStallTime = defaults.bodyStallTime.inSeconds

    @Option(help: "Bytes a second a body must bring on average after its stall time; below: 408.")
    var bodyMinimumRate = defaults.bodyMinimumRate

    @Option(help: "Seconds a connection may rest between requests; then it is closed.")
    var idleTime = defaults.idleTime.inSeconds

    @Option(
        help: """
            Maximum seconds for which a client may not read any of its response; then the \
            connection is closed.
            """
    )
    var responseStallTime = defaults.responseStallTime.inSeconds

    @Option(
        help: """
            Minimum average rate at which a client must read its response, in bytes per second, \
            after its stall time; 0 means none.
            """
    )
    var responseMinimumRate = defaults.responseMinimumRate

    @Option(help: "Seconds a closing connection waits for a client that sends nothing.")
    var lingerStallTime = defaults.lingerStallTime.inSeconds

    @Option(help: "Seconds a closing connection throws away what a client goes on sending.")
    var lingerTime = defaults.lingerTime.inSeconds

    @Option(help: "Connections at once; beyond: 503.")
    var connections = defaults.connections

    @Option(
        help: """
            Bytes of requests and answers in memory at once; beyond: 503. 0: 512 MiB, or less where \
            the container or a resource limit allows less.
            """
    )
    var memoryBytes = 0

    @Option(help: "Requests that wait for a worker; beyond: 503.")
    var waitingJobs = defaults.waitingJobs

    @Option(
        help: "Seconds after SIGTERM in which only /readyz says so, for load balancers to see it."
    )
    var drainDelay = defaults.drainDelay.inSeconds

    @Option(help: "Seconds a drain may take after SIGTERM; then the rest is cut.")
    var drainTime = defaults.drainTime.inSeconds

    @Option(help: "Bytes of the largest body that is answered on the event loop, not by a worker.")
    var inlineBodyBytes = defaults.inlineBodyBytes

    @Option(help: "Requests with larger bodies that are answered at once; 0: one a core.")
    var workers = 0

    @Option(help: "Event loops, of which each has a second one for large bodies; 0: one a core.")
    var loops = 0

    var limits: Limits {
        var limits = Limits()
        limits.requestLineBytes = requestLineBytes
        limits.headBytes = headBytes
        limits.fieldCount = fieldCount
        limits.bodyBytes = bodyBytes
        limits.headTime = .seconds(headTime)
        limits.bodyStallTime = .seconds(bodyStallTime)
        limits.bodyMinimumRate = bodyMinimumRate
        limits.idleTime = .seconds(idleTime)
        limits.responseStallTime = .seconds(responseStallTime)
        limits.responseMinimumRate = responseMinimumRate
        limits.lingerStallTime = .seconds(lingerStallTime)
        limits.lingerTime = .seconds(lingerTime)
        limits.connections = connections
        if memoryBytes > 0 { limits.memoryBytes = memoryBytes }
        limits.waitingJobs = waitingJobs
        limits.drainDelay = .seconds(drainDelay)
        limits.drainTime = .seconds(drainTime)
        limits.inlineBodyBytes = inlineBodyBytes
        limits.workers = workers == 0 ? nil : workers
        limits.loops = loops == 0 ? nil : loops
        return limits
    }

    func validate() throws {
        let positive = [
            ("request-line-bytes", requestLineBytes), ("head-bytes", headBytes),
            ("field-count", fieldCount), ("body-bytes", bodyBytes), ("json-depth", jsonDepth),
            ("connections", connections),
        ]
        let counts = [
            ("body-minimum-rate", bodyMinimumRate), ("waiting-jobs", waitingJobs),
            ("inline-body-bytes", inlineBodyBytes), ("memory-bytes", memoryBytes),
            ("response-minimum-rate", responseMinimumRate), ("workers", workers), ("loops", loops),
        ]
        let times = [
            ("head-time", headTime), ("body-stall-time", bodyStallTime), ("idle-time", idleTime),
            ("response-stall-time", responseStallTime), ("linger-stall-time", lingerStallTime),
            ("linger-time", lingerTime), ("drain-delay", drainDelay), ("drain-time", drainTime),
        ]
        for (name, value) in positive where value < 1 {
            throw ValidationError("--\(name) must be at least 1, not \(value).")
        }
        for (name, value) in counts where value < 0 {
            throw ValidationError("--\(name) must be at least 0, not \(value).")
        }
        // Beyond any machine, and far from where sums of them would overflow.
        for (name, value) in positive + counts where value > 1 << 40 {
            throw ValidationError("--\(name) must be at most \(1 << 40), not \(value).")
        }
        for (name, value) in [("workers", workers), ("loops", loops)] where value > 256 {
            throw ValidationError("--\(name) must be at most 256, not \(value).")
        }
        // A century of seconds still fits into any arithmetic on instants.
        for (name, value) in times where !(value >= 0 && value <= 3e9) {
            throw ValidationError("--\(name) must be a number of seconds from 0 on, not \(value).")
        }
    }
}

extension Duration {
    fileprivate var inSeconds: Double { self / .seconds(1) }
}
