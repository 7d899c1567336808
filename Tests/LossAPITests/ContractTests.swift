// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTP
import HTTPTypes
import LossAPI
import LossFacts
import LossFunctions
import Requests
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
        let file = repository.appending(path: "openapi.yaml").path
        let (status, output) = try runPython(["-m", "openapi_spec_validator", file])
        #expect(status == 0, "\(output)")
    }

    @Test("has the fields of every loss and penalty in one request schema")
    func fields() throws {
        let schemas = try #require(Contract.document["components"]?["schemas"])
        for (list, name) in [(Catalogue.losses, "loss"), (Catalogue.penalties, "penalty")] {
            let schema = try #require(schemas["\(name)-request"])
            let properties = try #require(schema["properties"])
            let all = list.flatMap { $0.facts.options }
            for facts in list.map({ $0.facts }) {
                for field in RequestField.all(of: facts) {
                    let types = Set(
                        all.filter { $0.name == field }.map { "\($0.kind)".prefix { $0 != "(" } }
                    )
                    #expect(properties[field] != nil || types.count > 1, "\(field)")
                }
                for option in facts.options
                where all.filter({ $0.name == option.name }).allSatisfy({ $0 == option }) {
                    guard case .string(let text) = properties[option.name]?["description"] else {
                        Issue.record("\(option.name) has no description")
                        continue
                    }
                    #expect(text.hasPrefix(option.summary))
                }
            }
            // Generated clients would send defaults and null to losses that do not have the option.
            for part in schemasWithin(schema) {
                #expect(part["default"] == nil && !"\(part["type"] ?? .null)".contains("\"null\""))
            }
        }
    }

    @Test("accepts the numbers of every loss in an option that is a list in some of them")
    func sharedOptions() throws {
        // In binary_focal at most 1 or a list, in symmetric_cross_entropy any number from 0 on.
        let schema = try #require(Contract.document["components"]?["schemas"]?["alpha"])
        guard case .array(let types)? = schema["oneOf"] else {
            Issue.record("no alternatives")
            return
        }
        #expect(types.map { $0["type"] } == ["number", "array"])
        #expect(types[0]["maximum"] == nil && types[1]["items"]?["maximum"] == nil)
    }

    @Test("has a path for every route, and each responds")
    func routes() throws {
        let paths = try #require(yaml(Contract.yaml)["paths"] as? [String: [String: Any]])
        for (path, item) in paths where item["get"] != nil {
            let concrete = path.replacing("{problem}", with: "out-of-range")
                .replacing("{loss}", with: "mse").replacing("{penalty}", with: "lasso")
                .replacing("{model}", with: "huber")
            let response = client.send(.get, concrete)
            #expect(response.status == .ok, "\(path)")
            #expect(!response.body.isEmpty)
        }
    }

    @Test("lists no response for probes that only tokens or codings cause")
    func probes() throws {
        let paths = try #require(Contract.document["paths"])
        let tokens = try Tokens(Array("sesame".utf8))
        let guarded = Client { $0.tokens = TokenList(tokens) }
        for path in [
            "/livez", "/healthz", "/readyz", "/v2/health/live", "/v2/health/ready",
        ] {
            let responses = try #require(paths[path]?["get"]?["responses"])
            for status in ["401", "406"] { #expect(responses[status] == nil, "\(path) \(status)") }
            let response = guarded.send(.get, path, fields: [.acceptEncoding: "*;q=0"])
            #expect(response.status == .ok)
        }
    }

    @Test("is suitable for client generators: no recursion, no const, doubles, one style of IDs")
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
            // Those of the Open Inference Protocol have another type.
            guard member.key != "inference" else { return [] }
            let content = try #require(member.value["content"]?["application/problem+json"])
            guard case .object(let examples) = try #require(content["examples"]) else { return [] }
            return examples.map { $0.key }
        }
        #expect(Set(documented) == Set(ProblemKind.all.map { $0.slug }))
        #expect(documented.count == ProblemKind.all.count)
    }
}
