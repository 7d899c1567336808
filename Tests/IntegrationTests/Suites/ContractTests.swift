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

    @Test("names every loss and penalty of the catalogue, and no others")
    func catalogue() throws {
        let client = try ServerProcess.shared.client()
        for kind in ["losses", "penalties"] {
            let list = try client.send(.get("/v1/\(kind)")).json()
            let served = (list[kind]?.array ?? []).compactMap { $0["href"]?.string }
            let documented = try Contract.current.operations.filter { $0.method == "POST" }
                .map { $0.path }.filter { $0.hasPrefix("/v1/\(kind)/") }
            #expect(!served.isEmpty)
            #expect(served.sorted() == documented.sorted())
        }
    }

    @Test("states the response to every example of every operation", arguments: operations)
    func examples(operation: Contract.Operation) throws {
        let contract = try Contract.current
        let client = try ServerProcess.shared.client()
        let examples = contract.examples(of: operation)
        #expect(!examples.isEmpty, "the contract has no example that calls this operation")
        let documented = operation.description["requestBody"]?["content"]?["application/json"]
        let count = ["examples", "x-refused"].reduce(0) { count, list in
            count + (documented?[list]?.object?.count ?? 0)
        }
        #expect(examples.count == (documented == nil ? 1 : count))

        for example in examples {
            let response = try client.send(example.request)
            let context = Comment(rawValue: "\(example.name): \(response.text.prefix(500))")
            #expect(response.status == example.status, context)
            let content = contract.content(of: operation, status: response.status)
            let mediaType = response.contentType?.split(separator: ";").first.map(String.init) ?? ""
            let rules = try #require(content[mediaType]?["schema"], context)
            if let type = example.type {
                let problem = try response.expectProblem(
                    example.status,
                    String(type.dropFirst("/problems/".count))
                )
                try expectExplained(problem, by: client)
            }
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
        #expect(samples.count > 120)
        for sample in samples {
            let violations = sample.schema.violations(of: sample.value)
            #expect(violations.isEmpty, "\(sample.place)")
        }
    }

    @Test("has a schema that refuses requests with wrong fields or numbers", arguments: operations)
    func refusals(operation: Contract.Operation) throws {
        let contract = try Contract.current
        let content = operation.description["requestBody"]?["content"]?["application/json"]
        guard let content, let rules = content["schema"] else { return }
        let schema = Schema(contract: contract, rules: rules)
        // Shapes and domains depend on several fields, which a schema cannot compare.
        let beyond = ["wrong-shape", "outside-domain"]
        for (name, example) in content["x-refused"]?.object ?? [:] where !beyond.contains(name) {
            let violations = schema.violations(of: example["value"] ?? .null)
            #expect(!violations.isEmpty, "\(name)")
        }
    }

    @Test("accepts the aliases of penalties in regularization, as the service does")
    func aliases() throws {
        let client = try ServerProcess.shared.client()
        let contract = try Contract.current
        let rules = try #require(contract.document["components"]?["schemas"]?["huber-request"])
        let schema = Schema(contract: contract, rules: rules)
        let list = try client.send(.get("/v1/penalties")).json()["penalties"]?.array ?? []
        let names = list.flatMap { entry in
            [entry["name"]] + (entry["aliases"]?.array ?? []).map { Optional($0) }
        }.compactMap { $0?.string }
        #expect(names.count > 6)
        for name in names {
            let request: JSON = .object([
                "predictions": .number(1), "targets": .number(0),
                "regularization": .array([
                    .object(["penalty": .string(name), "parameters": .number(2)])
                ]),
            ])
            #expect(schema.violations(of: request).isEmpty, "\(name)")
            let response = try client.send(.post("/v1/losses/huber", request.text))
            #expect(response.status == 200, "\(name): \(response.text)")
        }
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
