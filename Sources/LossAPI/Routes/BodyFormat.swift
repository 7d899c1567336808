// SPDX-License-Identifier: Apache-2.0

import ContentCoding
import HTTP
import HTTPTypes

/// A format of requests and results; its raw value is the name in queries.
enum BodyFormat: String, CaseIterable, Sendable {
    case json
    case safetensors
    case npy
    case npz
    case csv
    case ndjson

    /// The media type of results.
    var mediaType: String {
        switch self {
        case .json: "application/json"
        case .safetensors: "application/vnd.safetensors"
        case .npy: "application/x-npy"
        case .npz: "application/x-npz"
        case .csv: "text/csv"
        case .ndjson: "application/x-ndjson"
        }
    }

    /// Other media types for which a client may have the same format.
    var synonyms: [String] {
        switch self {
        case .npz: ["application/zip"]
        case .ndjson: ["application/ndjson", "application/jsonl", "application/x-jsonlines"]
        case .json, .safetensors, .npy, .csv: []
        }
    }

    /// The format of a media type in lower case, without parameters; `nil` for JSON, and for others.
    init?(mediaType essence: some StringProtocol) {
        let found = Self.others.first { format in
            format.mediaType == essence || format.synonyms.contains { $0 == essence }
        }
        guard let found else { return nil }
        self = found
    }

    /// Whether a number is a few bytes rather than a text.
    var isBinary: Bool { self != .json && !isTable }

    /// Whether there is a line of text for each row.
    var isTable: Bool { self == .csv || self == .ndjson }

    /// The binary formats.
    static let binary = allCases.filter { $0.isBinary }

    /// The formats besides JSON.
    static let others = allCases.filter { $0 != .json }

    /// The media types of requests.
    static let mediaTypes = allCases.map { $0.mediaType }
}
