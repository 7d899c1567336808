// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPServer
import HTTPTypes
import Logging

/// Logs connections and requests.
struct RequestLog: Sendable {
    private let logger: Logger
    private let overload: OverloadLog
    /// The log levels of requests and of probes.
    private let level: Logger.Level
    private let probeLevel: Logger.Level
    /// Whether requests are logged at all.
    ///
    /// Asking the logger for each request would cost more than all counting for a request.
    private let logsRequests: Bool

    init(_ logger: Logger, _ options: LogOptions) {
        self.logger = logger
        overload = OverloadLog(logger)
        level = options.accessLog ? .info : .debug
        probeLevel = options.accessLog && options.accessLogProbes ? .info : .debug
        logsRequests = logger.logLevel <= level
    }

    func note(_ event: ServerEvent) {
        if case .refused(let refusal) = event, refusal.status == .serviceUnavailable {
            overload.note(refusal)
        }
        guard logsRequests else { return }
        switch event {
        case .connectionOpened: logger.trace("connection opened")
        case .connectionClosed(.abandoned, let route):
            logger.log(level: level, "abandoned", metadata: Self.metadata(of: route))
        case .connectionClosed(let closing, _):
            logger.trace("connection closed", metadata: ["reason": "\(closing)"])
        case .refused(let refusal):
            logger.debug("refused", metadata: ["reason": "\(refusal.code)"])
        case .responseSent(let exchange):
            let level = Self.probes.contains(exchange.route.template) ? probeLevel : level
            logger.log(level: level, "responded", metadata: Self.metadata(of: exchange))
        }
    }

    /// Logs the refusals that have not been logged yet.
    func finish() { overload.report() }

    /// The routes of probes; that of `/healthz` is `/livez`.
    private static let probes = ["/livez", "/readyz", "/v2/health/live", "/v2/health/ready"]

    private static func metadata(of exchange: Exchange) -> Logger.Metadata {
        var metadata = metadata(of: exchange.route)
        let rest: Logger.Metadata = [
            "method": "\(exchange.method?.rawValue ?? "")",
            "status": .stringConvertible(exchange.status.code),
            "seconds": .stringConvertible(exchange.seconds),
            "request_bytes": .stringConvertible(exchange.requestBytes),
            "response_bytes": .stringConvertible(exchange.responseBytes),
            "request_id": "\(exchange.requestID)",
        ]
        metadata.merge(rest) { $1 }
        if let client = exchange.client {
            metadata["client_address"] = "\(client.text)"
            metadata["client_port"] = .stringConvertible(Int(client.port))
        }
        if !exchange.problem.isEmpty { metadata["problem"] = "\(exchange.problem)" }
        if let times = exchange.times {
            metadata["parse_seconds"] = .stringConvertible(Double(times.parse) / 1e9)
            metadata["compute_seconds"] = .stringConvertible(Double(times.compute) / 1e9)
            metadata["serialize_seconds"] = times.serialize.map {
                .stringConvertible(Double($0) / 1e9)
            }
        }
        // The names of OpenTelemetry's log data model.
        if let trace = exchange.trace {
            metadata["trace_id"] = "\(trace.traceID)"
            metadata["span_id"] = "\(trace.parentID)"
            metadata["trace_flags"] = trace.isSampled ? "01" : "00"
        }
        return metadata
    }

    private static func metadata(of route: RouteName) -> Logger.Metadata {
        var metadata: Logger.Metadata = ["route": "\(route.template)"]
        if !route.entry.isEmpty { metadata["loss"] = "\(route.entry)" }
        return metadata
    }
}
