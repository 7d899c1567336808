// SPDX-License-Identifier: Apache-2.0

import Formats
import HTTP
import HTTPTypes
import LossFacts
import LossFunctions

/// The documents of the Open Inference Protocol.
enum InferenceDocuments {
    /// The response with the document of a resource; `nil` if it has none.
    static func response(
        to route: InferenceRoute,
        isDraining: Bool,
        _ metrics: borrowing Metrics
    ) -> Response? {
        var status = HTTPResponse.Status.ok
        let document: JSONValue
        switch route {
        case .server: document = server
        case .live: document = ["live": true]
        case .ready:
            if isDraining { status = .serviceUnavailable }
            // A client of KServe looks for "ready", the specification says "live".
            document = ["ready": .boolean(!isDraining), "live": true]
        case .model(let found): document = model(found.facts)
        case .modelReady(let found):
            document = ["name": .string(found.facts.name), "ready": true]
        case .config(let found): document = config(found.facts)
        case .statistics(let found):
            let all = CatalogueList.allCases.flatMap { $0.entries }.map { $0.facts.name }
            let counts = metrics.inferences()
            document = [
                "model_stats": .array(
                    (found.map { [$0.facts.name] } ?? all)
                        .map { statistics(of: $0, counts[$0] ?? InferenceCounts()) }
                )
            ]
        case .models: document = .array(CatalogueList.allCases.flatMap { $0.entries }.map(entry))
        case .infer, .unsupported: return nil
        }
        return Response(
            status: status,
            fields: [.contentType: "application/json", .cacheControl: "no-store"],
            body: document.bytes,
            route: route.name
        )
    }

    private static let server: JSONValue = [
        "name": "loss-server",
        "version": .string(Release.version),
        "extensions": [
            "binary_tensor_data", "parameters", "model_configuration", "statistics",
        ],
    ]

    private static let platform: JSONValue = "loss-server"

    private static func entry(_ entry: Catalogue.Entry) -> JSONValue {
        [
            "name": .string(entry.facts.name), "version": .string(InferenceRequest.version),
            "state": "READY", "reason": "",
        ]
    }

    /// The statistics of a model as Triton states them, with times in nanoseconds.
    ///
    /// Nothing is queued or batched, and a response whose numbers are serialized while it is sent has no time
    /// for its output.
    private static func statistics(of model: String, _ counts: InferenceCounts) -> JSONValue {
        func duration(_ count: Int, _ nanoseconds: Int) -> JSONValue {
            ["count": .integer(count), "ns": .integer(nanoseconds)]
        }
        let succeeded = counts.succeeded
        return [
            "name": .string(model),
            "version": .string(InferenceRequest.version),
            "inference_count": .integer(succeeded),
            "execution_count": .integer(succeeded),
            "inference_stats": [
                "success": duration(succeeded, counts.nanoseconds),
                "fail": duration(counts.failed, counts.failedNanoseconds),
                "queue": duration(succeeded, 0),
                "compute_input": duration(succeeded, counts.parse),
                "compute_infer": duration(succeeded, counts.compute),
                "compute_output": duration(succeeded, counts.serialize),
            ],
            "batch_stats": [],
        ]
    }

    private static func shape(isScalar: Bool) -> JSONValue {
        .array(isScalar ? [] : [.integer(-1)])
    }

    /// The metadata of a model; tensors of any shape are stated to have one dimension of any length.
    private static func model(_ facts: Facts) -> JSONValue {
        func tensor(_ name: String, isScalar: Bool) -> JSONValue {
            ["name": .string(name), "datatype": "FP64", "shape": shape(isScalar: isScalar)]
        }
        return [
            "name": .string(facts.name),
            "versions": [.string(InferenceRequest.version)],
            "platform": platform,
            "inputs": .array(
                facts.signature.inputs.map { tensor($0.name, isScalar: false) }
            ),
            "outputs": .array(outputs(facts).map { tensor($0.name, isScalar: $0.isScalar) }),
        ]
    }

    /// The configuration of a model, as Triton states it.
    private static func config(_ facts: Facts) -> JSONValue {
        func tensor(_ name: String, isScalar: Bool, isOptional: Bool = false) -> JSONValue {
            JSONValue(present: [
                ("name", .string(name)), ("data_type", "TYPE_FP64"),
                ("dims", shape(isScalar: isScalar)), ("optional", isOptional ? true : nil),
            ])
        }
        return [
            "name": .string(facts.name),
            "platform": platform,
            "max_batch_size": 0,
            "input": .array(
                facts.signature.inputs.map {
                    tensor($0.name, isScalar: false, isOptional: $0.isOptional)
                }
                    + (["weights", "mask"] + facts.signature.tokenMasks + facts.signature.lengths)
                    .map { tensor($0, isScalar: false, isOptional: true) }
            ),
            "output": .array(outputs(facts).map { tensor($0.name, isScalar: $0.isScalar) }),
        ]
    }

    /// The names of the outputs, and whether they are single numbers.
    private static func outputs(_ facts: Facts) -> [(name: String, isScalar: Bool)] {
        let signature = facts.signature
        let derivatives = ["gradient", "hessian"].flatMap { quantity in
            signature.primary.count == 1
                ? [quantity] : signature.primary.map { "\(quantity)s.\(signature.inputs[$0].name)" }
        }
        let maps = Outputs.names(of: facts).filter { ["link", "prox"].contains($0) }
        return [("loss", true)] + (derivatives + ["elements"] + maps).map { ($0, false) }
            + [("normalizer", true)]
    }
}
