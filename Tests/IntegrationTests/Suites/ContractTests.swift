// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("The contract, openapi.yaml") struct ContractTests {
    /// No contract, no operations: the test of their number fails then.
    static let contract = try? Contract.current
    static let operations = contract?.operations ?? []

    @Test("has operations, each with an id of its own")
    func ids() throws {
        let operations = try Contract.current.operations
        let ids = operations.compactMap { $0.id }
        #expect(!operations.isEmpty)
        #expect(ids.count == operations.count)
        #expect(Set(ids).count == ids.count)
    }

    @Test("is what the service serves as YAML, byte for byte")
    func yaml() throws {
        let answer = try ServerProcess.shared.client().ask(.get("/openapi.yaml"))
        #expect(answer.status == 200)
        #expect(answer.contentType == "application/yaml")
        let difference = try Repository.difference(of: answer.body, from: "openapi.yaml")
        #expect(difference == [])
    }

    @Test("is the same document as the one served as JSON")
    func json() throws {
        let answer = try ServerProcess.shared.client().ask(.get("/openapi.json"))
        let isSame = try answer.json() == Contract.current.document
        #expect(isSame)
    }

    @Test("names every loss and penalty of the catalogue, and no others")
    func catalogue() throws {
        let client = try ServerProcess.shared.client()
        for kind in ["losses", "penalties"] {
            let list = try client.ask(.get("/v1/\(kind)")).json()
            let served = (list[kind]?.array ?? []).compactMap { $0["href"]?.string }
            let documented = try Contract.current.operations.filter { $0.method == "POST" }
                .map { $0.path }.filter { $0.hasPrefix("/v1/\(kind)/") }
            #expect(!served.isEmpty)
            #expect(served.sorted() == documented.sorted())
        }
    }

    @Test("gets what it promises for every example of every operation", arguments: operations)
    func examples(operation: Contract.Operation) throws {
        let contract = try Contract.current
        let client = try ServerProcess.shared.client()
        let examples = contract.examples(of: operation)
        #expect(!examples.isEmpty, "the contract has no example that calls this operation")
        let documented = operation.description["requestBody"]?["content"]?["application/json"]
        #expect(examples.count == documented?["examples"]?.object?.count ?? 1)

        for example in examples {
            let answer = try client.ask(example.question)
            let context = Comment(rawValue: "\(example.name): \(answer.text.prefix(500))")
            #expect(answer.status == example.status, context)
            let content = contract.content(of: operation, status: answer.status)
            let mediaType = answer.contentType?.split(separator: ";").first.map(String.init) ?? ""
            let rules = try #require(content[mediaType]?["schema"], context)
            if let type = example.type {
                let problem = try answer.expectProblem(
                    example.status,
                    String(type.dropFirst("/problems/".count))
                )
                try expectExplained(problem, by: client)
            }
            if mediaType.hasSuffix("json") {
                let faults = try Schema(contract: contract, rules: rules).faults(of: answer.json())
                #expect(faults.isEmpty, context)
            }
        }
    }

    @Test("takes every example of a good question for one", arguments: operations)
    func requests(operation: Contract.Operation) throws {
        let contract = try Contract.current
        let content = operation.description["requestBody"]?["content"]?["application/json"]
        guard let content, let rules = content["schema"] else { return }
        let schema = Schema(contract: contract, rules: rules)
        for (name, example) in content["examples"]?.object ?? [:]
        where example["x-response"]?["status"] == 200 {
            let faults = schema.faults(of: example["value"] ?? .null)
            #expect(faults.isEmpty, "\(name)")
        }
    }

    @Test("explains every kind of problem at its type")
    func problems() throws {
        let client = try ServerProcess.shared.client()
        let kinds = try client.ask(.get("/problems")).json()["problems"]?.array ?? []
        #expect(!kinds.isEmpty)
        for kind in kinds {
            let type = try #require(kind["type"]?.string)
            #expect(try client.ask(.get(type)).json() == kind)
        }
    }

    /// A problem's type is a path where the same problem is explained.
    private func expectExplained(_ problem: JSON, by client: CurlClient) throws {
        let type = try #require(problem["type"]?.string)
        let answer = try client.ask(.get(type))
        #expect(answer.status == 200)
        let explanation = try answer.json()
        #expect(explanation["title"] == problem["title"])
        #expect(explanation["status"] == problem["status"])
    }
}
