// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FoundationEssentials
import HTTP
import HTTPServer
import Logging
import LossAPI
import LossFunctions

/// Serves until a signal stops the process.
struct Serve: ConfiguredByEnvironment {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve losses and penalties over HTTP (the default command).",
        discussion: """
            On SIGTERM or SIGINT, /readyz reports 503, requests in progress are completed, and the \
            process exits with 0; a second signal cuts the remaining connections. On SIGHUP, the \
            token file is reloaded.

            \(LimitOptions.bounds)
            """
    )

    static var optionGroups: [any ParsableArguments] {
        [AddressOptions(), LimitOptions(), AccessOptions(), LogOptions()]
    }

    @OptionGroup(title: "Address")
    var address: AddressOptions

    @OptionGroup(title: "Limits")
    var limitOptions: LimitOptions

    @OptionGroup(title: "Access and responses")
    var accessOptions: AccessOptions

    @OptionGroup(title: "Logs")
    var logOptions: LogOptions

    func run() throws {
        ProcessStart.prepare()
        let log = try StructuredLog.writer()
        let logger = StructuredLog.logger(level: logOptions.logLevel, writer: log)
        // Writes the remaining lines, unless the stream is not being read.
        defer { log.flush(milliseconds: 1_000) }
        var limits = limitOptions.limits
        if limitOptions.memoryBytes == 0 {
            limits.memoryBytes = ProcessLimits.memoryBytes(maximum: limits.memoryBytes)
        }
        var options = try accessOptions.options()
        options.jsonDepth = limitOptions.jsonDepth
        options.steps = limitOptions.steps
        options.groups = limitOptions.groups
        let tokens = options.tokens
        let requests = RequestLog(logger, logOptions)
        defer { requests.finish() }
        let readiness = Readiness()
        let gauges = Gauges()
        let responder = LossResponder(
            limits: limits,
            options: options,
            readiness: readiness,
            gauges: gauges,
            process: ProcessUsage.now,
            clock: SystemClock.now,
            notice: requests.note
        )
        do throws(StartError) {
            let server = try Server(
                host: address.host,
                port: address.port,
                limits: limits,
                responder: responder,
                readiness: readiness,
                gauges: gauges,
                logger: logger
            )
            let file = accessOptions.tokens
            let signals = Signals { event in
                switch event {
                case .stop(isFirst: true): server.drain()
                case .stop(isFirst: false): server.stop()
                case .reload: Self.reload(file, tokens, logger)
                }
            }
            try server.start()
            announce(server, logger)
            server.waitUntilStopped()
            signals.cancel()
        } catch {
            throw CannotServe(reason: error.description)
        }
    }

    /// Reloads the token file; if it is not valid, the old tokens remain.
    private static func reload(_ file: TokenFile?, _ list: TokenList?, _ logger: Logger) {
        guard let file, let list else {
            return logger.notice("nothing to reload", metadata: ["reason": "no --token-file"])
        }
        do throws(TokenFile.Fault) {
            list.replace(with: try file.read())
            logger.notice("tokens reloaded")
        } catch {
            logger.error("tokens not reloaded", metadata: ["error": "\(error)"])
        }
    }

    /// Writes the address to standard output, and the address and limits to the log.
    private func announce(_ server: Server, _ logger: Logger) {
        let url = "http://\(address.host.urlHost):\(server.port)"
        logger.info(
            "listening",
            metadata: [
                "version": "\(Release.version)", "address": "\(url)",
                "limits": .dictionary(
                    Self.metadata(of: server.limits)
                        .merging([
                            "json_depth": .stringConvertible(limitOptions.jsonDepth),
                            "steps": .stringConvertible(limitOptions.steps),
                            "groups": .stringConvertible(limitOptions.groups),
                        ]) { $1 }
                ),
                "instructions": "\(InstructionSet.current)",
            ]
        )
        StandardStream.output.offer("loss-server listening on \(url)\n")
    }

    /// All limits by their names, times in seconds.
    private static func metadata(of limits: Limits) -> Logger.Metadata {
        let pairs = Mirror(reflecting: limits).children.compactMap { limit in
            limit.label.map { label -> (String, Logger.Metadata.Value) in
                let name = Environment.words(label, separator: "_")
                switch limit.value {
                case let time as Duration: return (name, .stringConvertible(time / .seconds(1)))
                case let count as Int: return (name, .stringConvertible(count))
                default: return (name, "\(limit.value)")
                }
            }
        }
        return Dictionary(uniqueKeysWithValues: pairs)
    }

    private struct CannotServe: Error, CustomStringConvertible {
        let reason: String
        var description: String {
            "cannot serve: \(reason) (--host and --port, or \(Environment.variable(for: "host")) and "
                + "\(Environment.variable(for: "port")))"
        }
    }
}
