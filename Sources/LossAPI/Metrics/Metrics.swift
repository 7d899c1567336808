// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes
import Synchronization

/// Counters of everything since the process started.
final class Metrics: Sendable {
    private let counts = Mutex(Counts())
    private let gauges: Gauges
    private let process: (@Sendable () -> ProcessUsage)?

    init(_ gauges: Gauges, _ process: (@Sendable () -> ProcessUsage)?) {
        self.gauges = gauges
        self.process = process
    }

    /// Guarded by `counts`.
    private struct Counts {
        var exchanges = Tally<ExchangeLabels, ExchangeCounts>()
        var entries = Tally<EntryLabels, EntryCounts>()
        var formats = Tally<FormatLabels, FormatCounts>()
        var refusals: [Refusal: Int] = [:]
        var problems: [String: Int] = [:]
        var closings: [CloseReason: Int] = [:]
        var connectionsOpened = 0

        /// The route and the status of the POST requests whose counters are the first of each tally; `nil` if
        /// there are none.
        private var latest: (route: RouteName, status: Int)?

        mutating func add(_ exchange: borrowing Exchange) {
            // Most requests are like the one before, and their labels need not be made.
            if let latest, latest.status == exchange.status.code, latest.route == exchange.route {
                exchanges.addToFirst(exchange)
                entries.addToFirst(exchange)
                return formats.addToFirst(exchange)
            }
            let labels = ExchangeLabels(exchange)
            var areFirst = exchanges.add(exchange, under: labels)
            if let labels = EntryLabels(exchange, labels.method) {
                areFirst = entries.add(exchange, under: labels) && areFirst
            } else {
                areFirst = false
            }
            if let labels = FormatLabels(exchange, labels.method) {
                areFirst = formats.add(exchange, under: labels) && areFirst
            } else {
                areFirst = false
            }
            // Only a POST request that was accepted has a format.
            let isAccepted = !exchange.route.formats.request.isEmpty
            latest = areFirst && isAccepted ? (exchange.route, exchange.status.code) : nil
        }
    }

    func note(_ event: ServerEvent) {
        counts.withLock { counts in
            switch event {
            case .connectionOpened: counts.connectionsOpened += 1
            case .connectionClosed(let closing, _): counts.closings[closing, default: 0] += 1
            case .refused(let refusal): counts.refusals[refusal, default: 0] += 1
            case .responseSent(let exchange):
                counts.add(exchange)
                if !exchange.problem.isEmpty { counts.problems[exchange.problem, default: 0] += 1 }
            }
        }
    }

    /// The counts of computations by loss or penalty, whatever the protocol of the request.
    func inferences() -> [String: InferenceCounts] {
        let entries = counts.withLock { $0.entries }
        return entries.all.reduce(into: [:]) { counts, entry in
            // A resource that only has a document computes nothing.
            guard entry.labels.status != 405 else { return }
            counts[entry.labels.entry, default: InferenceCounts()]
                .add(entry.counts, hasSucceeded: entry.labels.status < 400)
        }
    }

    /// The Prometheus text format, version 0.0.4.
    func text(isDraining: Bool) -> [UInt8] {
        let counts = counts.withLock { $0 }
        let exchanges = counts.exchanges.sorted { $0.text }
        let entries = counts.entries.sorted { $0.text }
        let closed = counts.closings.values.reduce(0, +)

        var text = PrometheusText()
        text.family("loss_server_info", .gauge, "The version of the server.")
        text.sample("loss_server_info", #"version="\#(Release.version)""#, 1)
        text.family("loss_server_draining", .gauge, "1 while the server is shutting down.")
        text.sample("loss_server_draining", "", isDraining ? 1 : 0)

        text.gauge(
            "loss_server_memory_bytes",
            "Memory in use for requests and responses.",
            gauges.memoryBytes
        )
        text.gauge(
            "loss_server_memory_limit_bytes",
            "Maximum memory for requests and responses.",
            gauges.memoryLimit
        )
        text.gauge(
            "loss_server_busy_workers",
            "Workers that are processing a request.",
            gauges.busyWorkers
        )
        text.gauge(
            "loss_server_waiting_jobs",
            "Jobs waiting for a worker: requests, parts of responses, and memory to free.",
            gauges.waitingJobs
        )

        let duration = "http_server_request_duration_seconds"
        text.family(
            duration,
            .histogram,
            "Time from the first byte of a request to the last byte of its response."
        )
        for (labels, exchange) in exchanges {
            exchange.durations.write(as: duration, labels, to: &text)
        }
        let received = "http_server_request_body_bytes_total"
        text.family(received, .counter, "Size of request bodies.")
        for (labels, exchange) in exchanges {
            text.sample(received, labels, exchange.requestBytes)
        }
        let sent = "http_server_response_body_bytes_total"
        text.family(sent, .counter, "Size of response bodies.")
        for (labels, exchange) in exchanges {
            text.sample(sent, labels, exchange.responseBytes)
        }

        let responses = "loss_server_responses_total"
        text.family(responses, .counter, "Responses by loss or penalty.")
        for (labels, entry) in entries { text.sample(responses, labels, entry.count) }
        let computing = "loss_server_computing_seconds_total"
        text.family(
            computing,
            .counter,
            "Time spent on parsing, computing and serializing, by loss or penalty."
        )
        for (labels, entry) in entries { text.sample(computing, labels, entry.seconds) }

        let formats = counts.formats.sorted { $0.text }
        func family(_ name: String, _ help: String, _ count: (FormatCounts) -> Int) {
            text.family(name, .counter, help)
            for (labels, format) in formats { text.sample(name, labels, count(format)) }
        }
        let byFormat = "by the formats of requests and responses."
        family("loss_server_requests_total", "POST requests, \(byFormat)") { $0.count }
        family("loss_server_request_bytes_total", "Their size, \(byFormat)") { $0.requestBytes }
        family("loss_server_response_bytes_total", "The size of responses, \(byFormat)") {
            $0.responseBytes
        }

        let refusals = "http_server_refusals_total"
        text.family(refusals, .counter, "Requests refused by the HTTP layer, by reason.")
        for refusal in Refusal.allCases {
            text.sample(refusals, #"reason="\#(refusal.code)""#, counts.refusals[refusal] ?? 0)
        }
        let problems = "loss_server_problems_total"
        text.family(problems, .counter, "Problem responses, by type.")
        for kind in ProblemKind.all {
            text.sample(problems, #"type="\#(kind.type)""#, counts.problems[kind.slug] ?? 0)
        }
        text.family("http_server_connections_total", .counter, "Accepted connections.")
        text.sample("http_server_connections_total", "", counts.connectionsOpened)
        text.family("http_server_open_connections", .gauge, "Open connections.")
        text.sample("http_server_open_connections", "", counts.connectionsOpened - closed)
        text.gauge(
            "http_server_idle_connections",
            "Open connections without a request in progress.",
            gauges.idleConnections
        )
        let closings = "http_server_connections_closed_total"
        text.family(closings, .counter, "Closed connections, by reason.")
        for closing in CloseReason.allCases {
            text.sample(closings, #"reason="\#(closing.rawValue)""#, counts.closings[closing] ?? 0)
        }
        if let use = process?() { text.write(use) }
        return text.bytes
    }
}
