// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTP
import HTTPTypes
import LossAPI
import LossFacts
import LossFunctions
import Requests
import Testing

@Suite("The documents of a loss")
struct CatalogueDocumentTests {
    private let client = Client()

    private static let entries =
        Catalogue.losses.map { (facts: $0.facts, list: "losses") }
        + Catalogue.penalties.map { (facts: $0.facts, list: "penalties") }

    private struct Sample {
        let name: String
        let request: [String: Any]
        let response: [String: Any]
    }

    private func examples(_ path: String) throws -> [Sample] {
        let document = try client.json(client.send(.get, path + "/examples"))
        return try #require(document["examples"] as? [[String: Any]]).map { example in
            Sample(
                name: try #require(example["name"] as? String),
                request: try #require(example["request"] as? [String: Any]),
                response: try #require(example["response"] as? [String: Any])
            )
        }
    }

    private func send(_ path: String, _ body: Any) throws -> Response {
        let text = try JSONSerialization.data(withJSONObject: body)
        return client.send(.post, path, String(decoding: text, as: UTF8.self))
    }

    @Test("contain examples with the responses that the service gives")
    func examples() throws {
        var count = 0
        for entry in Self.entries {
            let path = "/v1/\(entry.list)/\(entry.facts.name)"
            let examples = try examples(path)
            #expect(Set(examples.map { $0.name }).count == examples.count)
            for example in examples {
                let response = try send(path, example.request)
                #expect(response.status == .ok, "\(path) \(example.name)")
                let result = try client.json(response) as NSDictionary
                #expect(result == example.response as NSDictionary, "\(path) \(example.name)")
                count += 1
            }
        }
        #expect(count > 30)
    }

    @Test("list the losses with the conventions of a library, and the best constant predictions")
    func lists() throws {
        func names(_ query: String) throws -> [String] {
            let document = try client.json(client.send(.get, "/v1/losses\(query)"))
            return try #require(document["losses"] as? [[String: Any]]).compactMap {
                $0["name"] as? String
            }
        }
        let expected = Catalogue.losses.map { $0.facts }.filter { facts in
            facts.conventions.contains { $0.name == "pytorch" }
        }
        #expect(try names("?convention=pytorch") == expected.map { $0.name })
        #expect(try names("?convention=pytorch,tinker").count > expected.count)
        let unknown = client.send(.get, "/v1/losses?convention=torch")
        #expect(try client.detail(unknown).contains(#""pytorch""#))
        let all = try client.json(client.send(.get, "/v1/losses"))
        for entry in try #require(all["losses"] as? [[String: Any]]) {
            let name = try #require(entry["name"] as? String)
            let own = try client.json(client.send(.get, "/v1/losses/\(name)"))
            #expect(entry["minimizer"] as? NSDictionary == own["minimizer"] as? NSDictionary)
        }
    }

    @Test("state links of losses that give means, and of no others")
    func links() throws {
        for facts in Catalogue.losses.map({ $0.facts }) {
            let own = try client.json(client.send(.get, "/v1/losses/\(facts.name)"))
            let outputs = try #require(own["outputs"] as? [String])
            let links = (own["minimizer"] as? [String: Any])?["links"] as? [[String: Any]]
            #expect((links != nil) == outputs.contains("link"), "\(facts.name)")
            for link in links ?? [] where link["link"] as? String == "signed" {
                // A probability, however large the prediction is.
                #expect(link["mean"] as? String == "min(max((1 + p) / 2, 0), 1)")
            }
        }
        let page = try text("docs/losses.md")
        #expect(page.contains("the mean of the targets (its logarithm)"))
        #expect(!page.contains("its softmax") && !page.contains("its signed"))
    }

    @Test("say what the averages of trainers of policies are, and the reduction accepts it")
    func trainers() throws {
        for facts in Catalogue.losses.map({ $0.facts }) where facts.family == .policy {
            for note in facts.notes {
                #expect(!note.contains(#"reduction "sum" and a normalizer"#))
            }
        }
        let body = #"{"logprobs":[-1],"advantages":[1],"reduction":"mean","normalizer":4}"#
        #expect(client.send(.post, "/v1/losses/reinforce", body).status == .ok)
    }

    @Test("contain a JSON Schema that accepts the examples and rejects refused requests")
    func schemas() throws {
        var cases: [[String: Any]] = []
        for entry in Self.entries {
            let path = "/v1/\(entry.list)/\(entry.facts.name)"
            let response = client.send(.get, path + "/schema")
            #expect(response.fields[.contentType] == "application/schema+json")
            let valid = try examples(path)
            let first = try #require(valid.first?.request)
            var invalid: [Any] = []
            for refused in RefusedRequest.all(of: entry.facts, from: first) {
                let body = refused.body
                let problem = try client.json(send(path, body))
                let type = ProblemKind.service(refused.problem).type
                #expect(problem["type"] as? String == type, "\(path) \(refused.name): \(problem)")
                if refused.isRefusedBySchema { invalid.append(body) }
            }
            cases.append([
                "schema": try client.json(response), "valid": valid.map { $0.request },
                "invalid": invalid,
            ])
        }
        let (status, output) = try runPython(
            ["-c", Self.validation],
            input: JSONSerialization.data(withJSONObject: cases)
        )
        #expect(status == 0, "\(output)")
    }

    /// Validates by an implementation of JSON Schema that is independent of this project.
    private static let validation = """
        import json, sys
        from jsonschema import Draft202012Validator as Validator
        for case in json.load(sys.stdin):
            Validator.check_schema(case["schema"])
            validator = Validator(case["schema"])
            for request in case["valid"]:
                validator.validate(request)
            for request in case["invalid"]:
                assert not validator.is_valid(request), (case["schema"]["title"], request)
        """

    @Test("contain a JSON Schema with the fields, ranges and defaults of the loss, and no others")
    func fields() throws {
        for entry in Self.entries {
            let path = "/v1/\(entry.list)/\(entry.facts.name)"
            let schema = try client.json(client.send(.get, path + "/schema"))
            #expect(schema["$id"] as? String == path + "/schema")
            #expect(schema["additionalProperties"] as? Bool == false)
            let required = entry.facts.signature.inputs.filter { !$0.isOptional }.map { $0.name }
            #expect(schema["required"] as? [String] == required)
            let properties = try #require(schema["properties"] as? [String: [String: Any]])
            #expect(Set(properties.keys) == Set(RequestField.all(of: entry.facts)))
            for option in entry.facts.options {
                let property = try #require(properties[option.name])
                #expect(property["description"] as? String == option.summary)
                #expect(property.keys.contains("default"))
                guard case .number(let value, let range) = option.kind else { continue }
                #expect(property["default"] as? Double == value)
                let lower = property["minimum"] ?? property["exclusiveMinimum"]
                #expect(lower as? Double == (range.lower.isFinite ? range.lower : nil))
                let upper = property["maximum"] ?? property["exclusiveMaximum"]
                #expect(upper as? Double == (range.upper.isFinite ? range.upper : nil))
            }
        }
    }

    @Test("state in the schema that null omits any field but an input, as in the service")
    func nulls() throws {
        var count = 0
        for entry in Self.entries {
            let path = "/v1/\(entry.list)/\(entry.facts.name)"
            let schema = try client.json(client.send(.get, path + "/schema"))
            let properties = try #require(schema["properties"] as? [String: Any])
            let required = try #require(schema["required"] as? [String])
            for example in try examples(path) {
                var request = example.request
                for (name, property) in properties
                where !required.contains(name) && request[name] == nil {
                    #expect("\(property)".contains("null"), "\(name)")
                    request[name] = NSNull()
                    count += 1
                }
                let plain = try send(path, example.request)
                #expect(try send(path, request).body == plain.body, "\(path) \(example.name)")
            }
        }
        #expect(count > 100)
    }

    @Test("have the same schema and examples under an alias")
    func aliases() {
        for document in ["schema", "examples"] {
            let plain = client.send(.get, "/v1/losses/binary_cross_entropy/\(document)")
            let alias = client.send(.get, "/v1/losses/BCEWithLogitsLoss/\(document)")
            #expect(plain.status == .ok && plain.body == alias.body)
            let options = client.send(.options, "/v1/losses/mse/\(document)")
            #expect(options.fields[.allow] == "GET, HEAD, OPTIONS")
            #expect(client.send(.post, "/v1/losses/mse/\(document)").status == .methodNotAllowed)
            #expect(client.send(.get, "/v1/losses/nothing/\(document)").status == .notFound)
            #expect(client.send(.get, "/v1/losses/mse/\(document)s").status == .notFound)
        }
    }

    @Test("are the stated examples of a loss, if it has any, rather than derived ones")
    func stated() throws {
        let inputs = ["predictions": Tensor(7), "targets": Tensor(8)]
        let facts = Facts(
            name: "stated",
            aliases: [],
            family: .regression,
            summary: "",
            formula: .init(plain: "", gradient: "", tex: ""),
            options: [],
            signature: .realPair,
            kinks: [],
            properties: [],
            notes: [],
            references: [],
            examples: [Example(inputs)]
        )
        #expect(facts.examples == [Example(inputs)])
    }

    private func list(_ path: String, _ query: String) -> Response {
        let target = RequestTarget.resource(path: path, query: query)
        return client.responder.response(to: RequestHead(method: .get, target: target))
    }

    @Test("are listed by family, property and unit")
    func filter() throws {
        let filters: [(String, (Facts) -> Bool)] = [
            ("family=binary", { $0.family == .binary }),
            ("family=binary,multiclass", { [.binary, .multiclass].contains($0.family) }),
            ("unit=row", { $0.signature.unit == .row }),
            (
                "property=convex,twice_differentiable&unit=element",
                {
                    $0.properties.contains(.convex) && $0.properties.contains(.twiceDifferentiable)
                        && $0.signature.unit == .element
                }
            ),
            ("property=strictly%5Fconvex", { $0.properties.contains(.strictlyConvex) }),
            (
                "task=regression&convex=true",
                { $0.family == .regression && $0.properties.contains(.convex) }
            ),
            (
                "property=convex&convex=true&lipschitz=false",
                { $0.properties.contains(.convex) && !$0.properties.contains(.lipschitz) }
            ),
            (
                "strictly_proper_scoring_rule=true&task=binary,multiclass&unit=row",
                {
                    $0.properties.contains(.properScoring) && $0.signature.unit == .row
                        && [.binary, .multiclass].contains($0.family)
                }
            ),
            ("", { _ in true }),
        ]
        for (query, accepts) in filters {
            let document = try client.json(list("/v1/losses", query))
            let names = try #require(document["losses"] as? [[String: Any]])
                .compactMap { $0["name"] as? String }
            let expected = Catalogue.losses.map { $0.facts }.filter(accepts).map { $0.name }
            #expect(names == expected && !names.isEmpty, "\(query)")
        }
        let penalties = try client.json(list("/v1/penalties", "family=regularization"))
        #expect((penalties["penalties"] as? [Any])?.count == Catalogue.penalties.count)
    }

    @Test(
        "are found by a name, also behind that of a library, with advice if no entry has it",
        arguments: [
            ("mse-loss", ["squared_error"], nil),
            ("reg:squarederror", ["half_squared_error"], nil),
            ("hubr", ["huber"], "Did you mean \"huber\"?"),
            ("nn.MSELoss", ["squared_error"], "Did you mean \"squared_error\"?"),
            ("torch::nn::MSELoss", ["squared_error"], "Did you mean \"squared_error\"?"),
            ("F.cross_entropy", ["categorical_cross_entropy"], "\"convention\": \"pytorch\""),
            ("tf.keras.losses.Huber", ["huber"], "Did you mean \"huber\"?"),
            ("grpo", ["ppo", "policy_kl"], "Use ppo with"),
            ("trl.grpo_loss", ["ppo", "policy_kl"], "Use ppo with"),
            ("lasso", [], "Did you mean /v1/penalties/l1?"),
            ("something else", [], "Unknown loss \"something else\"."),
            ("torch.", [], "Unknown loss \"torch.\"."),
        ] as [(String, [String], String?)]
    )
    func search(name: String, expected: [String], hint: String?) throws {
        let query = "name=" + name.replacing(" ", with: "+")
        let document = try client.json(list("/v1/losses", query))
        let names = try #require(document["losses"] as? [[String: Any]])
            .compactMap { $0["name"] as? String }
        #expect(names == expected)
        let own = document["hint"] as? String
        #expect(hint.map { own?.contains($0) == true } ?? (own == nil), "\(own ?? "none")")
        let both = try client.json(list("/v1/losses", query + "&family=regression,multiclass"))
        let families = expected.compactMap { Catalogue.loss(named: $0)?.facts.family }
        let kept = families.filter { $0 == .regression || $0 == .multiclass }
        #expect((both["losses"] as? [Any])?.count == kept.count)
    }

    @Test("are not filtered by unknown facts")
    func unknownFilter() throws {
        for (query, slug) in [
            ("kind=binary", "unknown-field"), ("family=binaries", "not-allowed"),
            ("task=binaries", "not-allowed"), ("task=binary&family=binary", "conflicting-options"),
            ("family=binary&task=regression", "conflicting-options"),
            ("convex=yes", "not-allowed"), ("convex=", "not-allowed"),
            ("smooth=true", "unknown-field"), ("strictly convex=true", "unknown-field"),
            ("property=convex&convex=false", "conflicting-options"),
            ("convex=false&property=symmetric,convex", "conflicting-options"),
            ("property=strictly convex", "not-allowed"), ("unit=", "not-allowed"),
            ("unit", "not-allowed"), ("unit=row&unit=row", "conflicting-options"),
        ] {
            let response = list("/v1/losses", query)
            #expect(response.status == .unprocessableContent, "\(query)")
            let problem = try client.json(response)
            #expect(problem["type"] as? String == "/problems/\(slug)", "\(query)")
            #expect(problem["pointer"] == nil)
        }
        let problem = try client.json(list("/v1/losses", "property=cnvex"))
        #expect((problem["detail"] as? String)?.contains("Did you mean \"convex\"?") == true)
        for (query, detail) in [
            ("convx=true", "Unknown field \"convx\". Did you mean \"convex\"?"),
            ("convex=1", "convex is \"1\", but must be \"true\" or \"false\"."),
            (
                "task=binary&family=binary",
                "\"family\" and \"task\" are names of the same field of the query: give one of them."
            ),
            (
                "property=convex&convex=false",
                "The query requires the property \"convex\" and excludes it: omit one of these conditions."
            ),
        ] {
            let problem = try client.json(list("/v1/losses", query))
            #expect((problem["detail"] as? String)?.hasPrefix(detail) == true, "\(problem)")
        }
    }
}
