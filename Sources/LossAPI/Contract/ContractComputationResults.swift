// SPDX-License-Identifier: Apache-2.0

/// The schemas of the parts of the results of evaluations, objectives, checks and merges.
enum ContractComputationResults {
    static let schemas: [JSONValue.Member] = [
        .init(key: "evaluated-loss", value: evaluatedLoss),
        .init(key: "evaluated-metric", value: evaluatedMetric),
        .init(key: "evaluated-group", value: evaluatedGroup),
        .init(key: "compared-loss", value: comparedLoss),
        .init(key: "compared-metric", value: comparedMetric),
        .init(key: "objective-part", value: objectivePart),
        .init(key: "checked-derivative", value: checkedDerivative),
        .init(key: "checked-element", value: checkedElement),
        .init(key: "explanation", value: explanation),
        .init(key: "merged-group", value: mergedGroup),
        .init(key: "merged-statistics", value: mergedStatistics),
        .init(key: "merged-extreme", value: mergedExtreme),
    ]

    private static let (text, integer): (JSONValue, JSONValue) = (
        ["type": "string"], ["type": "integer"]
    )
    private static let number = ContractSchemas.number
    private static let numberOrNull = FieldSchemas.orNull(number)

    private static let place: JSONValue = ["type": "array", "items": ["type": "integer"]]

    private static let interval: JSONValue = [
        "description": "The bounds of the normal interval of a mean.",
        "type": ["array", "null"], "items": number,
    ]

    private static let reason: JSONValue = [
        "description": "The reason that there is no value, or no standard error.", "type": "string",
    ]

    private static func list(_ name: String) -> JSONValue {
        ["type": "array", "items": ContractSchemas.reference(name)]
    }

    private static let evaluatedLoss = FieldSchemas.object(
        "A loss of the data set or, without loss, skipped and worst, of a group.",
        [
            ("name", text), ("loss", text), ("value", numberOrNull), ("normalizer", numberOrNull),
            ("count", integer), ("standard_error", numberOrNull), ("interval", interval),
            ("reason", reason), ("skipped", integer), ("worst", list("extreme")),
            ("baseline", ContractSchemas.reference("compared-loss")),
        ],
        required: ["name", "value"]
    )

    private static let comparedLoss = FieldSchemas.object(
        "The loss of the other model, and the mean of the differences, with its uncertainty.",
        [
            ("value", numberOrNull), ("difference", numberOrNull), ("count", integer),
            ("standard_error", numberOrNull), ("interval", interval),
        ],
        required: ["value", "difference", "count", "standard_error", "interval"]
    )

    /// A number, numbers of classes, a matrix of counts, or null.
    private static let metricValue = FieldSchemas.orNull(
        ContractSchemas.reference("numbers-or-null")
    )

    private static let evaluatedMetric = FieldSchemas.object(
        "A metric of the data set or, without metric and baseline, of a group.",
        [
            ("name", text), ("metric", text), ("value", metricValue), ("reason", reason),
            ("standard_error", number), ("interval", interval), ("reliability", number),
            ("resolution", number), ("uncertainty", number),
            ("baseline", ContractSchemas.reference("compared-metric")),
        ],
        required: ["name", "value"]
    )

    private static let comparedMetric = FieldSchemas.object(
        "The metric of the other model, and own minus other if both are numbers.",
        [("value", metricValue), ("reason", reason), ("difference", number)],
        required: ["value"]
    )

    private static let evaluatedGroup = FieldSchemas.object(
        "The losses and metrics of a group, in the order of the lists.",
        [
            ("group", text), ("losses", list("evaluated-loss")),
            ("metrics", list("evaluated-metric")),
        ],
        required: ["group"]
    )

    private static let objectivePart = FieldSchemas.object(
        "A loss or penalty, and its value before it is multiplied by the coefficient.",
        [
            ("name", text), ("loss", text), ("penalty", text), ("coefficient", number),
            ("value", number), ("normalizer", number),
        ],
        required: ["name", "coefficient", "value", "normalizer"]
    )

    private static let agreement: JSONValue = [
        "type": "string", "enum": ["equal", "double", "float32", "different"],
    ]

    private static let checkedDerivative = FieldSchemas.object(
        "A derivative beside the true one.",
        [
            ("agreement", agreement), ("count", integer),
            ("worst", FieldSchemas.orNull(ContractSchemas.reference("checked-element"))),
            ("factor", number), ("explanations", list("explanation")),
        ],
        required: ["agreement", "count", "worst"]
    )

    private static let checkedElement = FieldSchemas.object(
        "The element with the most ulps of difference.",
        [
            ("place", place), ("given", number), ("expected", number), ("ulps", numberOrNull),
            ("absolute", numberOrNull), ("relative", numberOrNull),
        ],
        required: ["place", "given", "expected", "ulps", "absolute", "relative"]
    )

    private static let explanation = FieldSchemas.object(
        "A convention or a reduction under which the derivatives agree better.",
        [("convention", text), ("reduction", text), ("agreement", agreement)],
        required: ["agreement"]
    )

    private static let mergedGroup = FieldSchemas.object(
        "The results of a group of merged losses.",
        [
            ("group", text), ("count", integer), ("loss", number), ("normalizer", number),
            ("statistics", ContractSchemas.reference("merged-statistics")),
        ],
        required: ["group", "count"]
    )

    private static let mergedStatistics = FieldSchemas.object(
        "Statistics of merged losses. Variance and standard error are null for fewer than two losses.",
        [
            ("count", integer), ("mean", number), ("variance", numberOrNull),
            ("standard_error", numberOrNull),
            ("least", ContractSchemas.reference("merged-extreme")),
            ("greatest", ContractSchemas.reference("merged-extreme")),
        ],
        required: ["count", "mean", "variance", "standard_error", "least", "greatest"]
    )

    private static let mergedExtreme = FieldSchemas.object(
        "The least or greatest loss, and the index in the data set where it first occurs.",
        [("loss", number), ("index", integer)],
        required: ["loss", "index"]
    )
}
