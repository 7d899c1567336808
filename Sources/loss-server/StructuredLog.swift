// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import HTTP
import HTTPServer
import HTTPTypes
import Logging
import LossAPI

/// Logs on standard error, one JSON object a line.
struct StructuredLog: LogHandler {
    let writer: LineWriter
    var logLevel = Logger.Level.info
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Where the lines go: standard error, which nobody waits for.
    ///
    /// - Throws: Why there can be no thread for it.
    static func writer() throws(SystemError) -> LineWriter {
        try LineWriter(descriptor: StandardStream.error.rawValue) { lines in
            line(.warning, "log lines were dropped", ["lines": "\(lines)"])
        }
    }

    static func logger(level: Logger.Level, writer: LineWriter) -> Logger {
        Logger(label: "loss-server") { _ in StructuredLog(writer: writer, logLevel: level) }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        writer.write(Self.line(event.level, "\(event.message)", all))
    }

    private static func line(
        _ level: Logger.Level,
        _ message: String,
        _ metadata: Logger.Metadata
    ) -> String {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        let line = JSONValue(
            present: [
                ("time", .string(Date.now.ISO8601Format(style))),
                ("level", .string(level.rawValue)),
                ("message", .string(message)),
            ]
                + metadata.sorted { $0.key < $1.key }.map {
                    ($0.key, JSONValue.string("\($0.value)"))
                }
        )
        return String(decoding: line.bytes, as: UTF8.self) + "\n"
    }
}

extension Logger {
    /// Logs what the server tells; requests one by one are for debugging.
    func note(_ event: ServerEvent) {
        switch event {
        case .connectionOpened: trace("connection opened")
        case .connectionClosed(let closing):
            trace("connection closed", metadata: ["reason": "\(closing)"])
        case .refused(let refusal):
            debug("refused", metadata: ["reason": "\(refusal.code)"])
        case .answered(let exchange):
            debug("answered", metadata: Self.metadata(of: exchange))
        }
    }

    private static func metadata(of exchange: Exchange) -> Metadata {
        var metadata: Metadata = [
            "method": "\(exchange.method?.rawValue ?? "")",
            "route": "\(exchange.route)",
            "status": "\(exchange.status.code)",
            "seconds": "\(exchange.seconds)",
            "request_bytes": "\(exchange.requestBytes)",
            "response_bytes": "\(exchange.responseBytes)",
            "request_id": "\(exchange.requestID)",
        ]
        if !exchange.problem.isEmpty { metadata["problem"] = "\(exchange.problem)" }
        // By the names that OpenTelemetry gives them in logs.
        if let trace = exchange.trace {
            metadata["trace_id"] = "\(trace.traceID)"
            metadata["span_id"] = "\(trace.parentID)"
            metadata["trace_flags"] = trace.isSampled ? "01" : "00"
        }
        return metadata
    }
}
