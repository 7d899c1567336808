// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FoundationEssentials

/// A command whose options may also be given by the environment.
protocol ConfiguredByEnvironment: ParsableCommand {
    /// What its options are declared in.
    static var optionGroups: [any ParsableArguments] { get }
}

/// Options given by environment variables.
enum Environment {
    /// The variable of an option: that of `body-bytes` is `LOSS_SERVER_BODY_BYTES`.
    static func variable(for option: String) -> String {
        "LOSS_SERVER_" + String(option.map { $0 == "-" ? "_" : $0 }).uppercased()
    }

    /// A command line with the variables' options in front, where those given by hand override
    /// them.
    ///
    /// Kubernetes gives every container a variable like `LOSS_SERVER_PORT=tcp://10.0.0.1:8080` for
    /// a service of the name `loss-server`: such a value is no option.
    static func arguments(
        _ commandLine: [String],
        _ environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> [String] {
        let commands: [any ConfiguredByEnvironment.Type] = [Serve.self, HealthCheck.self]
        let named = commands.first { $0.configuration.commandName == commandLine.first }
        guard let command = named ?? (isServing(commandLine) ? Serve.self : nil) else {
            return commandLine
        }
        let flags = flags(of: command)
        let given = names(of: command).compactMap { option -> String? in
            guard let value = environment[variable(for: option)], !isAddress(value) else {
                return nil
            }
            guard flags.contains(option) else { return "--\(option)=\(value)" }
            switch value.lowercased() {
            case "", "0", "false", "no", "off": return nil
            case "1", "true", "yes", "on": return "--\(option)"
            // Refused with the value in the message.
            default: return "--\(option)=\(value)"
            }
        }
        let name = command.configuration.commandName.map { [$0] } ?? []
        return name + given + commandLine.dropFirst(named == nil ? 0 : 1)
    }

    /// The names of a command's options, which are those of the properties that declare them.
    static func names(of command: any ConfiguredByEnvironment.Type) -> [String] {
        properties(of: command).map { $0.name }
    }

    /// The names of those options that have no value.
    private static func flags(of command: any ConfiguredByEnvironment.Type) -> [String] {
        properties(of: command).filter { $0.value is Flag<Bool> }.map { $0.name }
    }

    private static func properties(
        of command: any ConfiguredByEnvironment.Type
    ) -> [(name: String, value: Any)] {
        command.optionGroups.flatMap { group in
            Mirror(reflecting: group).children.compactMap { property in
                property.label.map { (kebab($0.drop { $0 == "_" }), property.value) }
            }
        }
    }

    /// Whether a value is of the kind that Kubernetes makes.
    private static func isAddress(_ value: String) -> Bool {
        value.hasPrefix("tcp://") || value.hasPrefix("udp://") || value.hasPrefix("sctp://")
    }

    /// Whether a command line without the name of a command is one for the server.
    private static func isServing(_ commandLine: [String]) -> Bool {
        guard let first = commandLine.first else { return true }
        return first.hasPrefix("-") && !["-h", "--help", "--version"].contains(first)
    }

    /// `bodyBytes` is `body-bytes`.
    private static func kebab(_ name: Substring) -> String {
        name.reduce(into: "") { kebab, letter in
            kebab += letter.isUppercase ? "-" + letter.lowercased() : String(letter)
        }
    }
}
