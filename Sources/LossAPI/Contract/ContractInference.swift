// SPDX-License-Identifier: Apache-2.0

import Formats

/// The operations and the schemas of the Open Inference Protocol.
enum ContractInference {
    static let tag: JSONValue = [
        "name": "inference",
        "description": .string(
            "The Open Inference Protocol, version 2: losses and penalties as models. Errors are problems "
                + "in application/json. A model may also be named with its only version: "
                + "/v2/models/{model}/versions/1."
        ),
    ]

    static let parameter = JSONValue.Member(
        key: "model",
        value: [
            "name": "model", "in": "path", "required": true,
            "description": "The name or an alias of a loss or penalty.",
            "schema": ["type": "string"], "example": "huber",
        ]
    )

    /// The operations by path.
    static var paths: [JSONValue.Member] {
        let root = InferenceRoute.root
        let model = root + "/models/{model}"
        return [
            get(root, "get_server_metadata", "Describe the server", "inference-server"),
            get(
                root + "/health/live",
                "get_inference_liveness",
                "Check whether the process is alive",
                "inference-health",
                isProbe: true
            ),
            get(
                root + "/health/ready",
                "get_inference_readiness",
                "Check whether the server accepts new requests",
                "inference-health",
                isProbe: true
            ),
            .init(
                key: root + "/repository/index",
                value: [
                    "post": operation("list_models", "List the models", "inference-index")
                ]
            ),
            get(
                root + "/models/stats",
                "get_statistics",
                "Get the statistics of all models",
                "inference-statistics"
            ),
            get(model, "get_model", "Describe a model", "inference-model", ofModel: true),
            get(
                model + "/ready",
                "get_model_readiness",
                "Check whether a model is ready",
                "inference-model-health",
                ofModel: true
            ),
            get(
                model + "/config",
                "get_model_config",
                "Describe a model as Triton does",
                "inference-config",
                ofModel: true
            ),
            get(
                model + "/stats",
                "get_model_statistics",
                "Get the statistics of a model",
                "inference-statistics",
                ofModel: true
            ),
            .init(key: InferenceRoute.inference, value: ["post": inference]),
        ]
    }

    private static func get(
        _ path: String,
        _ id: String,
        _ summary: String,
        _ schema: String,
        ofModel: Bool = false,
        isProbe: Bool = false
    ) -> JSONValue.Member {
        let operation = operation(id, summary, schema, ofModel: ofModel)
        return .init(
            key: path,
            value: ["get": isProbe ? operation + ["security": []] : operation]
        )
    }

    private static func operation(
        _ id: String,
        _ summary: String,
        _ schema: String,
        ofModel: Bool = false
    ) -> JSONValue {
        JSONValue(present: [
            ("operationId", .string(id)),
            ("tags", ["inference"]),
            ("summary", .string(summary)),
            ("parameters", ofModel ? [modelReference] : nil),
            (
                "responses",
                [
                    "200": ContractResponses.json("The document.", schema),
                    "default": ContractResponses.reference("inference"),
                ]
            ),
        ])
    }

    private static let modelReference: JSONValue = ["$ref": "#/components/parameters/model"]

    private static let inference: JSONValue = [
        "operationId": "compute_inference",
        "tags": ["inference"],
        "summary": "Compute a loss or penalty and its derivatives",
        "description": .string(
            "Inputs are tensors, options are parameters. The numbers of tensors may also follow the JSON "
                + "in binary, little-endian, in the order of the inputs; the field "
                + "Inference-Header-Content-Length is then the length of the JSON in bytes, and so it is "
                + "in a response with binary outputs."
        ),
        "parameters": [modelReference],
        "requestBody": [
            "required": true,
            "content": [
                "application/json": [
                    "schema": ContractSchemas.reference("inference-request"),
                    "examples": ["default": ["summary": "Three pairs", "value": example]],
                ]
            ],
        ],
        "responses": [
            "200": [
                "description": "The result.",
                "content": [
                    "application/json": ["schema": ContractSchemas.reference("inference-response")],
                    "application/octet-stream": ["schema": ["type": "string", "format": "binary"]],
                ],
            ],
            "default": ContractResponses.reference("inference"),
        ],
    ]

    private static let example: JSONValue = {
        func input(_ name: String, _ data: JSONValue) -> JSONValue {
            ["name": .string(name), "shape": [3], "datatype": "FP64", "data": data]
        }
        return [
            "id": "1",
            "parameters": ["delta": 1],
            "inputs": [input("predictions", [0.5, 3, -1]), input("targets", [0, 0, 0])],
            "outputs": [["name": "loss"], ["name": "gradient"]],
        ]
    }()

    /// The error of any request of the protocol.
    static let response = JSONValue.Member(
        key: "inference",
        value: [
            "description": "The request is refused.",
            "content": [
                "application/json": ["schema": ContractSchemas.reference("inference-problem")]
            ],
        ]
    )

