// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTP
import HTTPTypes
import LossAPI
import LossFacts
import LossFunctions
import Testing

@Suite("The API description")
struct ContractTests {
    private let client = Client()

    @Test("is the file openapi.yaml; after a change run `make contract`")
    func file() throws {
        let difference = difference(try text("openapi.yaml"), Contract.yaml)
        #expect(difference == [])
    }

    @Test("is the same in YAML and in JSON")
    func formats() throws {
        // JSON is a subset of YAML, so one parser serves both.
        let fromYAML = try yaml(
            String(decoding: client.send(.get, "/openapi.yaml").body, as: UTF8.self)
        )
        let fromJSON = try yaml(
            String(decoding: client.send(.get, "/openapi.json").body, as: UTF8.self)
        )
        #expect(isSame(fromYAML, fromJSON, at: "#"))
    }

    private func isSame(_ one: Any, _ other: Any, at place: String) -> Bool {
        switch (one, other) {
        case (let one as [String: Any], let other as [String: Any]):
            return Set(one.keys) == Set(other.keys)
                && one.allSatisfy { key, value in
                    other[key].map { isSame(value, $0, at: "\(place)/\(key)") } ?? false
                }
        case (let one as [Any], let other as [Any]):
            return one.count == other.count
                && zip(one, other).allSatisfy { isSame($0, $1, at: place + "/") }
        case (let one as String, let other as String): return one == other
        case (is NSNull, is NSNull): return true
        default:
            let isSame = "\(one)" == "\(other)"
            if !isSame { Issue.record("\(place): \(one) and \(other)") }
            return isSame
        }
    }

