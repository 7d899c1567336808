// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FoundationEssentials
import LossAPI

/// A command whose options can also be set by environment variables.
protocol ConfiguredByEnvironment: ParsableCommand {
    /// The groups that declare its options.
    static var optionGroups: [any ParsableArguments] { get }
}

/// Translates environment variables to options.
enum Environment {
    private static let prefix = "LOSS_SERVER_"

    /// The variable of an option, such as `LOSS_SERVER_BODY_BYTES` for `body-bytes`.
    static func variable(for option: String) -> String {
        prefix + String(option.map { $0 == "-" ? "_" : $0 }).uppercased()
    }

    /// Prepends the options from the environment to a command line, which overrides them.
    ///
    /// - Throws: An error that names the invalid variable. The server also refuses unknown variables,
    ///   because a misspelt limit would have no effect; other commands ignore them.
    static func arguments(
        _ commandLine: [String],
        _ environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(ValidationError) -> [String] {
        let commands: [any ConfiguredByEnvironment.Type] = [Serve.self, HealthCheck.self]
        let named = commands.first { $0.configuration.commandName == commandLine.first }
        guard let command = named ?? (isServing(commandLine) ? Serve.self : nil) else {
            return commandLine
        }
        let variables = environment.filter { name, value in
            name.hasPrefix(prefix) && !isOfKubernetes(name, value)
        }
        if command == Serve.self { try refuseUnknown(variables.keys.sorted()) }
        let name = command.configuration.commandName.map { [$0] } ?? []
        var given: [String] = []
        let flags = flags(of: command)
        for option in names(of: command) {
            guard let value = variables[variable(for: option)],
                let argument = try argument(option, isFlag: flags.contains(option), value)
            else { continue }
            try check(argument, name, option)
            given.append(argument)
        }
        return name + given + commandLine.dropFirst(named == nil ? 0 : 1)
    }

    /// The argument for a variable; `nil` if it switches a flag off.
    private static func argument(
        _ option: String,
        isFlag: Bool,
        _ value: String
    ) throws(ValidationError) -> String? {
        guard isFlag else { return "--\(option)=\(value)" }
        switch value.lowercased() {
        case "", "0", "false", "no", "off": return nil
        case "1", "true", "yes", "on": return "--\(option)"
        default:
            throw ValidationError(
                "The environment variable \(variable(for: option)) must be 1, true, yes or on, or "
                    + "0, false, no, off or empty, not '\(value)'."
            )
        }
    }

    /// Throws an error that names the variable if its command rejects the argument.
    private static func check(
        _ argument: String,
        _ command: [String],
        _ option: String
    ) throws(ValidationError) {
        do {
            _ = try LossServer.parseAsRoot(command + [argument])
        } catch {
            let name = variable(for: option)
            throw ValidationError(
                "The environment variable \(name) is invalid: \(LossServer.message(for: error))"
            )
        }
    }

    /// Throws an error for a variable that belongs to no option of the server.
    private static func refuseUnknown(_ variables: [String]) throws(ValidationError) {
        let known = names(of: Serve.self).map { variable(for: $0) }
        let unknown = variables.filter { !known.contains($0) }
        guard !unknown.isEmpty else { return }
        let suggestions = Suggestions(known.map { String($0.dropFirst(prefix.count)) })
        let sentences = unknown.map { name in
            let nearest = suggestions.nearest(to: String(name.dropFirst(prefix.count)))
            return "No option has the environment variable \(name)."
                + (nearest.map { " Did you mean \(prefix + $0)?" } ?? "")
        }
        throw ValidationError(
            sentences.joined(separator: " ") + " See 'loss-server serve --help' for the options."
        )
    }

    /// Whether Kubernetes sets this variable, as it does for every service of the namespace.
    ///
    /// A service named `loss-server` has variables like `LOSS_SERVER_PORT=tcp://10.0.0.1:8080`,
    /// `LOSS_SERVER_SERVICE_PORT_HTTP=8080` and `LOSS_SERVER_PORT_8080_TCP_ADDR=10.0.0.1`; those of
    /// a service named `loss-server-canary` have the same prefix as the options.
    private static func isOfKubernetes(_ name: String, _ value: String) -> Bool {
        if value.hasPrefix("tcp://") || value.hasPrefix("udp://") || value.hasPrefix("sctp://") {
            return true
        }
        let words = name.split(separator: "_")
        for (index, word) in words.enumerated() {
            let next = index + 1 < words.count ? words[index + 1] : ""
            let isService = word == "SERVICE" && (next == "HOST" || next == "PORT")
            if isService || word == "PORT" && Int(next) != nil { return true }
        }
        return false
    }

    /// The names of a command's options, derived from the properties that declare them.
    static func names(of command: any ConfiguredByEnvironment.Type) -> [String] {
        properties(of: command).map { $0.name }
    }

    /// The names of the options without a value.
    private static func flags(of command: any ConfiguredByEnvironment.Type) -> [String] {
        properties(of: command).filter { $0.value is Flag<Bool> }.map { $0.name }
    }

    private static func properties(
        of command: any ConfiguredByEnvironment.Type
    ) -> [(name: String, value: Any)] {
        command.optionGroups.flatMap { group in
            Mirror(reflecting: group).children.compactMap { property in
                property.label.map { label in
                    (words(label.drop { $0 == "_" }, separator: "-"), property.value)
                }
            }
        }
    }

    /// Whether a command line without a command name is one for the server.
    private static func isServing(_ commandLine: [String]) -> Bool {
        guard let first = commandLine.first else { return true }
        return first.hasPrefix("-") && !["-h", "--help", "--version"].contains(first)
    }

    /// The words of a property's name in lower case, such as `body-bytes` for `bodyBytes`.
    static func words(_ name: some StringProtocol, separator: String) -> String {
        name.reduce(into: "") { words, letter in
            words += letter.isUppercase ? separator + letter.lowercased() : String(letter)
        }
    }
}