    static let schemas: [JSONValue.Member] = [
        schema(
            "server",
            "The server and its extensions.",
            [
                ("name", text), ("version", text), ("extensions", list(of: text)),
            ]
        ),
        schema(
            "health",
            "The health of the server.",
            [("live", flag), ("ready", flag)],
            required: []
        ),
        schema("model-health", "The health of a model.", [("name", text), ("ready", flag)]),
        .init(key: "inference-index", value: list(of: reference("index-entry"))),
        schema(
            "index-entry",
            "A model in a list.",
            [
                ("name", text), ("version", text), ("state", text), ("reason", text),
            ]
        ),
        schema(
            "model",
            "A model; a length of -1 stands for any dimensions.",
            [
                ("name", text), ("versions", list(of: text)), ("platform", text),
                ("inputs", list(of: reference("tensor"))),
                ("outputs", list(of: reference("tensor"))),
            ]
        ),
        schema(
            "tensor",
            "The type and the shape of a tensor.",
            [
                ("name", text), ("datatype", text), ("shape", lengths),
            ]
        ),
        schema(
            "config",
            "The configuration of a model.",
            [
                ("name", text), ("platform", text), ("max_batch_size", integer),
                ("input", list(of: reference("config-tensor"))),
                ("output", list(of: reference("config-tensor"))),
            ]
        ),
        schema(
            "config-tensor",
            "A tensor of a configuration.",
            [("name", text), ("data_type", text), ("dims", lengths), ("optional", flag)],
            required: ["name", "data_type", "dims"]
        ),
        schema(
            "statistics",
            "The statistics of models since the server started.",
            [
                ("model_stats", list(of: reference("model-statistics")))
            ]
        ),
        schema(
            "model-statistics",
            "The requests to a model, whatever their protocol.",
            [
                ("name", text), ("version", text), ("inference_count", integer),
                ("execution_count", integer), ("inference_stats", reference("durations")),
                ("batch_stats", list(of: ["type": "object"])),
            ]
        ),
        schema(
            "durations",
            "Counts and times of requests that succeeded or failed, and of the stages of the former.",
            ["success", "fail", "queue", "compute_input", "compute_infer", "compute_output"].map {
                ($0, reference("duration"))
            }
        ),
        schema(
            "duration",
            "A count, and the total time in nanoseconds.",
            [
                ("count", integer), ("ns", integer),
            ]
        ),
        schema(
            "request",
            "A request to compute a loss or penalty; its parameters are options.",
            [
                ("id", text), ("parameters", ["type": "object"]),
                ("inputs", list(of: reference("array"))),
                ("outputs", list(of: reference("requested-output"))),
            ],
            required: ["inputs"]
        ),
        schema(
            "array",
            "A tensor, with its numbers in row-major order unless they are binary.",
            [
                ("name", text), ("datatype", datatype), ("shape", lengths),
                ("data", ContractSchemas.reference("numbers-or-null")),
                ("parameters", ["type": "object"]),
            ],
            required: ["name", "datatype", "shape"]
        ),
        schema(
            "requested-output",
            "An output, in binary if its parameter binary_data is true.",
            [("name", text), ("parameters", ["type": "object"])],
            required: ["name"]
        ),
        schema(
            "response",
            "The result of a loss or penalty; among its parameters are statistics, if requested.",
            [
                ("model_name", text), ("model_version", text), ("id", text),
                ("parameters", ["type": "object"]), ("outputs", list(of: reference("array"))),
            ],
            required: ["model_name", "model_version", "outputs"]
        ),
        schema(
            "problem",
            "The problem with a request, as elsewhere, with its detail in error too.",
            [
                ("error", text), ("type", text), ("title", text), ("status", integer),
                ("detail", text), ("pointer", text), ("position", integer),
                ("allowed", list(of: text)), ("reason", text),
            ],
            required: ["error", "type", "title", "status", "detail"]
        ),
    ]

    private static let text: JSONValue = ["type": "string"]
    private static let integer: JSONValue = ["type": "integer"]
    private static let flag: JSONValue = ["type": "boolean"]
    private static let lengths = list(of: integer)
    private static let datatype: JSONValue = [
        "type": "string", "enum": JSONValue(Format.openInference.typeNames),
    ]

    private static func list(of items: JSONValue) -> JSONValue {
        ["type": "array", "items": items]
    }

    private static func reference(_ name: String) -> JSONValue {
        ContractSchemas.reference("inference-" + name)
    }

    /// A schema of an object, all of whose members are required unless it says otherwise.
    private static func schema(
        _ name: String,
        _ description: String,
        _ members: [(String, JSONValue)],
        required: [String]? = nil
    ) -> JSONValue.Member {
        .init(
            key: "inference-" + name,
            value: FieldSchemas.object(
                description,
                members,
                required: required ?? members.map { $0.0 }
            )
        )
    }
}
