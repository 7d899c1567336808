// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("The API description, openapi.yaml") struct ContractTests {
    /// The operations; empty if the file is invalid, which the test of their number reports.
    static let contract = try? Contract.current
    static let operations = contract?.operations ?? []

    @Test("has operations with unique IDs")
    func ids() throws {
        let operations = try Contract.current.operations
        let ids = operations.compactMap { $0.id }
        #expect(!operations.isEmpty)
        #expect(ids.count == operations.count)
        #expect(Set(ids).count == ids.count)
    }

    @Test("equals the document served as YAML, byte for byte")
    func yaml() throws {
        let response = try ServerProcess.shared.client().send(.get("/openapi.yaml"))
        #expect(response.status == 200)
        #expect(response.contentType == "application/yaml")
        let difference = try Repository.difference(of: response.body, from: "openapi.yaml")
        #expect(difference == [])
    }

    @Test("equals the document served as JSON")
    func json() throws {
        let response = try ServerProcess.shared.client().send(.get("/openapi.json"))
        let isSame = try response.json() == Contract.current.document
        #expect(isSame)
    }

    @Test(
        "describes requests and results of every loss and penalty",
        arguments: ["losses", "penalties"]
    )
    func catalogue(kind: String) throws {
        let client = try ServerProcess.shared.client()
        let contract = try Contract.current
        let schemas = try #require(contract.document["components"]?["schemas"])
        let request = kind == "losses" ? "loss-request" : "penalty-request"
        let rules = try #require(schemas[request])
        let result = Schema(contract: contract, rules: try #require(schemas["result"]))
        for entry in try client.send(.get("/v1/\(kind)")).json()[kind]?.array ?? [] {
            let path = try #require(entry["href"]?.string)
            let examples = try client.send(.get(path + "/examples")).json()["examples"]?.array ?? []
            #expect(!examples.isEmpty)
            for example in examples {
                let body = try #require(example["request"])
                let violations = Schema(contract: contract, rules: rules).violations(of: body)
                #expect(violations.isEmpty, "\(path)")
                let response = try client.send(.post(path, body.text))
                #expect(response.status == 200)
                #expect(try response.json() == example["response"])
                #expect(try result.violations(of: response.json()).isEmpty)
            }
        }
    }

    @Test("accepts missing values, and results without them")
    func missing() throws {
        let contract = try Contract.current
        let schemas = try #require(contract.document["components"]?["schemas"])
        let body: JSON = .object([
            "predictions": .array([.number(1), .null]),
            "targets": .array([.number(0), .number(0)]),
            "missing": .string("skip"), "outputs": .array([.string("loss"), .string("elements")]),
        ])
        let response = try ServerProcess.shared.client().send(.post("/v1/losses/huber", body.text))
        #expect(response.status == 200)
        let elements = try response.json()["elements"]
        #expect(elements == .array([.number(0.5), .null]))
        for (name, value) in [("loss-request", body), ("result", try response.json())] {
            let schema = Schema(contract: contract, rules: try #require(schemas[name]))
            #expect(schema.violations(of: value) == [], "\(name)")
        }
    }

    @Test("states the response to every example of every operation", arguments: operations)
    func examples(operation: Contract.Operation) throws {
        let contract = try Contract.current
        let client = try ServerProcess.shared.client()
        let examples = contract.examples(of: operation)
        #expect(!examples.isEmpty, "the contract has no example that calls this operation")
        let documented = operation.description["requestBody"]?["content"]?["application/json"]
        #expect(examples.count == documented?["examples"]?.object?.count ?? 1)

        for example in examples {
            let response = try client.send(example.request)
            let context = Comment(rawValue: "\(example.name): \(response.text.prefix(500))")
            #expect(response.status == 200, context)
            let content = contract.content(of: operation, status: response.status)
            let mediaType = response.contentType?.split(separator: ";").first.map(String.init) ?? ""
            let rules = try #require(content[mediaType]?["schema"], context)
            if mediaType.hasSuffix("json") {
                let violations = try Schema(contract: contract, rules: rules).violations(
                    of: response.json()
                )
                #expect(violations.isEmpty, context)
            }
        }
    }

    @Test("has examples and defaults that conform to their schemas")
    func samples() throws {
        let samples = try Contract.current.samples
        #expect(samples.count > 60)
        for sample in samples {
            let violations = sample.schema.violations(of: sample.value)
            #expect(violations.isEmpty, "\(sample.place)")
        }
    }

    @Test("has a problem for a wrong field, which has an explanation")
    func refusal() throws {
        let client = try ServerProcess.shared.client()
        let body = #"{"predictions":[1],"targets":[0],"delta":0}"#
        let response = try client.send(.post("/v1/losses/huber", body))
        try expectExplained(try response.expectProblem(422, "out-of-range"), by: client)
    }

    @Test("has an explanation at the type of every kind of problem")
    func problems() throws {
        let client = try ServerProcess.shared.client()
        let kinds = try client.send(.get("/problems")).json()["problems"]?.array ?? []
        #expect(!kinds.isEmpty)
        for kind in kinds {
            let type = try #require(kind["type"]?.string)
            #expect(try client.send(.get(type)).json() == kind)
        }
    }

    /// Expects the explanation of a problem at the path of its type.
    private func expectExplained(_ problem: JSON, by client: CurlClient) throws {
        let type = try #require(problem["type"]?.string)
        let response = try client.send(.get(type))
        #expect(response.status == 200)
        let explanation = try response.json()
        #expect(explanation["title"] == problem["title"])
        #expect(explanation["status"] == problem["status"])
    }
}
