// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes

/// The answers that operations share; every problem there is stands among their examples.
enum ContractResponses {
    /// What only a question can meet.
    static let questions = ["400", "404", "413", "415", "422"].map { status in
        JSONValue.Member(key: status, value: reference(status))
    }

    /// What any request can meet.
    static let refusals: [JSONValue.Member] = [
        .init(key: "401", value: reference("401")),
        .init(key: "406", value: reference("406")),
        .init(key: "503", value: reference("503")),
        .init(key: "default", value: reference("default")),
    ]

    static let components: [JSONValue.Member] = [
        response("400", "The HTTP or the JSON is malformed.", codes: [400]),
        response("401", "The server wants a token.", codes: [401]),
        response("406", "Accept-Encoding refuses every coding there is.", codes: [406]),
        response("404", "There is nothing of this name.", codes: [404]),
        response("413", "The body is too large.", codes: [413]),
        response("415", "The body is not of a type or coding that is read.", codes: [415]),
        response("422", "The JSON is sound but is no valid question.", codes: [422]),
        response("503", "Busy or draining: try again after Retry-After seconds.", codes: [503]),
        response(
            "default",
            "A problem with the request as HTTP, or a fault of the server.",
            codes: [405, 408, 414, 417, 431, 500, 501, 505]
        ),
    ]

    static let unchanged = JSONValue.Member(
        key: "304",
        value: ["description": "Unchanged since If-None-Match."]
    )

    static func reference(_ name: String) -> JSONValue {
        ["$ref": .string("#/components/responses/\(name)")]
    }

    static func json(_ description: String, _ schema: String) -> JSONValue {
        [
            "description": .string(description),
            "content": [
                "application/json": ["schema": ContractSchemas.reference(schema)]
            ],
        ]
    }

    /// The answer to a question, with the fields it has.
    static func answer(_ schema: String) -> JSONValue {
        [
            "description": "The answer.",
            "headers": [
                "Server-Timing": ["$ref": "#/components/headers/Server-Timing"],
                "X-Request-Id": ["$ref": "#/components/headers/X-Request-Id"],
            ],
            "content": [
                "application/json": ["schema": ContractSchemas.reference(schema)]
            ],
        ]
    }

    static let headers: JSONValue = [
        "Server-Timing": [
            "description": "Milliseconds of parse, compute and serialize.",
            "schema": ["type": "string"],
            "example": "parse;dur=0.012, compute;dur=0.003, serialize;dur=0.004",
        ],
        "X-Request-Id": [
            "description": "What names the request in the logs of the server.",
            "schema": ["type": "string"],
        ],
    ]

    /// The answer of a probe, in a few words or in detail as Accept says.
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
                case .question(let question): question.explanation
                case .refusal(let refusal): refusal.sentence(limits: Limits())
                }
            return JSONValue.Member(
                key: kind.slug,
                value: [
                    "summary": .string(kind.title),
                    "value": [
                        "type": .string(kind.type),
                        "title": .string(kind.title),
                        "status": .integer(kind.status.code),
                        "detail": .string(detail),
                    ],
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
