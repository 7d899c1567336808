// SPDX-License-Identifier: Apache-2.0

import HTTP
import LossFacts
import LossFunctions

/// A request to a loss or penalty that gets status 200.
struct ExampleRequest {
    let name: String
    let summary: String
    let body: JSONValue

    private init(_ name: String, _ summary: String, _ body: JSONValue) {
        self.name = name
        self.summary = summary
        self.body = body
    }

    /// The examples of a loss: one for each set of options that its domains distinguish, one with
    /// every output, and one without a reduction.
    static func all(of facts: Facts) -> [ExampleRequest] {
        let examples = facts.examples
        let typical = examples.map { example in
            let options = JSONValue(example.options)
            let words = example.options.sorted { $0.key < $1.key }
                .map { (name: $0.key, value: JSONValue($0.value).word) }
            return ExampleRequest(
                words.isEmpty
                    ? "default"
                    : words.map { "\($0.name)_\($0.value)" }.joined(separator: "_"),
                words.isEmpty
                    ? "Loss and gradient"
                    : "With " + words.map { "\($0.name) = \($0.value)" }.joined(separator: ", "),
                inputs(of: example, facts) + options
            )
        }
        guard let example = examples.first else { return typical }
        let plain = inputs(of: example, facts) + JSONValue(example.options)
        let penalty: JSONValue = [
            "regularization": [["penalty": "l2", "parameters": [0.5, -1.2], "strength": 0.01]]
        ]
        let everything: JSONValue = [
            "weights": weights(of: example, facts), "reduction": "mean",
            "outputs": JSONValue(Outputs.names(of: facts)),
        ]
        return typical + tokens(of: example, facts) + sequences(of: example, facts) + [
            ExampleRequest(
                "everything",
                "Weights, every output" + (isPenalty(facts) ? "" : ", and a penalty"),
                plain + everything + (isPenalty(facts) ? [:] : penalty)
            ),
            ExampleRequest(
                "unreduced",
                "The losses one by one",
                plain + ["reduction": "none"]
            ),
        ]
    }

    /// The first example with tokens that make up its responses; every other response has one fewer.
    private static func tokens(of example: Example, _ facts: Facts) -> [ExampleRequest] {
        guard let usual = facts.signature.inputs[0].tokens?.usual else { return [] }
        let shares: [[Double]] =
            usual == .sum
            ? [[0.5, 0.25, 0.25], [0.75, 0.25, 0]] : [[1.5, 0.5, 1], [1.5, 0.5, 0]]
        func tensor(_ responses: Tensor, _ numbers: (_ response: Int) -> [Double]) -> JSONValue {
            JSONValue(
                Tensor(
                    shape: responses.shape + [3],
                    values: responses.values.indices.flatMap(numbers)
                )
            )
        }
        var members: [(String, JSONValue?)] = []
        var masks: [(String, JSONValue?)] = []
        for input in facts.signature.inputs {
            guard let numbers = example.inputs[input.name] else { continue }
            guard let mask = input.tokens?.mask else {
                members.append((input.name, JSONValue(numbers)))
                continue
            }
            let tokens = tensor(numbers) { place in
                shares[place % 2].map { $0 * numbers.values[place] }
            }
            members.append((input.name, tokens))
            guard !masks.contains(where: { $0.0 == mask }) else { continue }
            masks.append((mask, tensor(numbers) { [1, 1, $0 % 2 == 0 ? 1 : 0] }))
        }
        let operation: JSONValue = ["log_probability": .string(usual.rawValue)]
        return [
            ExampleRequest(
                "tokens",
                "Responses as tokens",
                JSONValue(present: members + masks) + operation + JSONValue(example.options)
            )
        ]
    }

    /// An example of a loss of tokens, in two sequences of different lengths that follow each other.
    private static func sequences(of example: Example, _ facts: Facts) -> [ExampleRequest] {
        let signature = facts.signature
        guard signature.tokenMasks.isEmpty, let name = signature.lengths.first,
            signature.sequenceDimension != nil || facts.family == .policy
        else { return [] }
        let mask = example.inputs["token_mask"]?.values
        var lengths: [Int] = []
        let members = signature.inputs.map { input -> (String, JSONValue?) in
            guard let tensor = example.inputs[input.name], input.name != "token_mask" else {
                return (input.name, nil)
            }
            if let mask, tensor.shape.count == 2 {
                let width = tensor.shape[1]
                let kept = tensor.values.indices.filter { mask[$0] == 1 }
                lengths = (0..<tensor.shape[0]).map { row in kept.count { $0 / width == row } }
                let values = kept.map { tensor.values[$0] }
                return (input.name, JSONValue(Tensor(shape: [values.count], values: values)))
            }
            if mask == nil { lengths = [tensor.shape[0] - 1, 1] }
            let isBySequence = input.mayBeBySequence
            return (
                input.name,
                JSONValue(isBySequence ? Tensor(shape: [2], values: [1, -0.5]) : tensor)
            )
        }
        return [
            ExampleRequest(
                "sequences",
                "Sequences of different lengths",
                JSONValue(present: members)
                    + [
                        name: .array(lengths.map { .number(Double($0)) }),
                        "reduction": "mean_of_means",
                    ] + JSONValue(example.options)
            )
        ]
    }

    private static func isPenalty(_ facts: Facts) -> Bool { facts.family == .regularization }

    private static func inputs(of example: Example, _ facts: Facts) -> JSONValue {
        JSONValue(
            present: facts.signature.inputs.map { input in
                (input.name, example.inputs[input.name].map { JSONValue($0) })
            }
        )
    }

    /// A weight for each item of the first dimension of the losses.
    private static func weights(of example: Example, _ facts: Facts) -> JSONValue {
        let inputs = facts.signature.inputs.map { example.inputs[$0.name] }
        // An example has valid shapes; tests send each.
        let binding = try? Binding(facts.signature, inputs)
        guard let count = binding?.leading.first else { return 2 }
        return .array((0..<count).map { .number([1, 2, 0.5][$0 % 3]) })
    }
}

/// The examples of a loss with the responses of the service.
struct LossExamples {
    let examples: [(request: ExampleRequest, response: [UInt8])]

    /// Sends the examples of a loss to the service.
    init(of facts: Facts, in list: CatalogueList, _ service: LossService) {
        // The name itself implies no options, unlike some aliases.
        let found = list.find(facts.name)
        examples = ExampleRequest.all(of: facts).map { request in
            let bytes = request.body.bytes
            return (
                request, found.map { service.response(to: bytes, on: .entry(list, $0)) } ?? []
            )
        }
    }

    var document: JSONValue {
        [
            "examples": .array(
                examples.map { example in
                    [
                        "name": .string(example.request.name),
                        "summary": .string(example.request.summary),
                        "request": example.request.body,
                        "response": .text(example.response),
                    ]
                }
            )
        ]
    }
}

extension LossService {
    /// The body of the response to a short request.
    fileprivate func response(to body: [UInt8], on route: Route) -> [UInt8] {
        // Without a query, no problem is thrown.
        guard var intake = try? intake(for: route, query: nil) else { return [] }
        _ = intake.receive(body.span, isLast: true)
        let response = intake.makeResponse()
        var text = response.body
        guard var rest = response.source else { return text }
        while !rest.isAtEnd { text += rest.next() }
        return text
    }
}
