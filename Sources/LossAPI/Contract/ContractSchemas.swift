// SPDX-License-Identifier: Apache-2.0

import LossFacts
import LossFunctions

/// JSON Schemas of the API description; those of tensors and results are stated here.
enum ContractSchemas {
    static let fields = FieldSchemas(base: "#/components/schemas/", statesDefaults: false)
    static let number: JSONValue = ["type": "number", "format": "double"]

    static func reference(_ name: String) -> JSONValue { fields.reference(name) }

    static let all: [JSONValue.Member] = [
        tensors("numbers", numbers, of: number, prefix: ""),
        [numbersOrNull],
        tensors(
            "weights",
            "A number, one per row, or one per loss; not negative.",
            of: FieldSchemas.number(nil, .nonNegative),
            prefix: "weight-"
        ),
        tensors(
            "mask",
            "Numbers 0 or 1; booleans are accepted too.",
            of: ["type": "integer", "minimum": 0, "maximum": 1],
            prefix: "mask-"
        ),
        ContractRequestSchemas.all,
        results,
        ContractComputations.schemas,
        ContractDocumentSchemas.all,
        ContractInference.schemas,
    ].flatMap { $0 }

    private static let numbers =
        "A finite number, or a rectangular array of numbers nested to any depth up to the limit. JSON "
        + "has no NaN and no Infinity."

    /// Schemas of a number and of arrays of numbers.
    ///
    /// With `oneOf` instead of `anyOf`, a generated TypeScript client does not compile.
    ///
    /// - Parameters:
    ///   - name: The name of the schema that accepts all of them.
    ///   - description: The description of that schema.
    ///   - number: The schema of a number.
    ///   - prefix: The beginning of the names of the schemas of arrays.
    /// - Returns: The schemas by name.
    private static func tensors(
        _ name: String,
        _ description: String,
        of number: JSONValue,
        prefix: String
    ) -> [JSONValue.Member] {
        let (vector, matrix) = (prefix + "vector", prefix + "matrix")
        let (third, fourth) = (prefix + "tensor-3", prefix + "tensor-4")
        func array(_ description: String, of items: JSONValue) -> JSONValue {
            FieldSchemas.array(description, of: items)
        }
        return [
            .init(
                key: name,
                value: [
                    "description": .string(description),
                    "anyOf": [
                        number, reference(vector), reference(matrix), reference(third),
                        reference(fourth), higherTensor,
                    ],
                ]
            ),
            .init(key: vector, value: array("Numbers.", of: number)),
            .init(key: matrix, value: array("Vectors of equal length.", of: reference(vector))),
            .init(key: third, value: array("Matrices of equal shape.", of: reference(matrix))),
            .init(key: fourth, value: array("Tensors of equal shape.", of: reference(third))),
        ]
    }

    /// Numbers, some of which may be null.
    ///
    /// The last alternative is for those with null: a generated Go client does not compile with nullable
    /// elements of an array.
    private static let numbersOrNull = JSONValue.Member(
        key: "numbers-or-null",
        value: [
            "description": .string(
                numbers + " Null is a missing value in an input, and an excluded loss in a "
                    + "result."
            ),
            "anyOf": [
                number, reference("vector"), reference("matrix"), reference("tensor-3"),
                reference("tensor-4"), FieldSchemas.array(nil, of: [:]),
            ],
        ]
    )

    /// An array nested five times or deeper: generators of clients fail on a recursive schema, and
    /// on an array without the keyword `items`.
    private static let higherTensor = (0..<5).reduce(.object([])) { items, _ in
        FieldSchemas.array(nil, of: items)
    }

    private static let results: [JSONValue.Member] =
        [
            .init(key: "result", value: result),
            .init(key: "statistics", value: statistics),
            .init(key: "diagnostics", value: diagnostics),
            .init(key: "extreme", value: extreme),
            .init(key: "derivatives", value: derivatives),
            .init(key: "resolved-convention", value: resolvedConvention),
            .init(key: "penalty-result", value: penaltyResult),
            .init(key: "partial", value: partial),
            .init(key: "partial-group", value: partialGroup),
            .init(key: "partial-extreme", value: partialExtreme),
        ]

