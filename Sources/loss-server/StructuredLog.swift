// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import HTTPServer
import Logging
import LossAPI

/// Logs to standard error, one JSON object per line.
struct StructuredLog: LogHandler {
    let writer: LineWriter
    var logLevel = Logger.Level.info
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Creates the writer of the log, which never blocks its callers.
    ///
    /// - Throws: `SystemError` if its thread cannot be created.
    static func writer() throws(SystemError) -> LineWriter {
        try LineWriter(descriptor: StandardStream.error.rawValue) { lines in
            line(.warning, "log lines were dropped", ["lines": .stringConvertible(lines)])
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
                + JSONValue.members(of: metadata)
        )
        return String(decoding: line.bytes, as: UTF8.self) + "\n"
    }
}

extension JSONValue {
    /// Creates a value of a log line, with numbers as numbers.
    init(_ value: Logger.Metadata.Value) {
        switch value {
        case .string(let text): self = .string(text)
        case .stringConvertible(let number as Int): self = .integer(number)
        case .stringConvertible(let number as Double) where number.isFinite: self = .number(number)
        case .stringConvertible(let flag as Bool): self = .boolean(flag)
        case .stringConvertible(let value): self = .string("\(value)")
        case .array(let values): self = .array(values.map { JSONValue($0) })
        case .dictionary(let members): self.init(present: Self.members(of: members))
        }
    }

    /// The members for metadata, sorted by name.
    static func members(of metadata: Logger.Metadata) -> [(String, JSONValue?)] {
        metadata.sorted { $0.key < $1.key }.map { ($0.key, JSONValue($0.value)) }
    }
}
