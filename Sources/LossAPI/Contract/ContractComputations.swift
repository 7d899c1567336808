// SPDX-License-Identifier: Apache-2.0

import LossFacts
import LossFunctions
import Requests

/// The operations that compute more than a loss, with the schemas of their requests and results.
enum ContractComputations {
    static let tag: JSONValue = [
        "name": "computations",
        "description":
            "Evaluations of data sets, objectives, checks of gradients, and partial sums",
    ]

    static let paths = Operation.allCases.map { operation in
        JSONValue.Member(key: operation.path, value: ["post": post(operation)])
    }

    static let schemas =
        Operation.allCases.flatMap { operation -> [JSONValue.Member] in
            [
                .init(key: "\(operation.noun)-request", value: operation.request),
                .init(key: "\(operation.noun)-result", value: operation.result),
            ]
        } + [
            .init(key: "term", value: term),
            .init(key: "named-numbers", value: namedNumbers),
        ] + ContractComputationResults.schemas + [
            .init(
                key: "metrics-list",
                value: FieldSchemas.object(
                    "The metrics of evaluations.",
                    [
                        (
                            "metrics",
                            [
                                "type": "array",
                                "items": ["type": "object", "additionalProperties": true],
                            ]
                        )
                    ],
                    required: ["metrics"]
                )
            )
        ]

    private static func post(_ operation: Operation) -> JSONValue {
        let formats = operation.formats.dropFirst().map { $0.mediaType }
        return [
            "operationId": .string("compute_\(operation.noun)"),
            "tags": ["computations"],
            "summary": .string(operation.summary),
            "description": .string(
                operation.description + " Requests may also be in \(formats.alternatives)."
            ),
            "requestBody": [
                "required": true,
                // Generators of clients do not support several media types of a request.
                "content": [
                    "application/json": [
                        "schema": ContractSchemas.reference("\(operation.noun)-request"),
                        "examples": [
                            "default": [
                                "summary": .string(operation.summary), "value": operation.example,
                            ]
                        ],
                    ]
                ],
            ],
            "responses": .object(
                [
                    .init(
                        key: "200",
                        value: [
                            "description": "The result.",
                            "headers": [
                                "Server-Timing": ["$ref": "#/components/headers/Server-Timing"],
                                "X-Request-Id": ["$ref": "#/components/headers/X-Request-Id"],
                            ],
                            "content": [
                                "application/json": [
                                    "schema": ContractSchemas.reference("\(operation.noun)-result")
                                ]
                            ],
                        ]
                    )
                ]
                    + ["400", "409", "413", "415", "422"].filter {
                        $0 != "409" || operation == .merge
                    }
                    .map { .init(key: $0, value: ContractResponses.reference($0)) }
                    + ContractResponses.refusals
            ),
        ]
    }

    /// A loss, metric or penalty with options that depend on it.
    private static let term: JSONValue = [
        "description": .string(
            "A loss, metric or penalty: its name as loss, metric or penalty, a label for its result as name, "
                + "the inputs that it reads under other names, its coefficient in an objective, and its "
                + "options beside them. A string is the name."
        ),
        "oneOf": [["type": "string"], ["type": "object", "additionalProperties": true]],
    ]

    /// Arrays by name.
    private static let namedNumbers: JSONValue = [
        "description": "Numbers or arrays of numbers by name; null is a missing value.",
        "type": "object",
        "additionalProperties": ContractSchemas.reference("numbers-or-null"),
    ]
}

extension Operation {
    /// The noun in the names of its operation and schemas.
    fileprivate var noun: String {
        switch self {
        case .check: "check"
        case .evaluations: "evaluation"
        case .merge: "merge"
        case .objectives: "objective"
        }
    }

    fileprivate var summary: String {
        switch self {
        case .check: "Check a gradient"
        case .evaluations: "Evaluate a model on a data set"
        case .merge: "Merge partial sums"
        case .objectives: "Compute a sum of losses and penalties"
        }
    }

    fileprivate var description: String {
        switch self {
        case .check:
            "The request is that of the loss or penalty, with its name as loss or penalty and the derivatives to "
                + "check as gradient and hessian, or by input as gradients and hessians. The result says how near "
                + "they are to the true ones, where they differ most, and which factor, convention or reduction "
                + "explains it."
        case .evaluations:
            "Losses and metrics of the same inputs, with standard errors and normal intervals of means, by "
                + "group, beside another model, and with the greatest losses."
        case .merge:
            "The sums are those that a loss returns as partial. The result has the same bits however a data "
                + "set was divided, in whatever order its parts are merged."
        case .objectives:
            "Each loss and penalty reads inputs by name and is multiplied by its coefficient. The result has "
                + "the total, the parts, and the gradient with respect to each input."
        }
    }

    fileprivate var example: JSONValue {
        switch self {
        case .check:
            [
                "loss": "huber", "predictions": [0.2, 1.7], "targets": [0, 5],
                "gradient": [0.1, -0.5],
            ]
        case .evaluations:
            [
                "inputs": ["predictions": [0.2, 0.9, 0.4, 0.7], "targets": [0, 1, 1, 0]],
                "groups": ["a", "b", "a", "b"],
                "losses": [
                    "squared_error", ["loss": "quantile", "tau": 0.9, "name": "q90"],
                ],
                "metrics": ["roc_auc", ["metric": "f1", "average": "macro"]],
                "baseline": ["predictions": [0.3, 0.5, 0.5, 0.5]],
            ]
        case .merge: ["partials": [Self.partial, Self.partial]]
        case .objectives:
            [
                "inputs": ["mu": [0.2, 1.7], "y": [0, 5], "w": [0.5, -1.2]],
                "terms": [
                    ["loss": "huber", "inputs": ["predictions": "mu", "targets": "y"]]
                ],
                "penalties": [["penalty": "l2", "parameters": "w", "coefficient": 0.1]],
            ]
        }
    }

