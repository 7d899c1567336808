// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Logging

/// Options for the log.
struct LogOptions: ParsableArguments {
    @Option(
        help: "Minimum log level; debug includes every request. (default: info)",
        transform: { text in
            guard let level = Logger.Level(rawValue: text) else {
                let levels = Logger.Level.allCases.map { $0.rawValue }
                throw ValidationError(
                    "--log-level must be one of \(levels.joined(separator: ", "))."
                )
            }
            return level
        }
    )
    var logLevel = Logger.Level.info

    @Flag(help: "Log every request at level info, except health probes.")
    var accessLog = false

    @Flag(help: "With --access-log, also log health probes.")
    var accessLogProbes = false
}
