// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import HTTP
import LossAPI

/// The limits of the server, one option each.
struct LimitOptions: ParsableArguments {
    private static let defaults = Limits()

    /// Larger than any machine needs, and small enough that sums do not overflow.
    private static let largestCount = 1 << 40
    /// A century in seconds, which does not overflow arithmetic on instants.
    private static let longestTime = 3e9
    private static let mostThreads = 256
    /// The minimum memory in bytes: with less, every request would be refused.
    private static let leastMemory = 16 * 1_024 * 1_024

    /// The forms and bounds of the values, for the help.
    static let bounds = """
        Sizes and rates are in bytes, or with the suffix KiB (1024 bytes), MiB or GiB. Times are \
        seconds from 0 to \(Int(longestTime)), fractions allowed; counts, sizes and rates are at most \
        \(largestCount), threads at most \(mostThreads); memory is at least \(leastMemory) bytes.
        """

    /// The help of an option that is parsed by `ByteCount`, for which the library shows no default.
    private static func bytes(_ text: String, _ value: Int) -> ArgumentHelp {
        "\(text) (default: \(value))"
    }

    @Option(
        parsing: .unconditional,
        help: bytes(
            "Maximum length of the request line in bytes (longer: 414).",
            defaults.requestLineBytes
        ),
        transform: ByteCount.parse
    )
    var requestLineBytes = defaults.requestLineBytes

    @Option(
        parsing: .unconditional,
        help: bytes(
            "Maximum size of the header fields in bytes (larger: 431).",
            defaults.headBytes
        ),
        transform: ByteCount.parse
    )
    var headBytes = defaults.headBytes

    @Option(parsing: .unconditional, help: "Maximum number of header fields (more: 431).")
    var fieldCount = defaults.fieldCount

    @Option(
        parsing: .unconditional,
        help: bytes("Maximum size of a body in bytes (larger: 413).", defaults.bodyBytes),
        transform: ByteCount.parse
    )
    var bodyBytes = defaults.bodyBytes

    @Option(
        parsing: .unconditional,
        help: bytes(
            """
            Maximum size of a CSV or NDJSON body of which only sums are kept, in bytes \
            (larger: 413); 0 for none.
            """,
            defaults.streamBytes
        ),
        transform: ByteCount.parse
    )
    var streamBytes = defaults.streamBytes

    @Option(parsing: .unconditional, help: "Maximum nesting depth of JSON (deeper: 400).")
    var jsonDepth = LossService.defaultDepth

    @Option(
        parsing: .unconditional,
        help:
            "Maximum number of steps of losses slower than linear, and of metrics of classes (more: 413)."
    )
    var steps = LossService.defaultSteps

    @Option(
        parsing: .unconditional,
        help: "Maximum number of groups whose sums are kept apart in a request (more: 413)."
    )
    var groups = LossService.defaultGroups

    @Option(parsing: .unconditional, help: "Seconds until the head must be complete (later: 408).")
    var headTime = defaults.headTime.inSeconds

    @Option(parsing: .unconditional, help: "Seconds a body may stall (longer: 408).")
    var bodyStallTime = defaults.bodyStallTime.inSeconds

    @Option(
        parsing: .unconditional,
        help: bytes(
            """
            Minimum average rate of a body after its stall time, in bytes per second \
            (slower: 408).
            """,
            defaults.bodyMinimumRate
        ),
        transform: ByteCount.parse
    )
    var bodyMinimumRate = defaults.bodyMinimumRate

    @Option(parsing: .unconditional, help: "Seconds until an idle connection is closed.")
    var idleTime = defaults.idleTime.inSeconds

    @Option(
        parsing: .unconditional,
        help: "Seconds a client may stop reading a response before the connection is cut."
    )
    var responseStallTime = defaults.responseStallTime.inSeconds

    @Option(
        parsing: .unconditional,
        help: bytes(
            """
            Minimum average rate at which a response must be read after its stall time, in \
            bytes per second; 0 for none.
            """,
            defaults.responseMinimumRate
        ),
        transform: ByteCount.parse
    )
    var responseMinimumRate = defaults.responseMinimumRate

    @Option(
        parsing: .unconditional,
        help: "Seconds a closing connection waits for a silent client."
    )
    var lingerStallTime = defaults.lingerStallTime.inSeconds

    @Option(parsing: .unconditional, help: "Seconds a closing connection discards further input.")
    var lingerTime = defaults.lingerTime.inSeconds

    @Option(parsing: .unconditional, help: "Maximum number of connections (more: 503).")
    var connections = defaults.connections

    @Option(
        parsing: .unconditional,
        help: bytes(
            """
            Memory for requests and responses in bytes (more: 503); 0 for 512 MiB, or less \
            if the container or a resource limit allows less.
            """,
            0
        ),
        transform: ByteCount.parse
    )
    var memoryBytes = 0

    @Option(
        parsing: .unconditional,
        help: "Maximum number of requests waiting for a worker (more: 503)."
    )
    var waitingJobs = defaults.waitingJobs

    @Option(
        parsing: .unconditional,
        help: "Seconds to keep serving after SIGTERM while /readyz reports 503."
    )
    var drainDelay = defaults.drainDelay.inSeconds

    @Option(
        parsing: .unconditional,
        help: "Seconds until the remaining connections are cut after SIGTERM."
    )
    var drainTime = defaults.drainTime.inSeconds

    @Option(
        parsing: .unconditional,
        help: bytes(
            "Maximum size of a body that is processed on the event loop, not by a worker.",
            defaults.inlineBodyBytes
        ),
        transform: ByteCount.parse
    )
    var inlineBodyBytes = defaults.inlineBodyBytes

    @Option(
        parsing: .unconditional,
        help: "Worker threads for requests with larger bodies; 0 for one per core."
    )
    var workers = 0

    @Option(
        parsing: .unconditional,
        help: "Event loops, each with a second one for large bodies; 0 for one per core."
    )
    var loops = 0

    var limits: Limits {
        var limits = Limits()
        limits.requestLineBytes = requestLineBytes
        limits.headBytes = headBytes
        limits.fieldCount = fieldCount
        limits.bodyBytes = bodyBytes
        limits.streamBytes = streamBytes
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
            ("steps", steps), ("groups", groups),
            ("connections", connections),
        ]
        let counts = [
            ("stream-bytes", streamBytes), ("body-minimum-rate", bodyMinimumRate),
            ("waiting-jobs", waitingJobs),
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
        for (name, value) in positive + counts where value > Self.largestCount {
            throw ValidationError("--\(name) must be at most \(Self.largestCount), not \(value).")
        }
        if memoryBytes != 0, memoryBytes < Self.leastMemory {
            throw ValidationError(
                "--memory-bytes must be 0 or at least \(Self.leastMemory), not \(memoryBytes)."
            )
        }
        for (name, value) in [("workers", workers), ("loops", loops)]
        where value > Self.mostThreads {
            throw ValidationError("--\(name) must be at most \(Self.mostThreads), not \(value).")
        }
        for (name, value) in times where !(0...Self.longestTime ~= value) {
            throw ValidationError(
                "--\(name) must be a number of seconds from 0 to \(Int(Self.longestTime)), not \(value)."
            )
        }
    }
}

extension Duration {
    fileprivate var inSeconds: Double { self / .seconds(1) }
}