    private static let result: JSONValue = {
        let normalizer: JSONValue = [
            "type": "number",
            "format": "double",
            "description": "The denominator of the weighted sum of the losses.",
        ]
        let terms: JSONValue = ["type": "array", "items": reference("penalty-result")]
        let skipped: JSONValue = [
            "type": "integer", "description": "The number of losses skipped for a missing value.",
        ]
        return FieldSchemas.object(
            "The result of a loss or penalty. Derivatives are those of the reduced data loss.",
            [
                ("loss", reference("numbers-or-null")), ("gradient", reference("numbers")),
                ("gradients", reference("derivatives")), ("hessian", reference("numbers")),
                ("hessians", reference("derivatives")),
                ("elements", reference("numbers-or-null")), ("data_loss", reference("numbers")),
                ("normalizer", normalizer), ("skipped", skipped),
                ("statistics", reference("statistics")),
                ("diagnostics", reference("diagnostics")), ("partial", reference("partial")),
                ("link", reference("numbers-or-null")), ("prox", reference("numbers-or-null")),
                ("convention", reference("resolved-convention")), ("regularization", terms),
            ],
            required: ["normalizer"]
        )
    }()

    private static let derivatives: JSONValue = [
        "description": "A derivative with respect to each requested input, by its name.",
        "type": "object",
        "additionalProperties": reference("numbers"),
    ]

    private static let statistics = FieldSchemas.object(
        "Statistics of the losses that take part; those of weight 0 are counted. Variance and standard "
            + "error are null for fewer than two losses.",
        [
            ("count", ["type": "integer"]), ("mean", number),
            ("variance", FieldSchemas.orNull(number)),
            ("standard_error", FieldSchemas.orNull(number)), ("least", reference("extreme")),
            ("greatest", reference("extreme")),
        ],
        required: ["count", "mean", "variance", "standard_error", "least", "greatest"]
    )

    private static let diagnostics = FieldSchemas.object(
        "The numbers by which training is watched: those of ratios for losses of policies, those of rewards for "
            + "losses of responses, and the entropy for losses of the logits of a language model.",
        [
            Diagnostics.ratios([.init(.low, "", .ratio)]), .rewards(factor: nil),
            .labelledRewards(factor: "", threshold: ""), .ranking, .entropy(),
        ]
        .flatMap { $0.names }.reduce(into: [String]()) { names, name in
            if !names.contains(name) { names.append(name) }
        }
        .map { ($0, number) },
        required: ["count"]
    )

    private static let extreme = FieldSchemas.object(
        "The least or greatest loss, and where it first occurs.",
        [("loss", number), ("place", ["type": "array", "items": ["type": "integer"]])],
        required: ["loss", "place"]
    )

    private static let resolvedConvention = FieldSchemas.object(
        "The convention in effect, and the options that follow from it.",
        [
            ("name", ["type": "string"]), ("version", ["type": "string"]),
            ("reduction", ["type": "string"]), ("options", ["type": "object"]),
            ("hessian_kind", ["type": "string"]), ("hessian_scale", number),
            ("hessian_floor", number),
        ],
        required: ["name", "version", "reduction", "options", "hessian_kind"]
    )

    private static let partial = FieldSchemas.object(
        "The exact sums of losses, which merge with those of other parts of the data set.",
        [
            ("format", ["type": "string", "enum": [.string(LossPartial.format)]]),
            ("loss", ["type": "string"]), ("options", ["type": "object"]),
            ("numerics", ["type": "integer"]),
            ("groups", ["type": "array", "items": reference("partial-group")]),
        ],
        required: ["format", "loss", "options", "numerics", "groups"]
    )

    private static let partialGroup: JSONValue = {
        let sums = Moments.Sum.allCases.map { $0.rawValue }
        return FieldSchemas.object(
            "The sums of a group: each an odd hexadecimal integer, p, and the exponent of a power of two.",
            [
                ("group", ["type": ["string", "null"]]),
                ("count", ["type": "string"]),
            ] + sums.map { ($0, ["type": "string"]) } + [
                ("least", FieldSchemas.orNull(reference("partial-extreme"))),
                ("greatest", FieldSchemas.orNull(reference("partial-extreme"))),
            ],
            required: ["group", "count"] + sums + ["least", "greatest"]
        )
    }()

    private static let partialExtreme = FieldSchemas.object(
        "The least or greatest loss, and its index in the data set.",
        [("loss", ["type": "string"]), ("index", ["type": "string"])],
        required: ["loss", "index"]
    )

    private static let penaltyResult = FieldSchemas.object(
        "The result of a penalty that is added to a loss.",
        [
            ("loss", number), ("gradient", reference("numbers")), ("normalizer", number),
        ],
        required: ["loss", "gradient", "normalizer"]
    )
}
