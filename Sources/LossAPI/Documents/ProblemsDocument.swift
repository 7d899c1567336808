// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes

/// The explanations of problems, served at the path of their `type`.
enum ProblemsDocument {
    static func all(limits: Limits) -> JSONValue {
        ["problems": .array(ProblemKind.all.map { kind($0, limits: limits) })]
    }

    static func kind(_ kind: ProblemKind, limits: Limits) -> JSONValue {
        let explanation =
            switch kind {
            case .service(let service): service.explanation
            case .refusal(let refusal): refusal.sentence(limits: limits)
            }
        return [
            "type": .string(kind.type),
            "title": .string(kind.title),
            "status": .integer(kind.status.code),
            "explanation": .string(explanation),
        ]
    }
}
