// SPDX-License-Identifier: Apache-2.0

import Formats
import HTTP
import Requests

/// A computation besides those of single losses and penalties; its raw value is the name in its path.
enum Operation: String, CaseIterable {
    case check
    case evaluations
    case merge
    case objectives

    /// The formats of requests; results are JSON.
    var formats: [BodyFormat] {
        switch self {
        case .check, .evaluations, .objectives: BodyFormat.allCases
        case .merge: [.json, .ndjson]
        }
    }

    var path: String { "/v1/\(rawValue)" }

    static let allow = "OPTIONS, POST"
}

extension LossService {
    /// Creates the intake for the body of a request.
    ///
    /// - Parameters:
    ///   - operation: The computation.
    ///   - query: The query of the request, which may contain options.
    ///   - formats: The formats of the request and of its result.
    /// - Returns: The intake.
    /// - Throws: A problem with the query, or with a format.
    func intake(
        for operation: Operation,
        query: String?,
        formats: ContentFormats
    ) throws(Problem) -> any Intake {
        let allowed = operation.formats.map { $0.mediaType }
        guard operation.formats.contains(formats.request) else {
            throw Problem(
                .unsupportedMediaType,
                "\(operation.path) does not accept \(formats.request.mediaType): send "
                    + "\(allowed.alternatives).",
                allowed: allowed
            )
        }
        switch operation {
        case .check:
            return try intake(CheckDocument(limits: limits), operation, query, formats)
        case .evaluations:
            return try intake(EvaluationDocument(limits: limits), operation, query, formats)
        case .objectives:
            return try intake(ObjectiveDocument(limits: limits), operation, query, formats)
        case .merge:
            var document = MergeDocument(Merger(groupLimit: limits.groups))
            try document.read(query: query)
            guard formats.request == .json else {
                let lines = PartialLines(maximumDepth: maximumDepth)
                return intake(document, lines, operation)
            }
            return intake(document, operation)
        }
    }

    private func intake<Document: TensorDocument>(
        _ document: Document,
        _ operation: Operation,
        _ query: String?,
        _ formats: ContentFormats
    ) throws(Problem) -> any Intake {
        var document = document
        try document.read(query: query, formats)
        func tensors<Reader: TensorReader>(_ reader: Reader) -> any Intake {
            intake(document, TensorDocumentBody<Reader, Document>(reader), operation)
        }
        switch formats.request {
        case .json: return intake(document, operation)
        case .safetensors: return tensors(SafeTensorsReader())
        case .npy: return tensors(NPYReader(names: try document.arrangement().arrays))
        case .npz: return tensors(NPZReader(limit: maximumBody))
        case .csv, .ndjson:
            let known = try document.arrangement().columns
            let own = TableFields(names: known, labels: Document.labelFields)
            let names = try Self.columns(own, query)
            func rows<Reader: TableReader>(_ reader: Reader) -> any Intake {
                let body = TableDocumentBody<Reader, Document>(reader, known: known)
                return intake(document, body, operation)
            }
            guard formats.request == .ndjson else { return rows(CSVReader(names: names)) }
            return rows(NDJSONReader(names: names, maximumDepth: maximumDepth))
        }
    }

    private func intake<Document: StreamedDocument>(
        _ document: Document,
        _ operation: Operation
    ) -> any Intake {
        let reader = DocumentReader<Document>(maximumDepth: maximumDepth)
        return intake(document, reader, operation)
    }

    private func intake<Document: ComputableDocument>(
        _ document: Document,
        _ body: some BodyReader<Document>,
        _ operation: Operation
    ) -> any Intake {
        DocumentIntake(document, body, route: RouteName(operation.path), clock: clock)
    }
}
