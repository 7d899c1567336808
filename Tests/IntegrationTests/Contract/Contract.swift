// SPDX-License-Identifier: Apache-2.0

import Testing
import Yams

/// The API description in openapi.yaml, parsed by an independent YAML parser.
struct Contract: Sendable {
    /// An operation: a path and a method.
    struct Operation: Sendable, CustomTestStringConvertible {
        let method: String
        let path: String
        let description: JSON

        var testDescription: String { "\(method) \(path)" }
        var id: String? { description["operationId"]?.string }
    }

    /// An example request, which gets status 200.
    struct Example: Sendable {
        let name: String
        let request: Request
    }

    let document: JSON

    static var current: Contract { get throws { try reading.get() } }

    private static let reading = Result {
        let text = String(decoding: try Repository.bytes("openapi.yaml"), as: UTF8.self)
        guard let node = try Yams.compose(yaml: text) else { throw Unreadable() }
        return Contract(document: try JSON(node))
    }

    struct Unreadable: Error {}

    var operations: [Operation] {
        let paths = document["paths"]?.object ?? [:]
        return paths.sorted { $0.key < $1.key }.flatMap { path, item in
            (item.object ?? [:]).sorted { $0.key < $1.key }.map { method, description in
                Operation(method: method.uppercased(), path: path, description: description)
            }
        }
    }

    /// The example requests of an operation; empty if it cannot be tested.
    func examples(of operation: Operation) -> [Example] {
        guard let path = path(of: operation) else { return [] }
        guard let content = operation.description["requestBody"]?["content"]?["application/json"]
        else {
            let request = Request(operation.method, path)
            return [Example(name: "plain", request: request)]
        }
        return (content["examples"]?.object ?? [:]).sorted { $0.key < $1.key }
            .compactMap { name, example in
                example["value"].map { Example(name: name, request: .post(path, $0.text)) }
            }
    }

    /// A value in the description that must conform to a schema next to it.
    struct Sample {
        let place: String
        let value: JSON
        let schema: Schema
    }

    /// All examples and default values, with their schemas.
    var samples: [Sample] { samples(in: document, at: "#") }

    private func samples(in value: JSON, at place: String) -> [Sample] {
        if let elements = value.array {
            return elements.enumerated().flatMap { samples(in: $1, at: "\(place)/\($0)") }
        }
        let rules = Schema(contract: self, rules: value["schema"] ?? value)
        return (value.object ?? [:]).sorted { $0.key < $1.key }.flatMap { key, member in
            let place = "\(place)/\(key)"
            switch key {
            case "example",
                "default" where !place.contains("/responses/"):
                return [Sample(place: place, value: member, schema: rules)]
            case "examples":
                return (member.object ?? [:]).map { name, example in
                    Sample(
                        place: "\(place)/\(name)",
                        value: example["value"] ?? .null,
                        schema: rules
                    )
                }
            // Its keys are names, not keywords.
            case "properties":
                return (member.object ?? [:]).flatMap { samples(in: $1, at: "\(place)/\($0)") }
            default: return samples(in: member, at: place)
            }
        }
    }

    /// The content of a response by media type.
    func content(of operation: Operation, status: Int) -> [String: JSON] {
        let responses = operation.description["responses"]
        let response = responses?["\(status)"] ?? responses?["default"]
        return response.map { resolve($0) }?["content"]?.object ?? [:]
    }

    /// Resolves a reference.
    func resolve(_ value: JSON) -> JSON {
        guard let reference = value["$ref"]?.string, reference.hasPrefix("#/") else { return value }
        let target = reference.dropFirst(2).split(separator: "/").reduce(document) { value, name in
            value[String(name)] ?? .null
        }
        return resolve(target)
    }

    /// The path with the examples of its parameters inserted.
    private func path(of operation: Operation) -> String? {
        let parameters = operation.description["parameters"]?.array ?? []
        let path = parameters.map { resolve($0) }.reduce(operation.path) { path, parameter in
            guard let name = parameter["name"]?.string, let value = parameter["example"]?.string
            else { return path }
            return path.split(separator: "{\(name)}", omittingEmptySubsequences: false)
                .joined(separator: value)
        }
        return path.contains("{") ? nil : path
    }
}

extension JSON {
    /// Parses a YAML document with string keys and JSON's types only.
    fileprivate init(_ node: Node) throws {
        switch node {
        case .mapping(let mapping):
            var members: [String: JSON] = [:]
            for (key, value) in mapping {
                guard let name = key.scalar?.string, members[name] == nil else {
                    throw Contract.Unreadable()
                }
                members[name] = try JSON(value)
            }
            self = .object(members)
        case .sequence(let sequence):
            self = .array(try sequence.map { try JSON($0) })
        case .scalar(let scalar):
            if scalar.style == .plain, let number = node.float {
                self = .number(number)
            } else if scalar.style == .plain, let boolean = node.bool {
                self = .boolean(boolean)
            } else if scalar.style == .plain, node.null != nil {
                self = .null
            } else {
                self = .string(scalar.string)
            }
        case .alias:
            throw Contract.Unreadable()
        }
    }
}