    @Test("is valid OpenAPI 3.1 by openapi-spec-validator")
    func validity() throws {
        let environment = repository.appending(path: ".venv/bin/python3").path
        let isThere = FileManager.default.isExecutableFile(atPath: environment)
        let process = Process()
        process.executableURL = URL(filePath: isThere ? environment : "/usr/bin/env")
        process.arguments =
            (isThere ? [] : ["python3"])
            + ["-m", "openapi_spec_validator", repository.appending(path: "openapi.yaml").path]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let said = String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(),
            as: UTF8.self
        )
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(said)")
    }

    @Test("has a request schema with the options and defaults of each loss and penalty")
    func options() throws {
        let schemas = try #require(Contract.document["components"]?["schemas"])
        let entries =
            Catalogue.losses.map { $0.facts } + Catalogue.penalties.map { $0.facts }
        for facts in entries {
            let properties = try #require(schemas["\(facts.name)-request"]?["properties"])
            for parameter in facts.options {
                let schema = try #require(properties[parameter.name], "\(facts.name)")
                guard case .string(let description) = try #require(schema["description"]) else {
                    Issue.record("\(parameter.name) has no description")
                    continue
                }
                #expect(description.hasPrefix(parameter.summary))
                // A default of a oneOf is stated in words.
                #expect((schema["default"] == nil) == (schema["oneOf"] != nil))
            }
        }
        let paths = try #require(Contract.document["paths"])
        for facts in Catalogue.losses.map({ $0.facts }) {
            #expect(paths["/v1/losses/\(facts.name)"]?["post"] != nil)
        }
        for facts in Catalogue.penalties.map({ $0.facts }) {
            #expect(paths["/v1/penalties/\(facts.name)"]?["post"] != nil)
        }
    }

    private typealias Example = (path: String, name: String, value: Any, status: Int, type: String?)

    /// The example requests of the API description, accepted and refused, with their responses.
    private func exampleRequests() throws -> [Example] {
        let paths = try #require(yaml(Contract.yaml)["paths"] as? [String: [String: Any]])
        return try paths.flatMap { path, item -> [Example] in
            guard let post = item["post"] as? [String: Any] else { return [] }
            let body = try #require(post["requestBody"] as? [String: Any])
            let content = try #require(body["content"] as? [String: Any])
            let media = try #require(content["application/json"] as? [String: Any])
            let examples = try #require(media["examples"] as? [String: [String: Any]])
            let refused = try #require(media["x-refused"] as? [String: [String: Any]])
            return try examples.map { name, example in
                (path, name, try #require(example["value"]), 200, nil)
            }
                + refused.map { name, example in
                    (
                        path, name, try #require(example["value"]),
                        try #require(example["status"] as? Int),
                        try #require(example["type"] as? String)
                    )
                }
        }
    }

    private func send(_ path: String, _ value: Any) throws -> Response {
        let text = try JSONSerialization.data(withJSONObject: value, options: .fragmentsAllowed)
        return client.send(.post, path, String(decoding: text, as: UTF8.self))
    }

    @Test("has examples with the responses that they state")
    func examples() throws {
        let examples = try exampleRequests()
        #expect(examples.count > 60)
        for example in examples {
            let response = try send(example.path, example.value)
            let members = try client.json(response)
            let name = "\(example.path) \(example.name)"
            #expect(response.status.code == example.status, "\(name) \(members)")
            if let type = example.type {
                #expect(members["type"] as? String == type, "\(name)")
                #expect(response.fields[.contentType] == "application/problem+json")
            } else {
                #expect(members["gradient"] != nil || members["loss"] != nil)
                #expect(response.fields[.contentType] == "application/json")
            }
        }
    }

    @Test("accepts null for every optional field, as if it were omitted")
    func nulls() throws {
        let schemas = try #require(Contract.document["components"]?["schemas"])
        var count = 0
        for example in try exampleRequests() where example.status == 200 {
            guard var value = example.value as? [String: Any] else { continue }
            let entry = example.path.split(separator: "/").last ?? ""
            let schema = try #require(schemas["\(entry)-request"])
            guard case .object(let properties) = schema["properties"],
                case .array(let required) = schema["required"]
            else { continue }
            let plain = try send(example.path, value)
            for property in properties
            where !required.contains(.string(property.key)) && value[property.key] == nil {
                #expect("\(property.value)".contains("null"), "\(property.key)")
                value[property.key] = NSNull()
                count += 1
            }
            #expect(try send(example.path, value).body == plain.body, "\(example.path)")
        }
        #expect(count > 100)
    }

    @Test("has a path for every route, and each responds")
    func routes() throws {
        let paths = try #require(yaml(Contract.yaml)["paths"] as? [String: [String: Any]])
        for (path, item) in paths where item["get"] != nil {
            let concrete = path.replacing("{problem}", with: "out-of-range")
            let response = client.send(.get, concrete)
            #expect(response.status == .ok, "\(path)")
            #expect(!response.body.isEmpty)
        }
    }

    @Test("lists for probes no response that only tokens or codings cause")
    func probes() throws {
        let paths = try #require(Contract.document["paths"])
        let tokens = try Tokens(Array("sesame".utf8))
        let guarded = Client { $0.tokens = TokenList(tokens) }
        for path in ["/livez", "/healthz", "/readyz"] {
            let responses = try #require(paths[path]?["get"]?["responses"])
            for status in ["401", "406"] { #expect(responses[status] == nil, "\(path) \(status)") }
            let response = guarded.send(.get, path, fields: [.acceptEncoding: "*;q=0"])
            #expect(response.status == .ok)
        }
    }

    @Test("is fit for generators of clients: no recursion, no const, doubles, one style of IDs")
    func generators() throws {
        let schemas = try #require(Contract.document["components"]?["schemas"])
        guard case .object(let members) = schemas else {
            Issue.record("no schemas")
            return
        }
        let references = Dictionary(
            uniqueKeysWithValues: members.map { ($0.key, self.references($0.value)) }
        )
        func reaches(_ name: String, _ passed: Set<String>) -> Bool {
            passed.contains(name)
                || (references[name] ?? []).contains { reaches($0, passed.union([name])) }
        }
        for member in members {
            #expect(!reaches(member.key, []), "\(member.key) contains itself")
            for schema in schemasWithin(member.value) {
                #expect(schema["const"] == nil, "\(member.key)")
                #expect(schema["default"] == nil || schema["oneOf"] == nil, "\(member.key)")
                let isNumber = "\(schema["type"] ?? .null)".contains(#"string("number")"#)
                #expect(!isNumber || schema["format"] == "double", "\(member.key)")
            }
        }
        let paths = try #require(yaml(Contract.yaml)["paths"] as? [String: [String: Any]])
        for operation in paths.values.flatMap({ $0.values }) {
            let id = try #require((operation as? [String: Any])?["operationId"] as? String)
            #expect(id.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "_" }, "\(id)")
        }
    }

    /// The names of the schemas that a schema refers to.
    private func references(_ schema: JSONValue) -> [String] {
        schemasWithin(schema).compactMap { part in
            guard case .string(let reference) = part["$ref"] else { return nil }
            return reference.split(separator: "/").last.map(String.init)
        }
    }

    /// A value and all values within it.
    private func schemasWithin(_ value: JSONValue) -> [JSONValue] {
        switch value {
        case .object(let members): [value] + members.flatMap { schemasWithin($0.value) }
        case .array(let elements): elements.flatMap { schemasWithin($0) }
        default: []
        }
    }

    @Test("documents every kind of problem with its status")
    func problems() throws {
        let responses = try #require(Contract.document["components"]?["responses"])
        guard case .object(let members) = responses else {
            Issue.record("no responses")
            return
        }
        let documented = try members.flatMap { member -> [String] in
            let content = try #require(member.value["content"]?["application/problem+json"])
            guard case .object(let examples) = try #require(content["examples"]) else { return [] }
            return examples.map { $0.key }
        }
        #expect(Set(documented) == Set(ProblemKind.all.map { $0.slug }))
        #expect(documented.count == ProblemKind.all.count)
    }
}
