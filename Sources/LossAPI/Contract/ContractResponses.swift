// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes

/// Responses shared by the operations, with an example of every kind of problem.
enum ContractResponses {
    /// The errors of a loss or penalty request.
    static let serviceErrors = ["400", "404", "413", "415", "422"].map { status in
        JSONValue.Member(key: status, value: reference(status))
    }

    /// The errors of any request.
    static let refusals: [JSONValue.Member] = [
        .init(key: "401", value: reference("401")),
        .init(key: "406", value: reference("406")),
        .init(key: "503", value: reference("503")),
        .init(key: "default", value: reference("default")),
    ]

    static let components: [JSONValue.Member] = [
        response("400", "The HTTP message or its body is malformed.", codes: [400]),
        response("401", "A valid token is required.", codes: [401]),
        response("406", "The client accepts no available format or content coding.", codes: [406]),
        response("404", "No resource has this name.", codes: [404]),
        response("409", "The partial sums are of unlike losses.", codes: [409]),
        response("413", "The body is too large.", codes: [413]),
        response(
            "415",
            "The media type or content coding of the body is not supported.",
            codes: [415]
        ),
        response("422", "The body is well-formed but not a valid request.", codes: [422]),
        response("503", "Busy or draining: try again after Retry-After seconds.", codes: [503]),
        response(
            "default",
            "The HTTP request is invalid, or the server failed.",
            codes: [405, 408, 414, 417, 431, 500, 501, 505]
        ),
    ]

    static let unchanged = JSONValue.Member(
        key: "304",
        value: ["description": "Not modified."]
    )

    static func reference(_ name: String) -> JSONValue {
        ["$ref": .string("#/components/responses/\(name)")]
    }

    static func json(
        _ description: String,
        _ schema: String,
        _ mediaType: String = "application/json"
    ) -> JSONValue {
        [
            "description": .string(description),
            "content": .object([
                .init(key: mediaType, value: ["schema": ContractSchemas.reference(schema)])
            ]),
        ]
    }

    /// A computed result, with its header fields.
    static func result(_ schema: String) -> JSONValue {
        [
            "description": "The result.",
            "headers": [
                "Server-Timing": ["$ref": "#/components/headers/Server-Timing"],
                "X-Request-Id": ["$ref": "#/components/headers/X-Request-Id"],
            ],
            "content": content(["schema": ContractSchemas.reference(schema)]),
        ]
    }

    /// Content in JSON, or in one of the other formats.
    static func content(_ json: JSONValue) -> JSONValue {
        let others = BodyFormat.others.map { format in
            let schema: JSONValue =
                format.isBinary ? ["type": "string", "format": "binary"] : ["type": "string"]
            return JSONValue.Member(key: format.mediaType, value: ["schema": schema])
        }
        return .object([.init(key: BodyFormat.json.mediaType, value: json)] + others)
    }

    static let headers: JSONValue = [
        "Server-Timing": [
            "description": "The time spent on parsing, computing and serializing, in milliseconds.",
            "schema": ["type": "string"],
            "example": "parse;dur=0.012, compute;dur=0.003, serialize;dur=0.004",
        ],
        "X-Request-Id": [
            "description": "The request ID, as written to the server's log.",
            "schema": ["type": "string"],
        ],
    ]

    /// A health status, brief or detailed as Accept selects.
    static func health(_ description: String) -> JSONValue {
        [
            "description": .string(description),
            "content": [
                "application/json": ["schema": ContractSchemas.reference("health")],
                "application/health+json": [
                    "schema": ContractSchemas.reference("detailed-health")
                ],
            ],
        ]
    }

    private static func response(
        _ name: String,
        _ description: String,
        codes: [Int]
    )
        -> JSONValue.Member
    {
        let examples = ProblemKind.all.filter { codes.contains($0.status.code) }.map { kind in
            let detail =
                switch kind {
                case .service(let service): service.explanation
                case .refusal(let refusal): refusal.sentence(limits: Limits())
                }
            return JSONValue.Member(
                key: kind.slug,
                value: [
                    "value": [
                        "type": .string(kind.type),
                        "title": .string(kind.title),
                        "status": .integer(kind.status.code),
                        "detail": .string(detail),
                    ]
                ]
            )
        }
        return JSONValue.Member(
            key: name,
            value: [
                "description": .string(description),
                "content": [
                    "application/problem+json": [
                        "schema": ContractSchemas.reference("problem"),
                        "examples": .object(examples),
                    ]
                ],
            ]
        )
    }
}
