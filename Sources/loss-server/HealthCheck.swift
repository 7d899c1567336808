// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import HTTPServer

/// Probes a running server; the exit code tells a container engine whether it is healthy.
struct HealthCheck: ConfiguredByEnvironment {
    static let configuration = CommandConfiguration(
        commandName: "healthcheck",
        abstract: "Exit with 0 if the server at --host and --port is alive, else with 1.",
        discussion: "For HEALTHCHECK in images without another HTTP client."
    )

    static var optionGroups: [any ParsableArguments] { [AddressOptions()] }

    @OptionGroup var address: AddressOptions

    func run() throws {
        let outcome = HealthProbe.check(
            host: address.host,
            port: address.port,
            path: "/livez",
            seconds: 3
        )
        switch outcome {
        case .status(200): return
        case .status(let status):
            StandardStream.error.write("loss-server responded to /livez with status \(status)\n")
        case .unreachable(let reason):
            StandardStream.error.write("no loss-server at port \(address.port): \(reason)\n")
        }
        throw ExitCode(1)
    }
}