    /// The sums of a loss of 1/2.
    private static let partial: JSONValue = {
        let half = Moments.Extreme(loss: 0.5, offset: 0)
        let moments = Moments(count: 1, least: half, greatest: half) { sum in
            switch sum {
            case .normalizer, .weight, .weight2: ExactNumber(1)
            case .loss, .weightedLoss, .weight2Loss: ExactNumber(0.5)
            case .weightedLoss2, .weight2Loss2: ExactNumber(0.25)
            }
        }
        let loss = Catalogue.loss(named: "squared_error").flatMap { try? $0.entry.loss(.none) }
        return loss.map { LossPartial($0, [.init(moments)]).document } ?? .null
    }()

    private static let texts: JSONValue = ["type": "array", "items": ["type": "string"]]

    private static let terms: JSONValue = [
        "type": "array", "items": ContractSchemas.reference("term"),
    ]

    private static let labels: JSONValue = [
        "description":
            "The group of each item of the first dimension: all strings or all integers.",
        "type": "array", "items": ["oneOf": [["type": "string"], FieldSchemas.integer()]],
    ]

    private static let missing: JSONValue = [
        "type": "string", "enum": JSONValue(MissingValues.allCases.map { $0.rawValue }),
    ]

    fileprivate var request: JSONValue {
        let inputs = ContractSchemas.reference("named-numbers")
        let (weights, mask) = (
            ContractSchemas.reference("weights"), ContractSchemas.reference("mask")
        )
        switch self {
        case .check:
            return [
                "description": .string(
                    "The fields of a request to the loss or penalty, its name, and derivatives to check."
                ),
                "type": "object",
                "properties": ["loss": ["type": "string"], "penalty": ["type": "string"]],
                "additionalProperties": true,
            ]
        case .evaluations:
            return FieldSchemas.object(
                "A data set, and the losses and metrics to compute.",
                [
                    ("inputs", inputs), ("weights", weights), ("mask", mask),
                    ("missing", Self.missing), ("groups", Self.labels), ("losses", Self.terms),
                    ("metrics", Self.terms), ("baseline", inputs),
                    (
                        "confidence",
                        FieldSchemas.number("The probability of intervals.", .open(0, 1))
                    ),
                    (
                        "worst",
                        [
                            "description": "The number of the greatest losses to list.",
                            "type": "integer", "minimum": 0,
                            "maximum": .integer(DataSetEvaluation.maximumWorst),
                        ]
                    ),
                ],
                required: ["inputs"]
            )
        case .merge:
            return FieldSchemas.object(
                "Partial sums of one loss.",
                [
                    (
                        "partials",
                        ["type": "array", "items": ContractSchemas.reference("partial")]
                    ),
                    (
                        "reduction",
                        [
                            "type": "string",
                            "enum": JSONValue(Merger.reductions.map { $0.rawValue }),
                        ]
                    ),
                    ("normalizer", FieldSchemas.number(nil, .positive)),
                    (
                        "outputs",
                        [
                            "type": "array",
                            "items": ["type": "string", "enum": JSONValue(Merger.outputNames)],
                        ]
                    ),
                ],
                required: ["partials"]
            )
        case .objectives:
            return FieldSchemas.object(
                "Inputs, and the losses and penalties of which the objective consists.",
                [
                    ("inputs", inputs), ("weights", weights), ("mask", mask),
                    ("missing", Self.missing), ("terms", Self.terms), ("penalties", Self.terms),
                    ("gradient_of", Self.texts),
                ],
                required: ["inputs"]
            )
        }
    }

    fileprivate var result: JSONValue {
        func list(_ name: String) -> JSONValue {
            ["type": "array", "items": ContractSchemas.reference(name)]
        }
        let comparison = ContractSchemas.reference("checked-derivative")
        let comparisons: JSONValue = ["type": "object", "additionalProperties": comparison]
        switch self {
        case .check:
            return FieldSchemas.object(
                "Each derivative beside the true one: agreement is equal, double, float32 or different.",
                [
                    ("gradient", comparison), ("hessian", comparison), ("gradients", comparisons),
                    ("hessians", comparisons),
                ]
            )
        case .evaluations:
            return FieldSchemas.object(
                "The losses and metrics of all, and of each group.",
                [
                    ("losses", list("evaluated-loss")), ("metrics", list("evaluated-metric")),
                    ("groups", list("evaluated-group")),
                ]
            )
        case .merge:
            return FieldSchemas.object(
                "The loss of the whole data set, and of each group.",
                [
                    ("loss", ContractSchemas.number), ("normalizer", ContractSchemas.number),
                    ("statistics", ContractSchemas.reference("merged-statistics")),
                    ("partial", ContractSchemas.reference("partial")),
                    ("groups", list("merged-group")),
                ]
            )
        case .objectives:
            return FieldSchemas.object(
                "The objective, its parts, and its gradients by input.",
                [
                    ("objective", ContractSchemas.number), ("terms", list("objective-part")),
                    ("penalties", list("objective-part")),
                    ("gradients", ContractSchemas.reference("derivatives")),
                ],
                required: ["objective", "gradients"]
            )
        }
    }
}
