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

    /// The media type of results.
    var mediaType: String {
        switch self {
        case .json: "application/json"
        case .safetensors: "application/vnd.safetensors"
        case .npy: "application/x-npy"
        case .npz: "application/x-npz"
        }
    }

    /// The binary format of a media type in lower case, without parameters.
    init?(binaryType essence: some StringProtocol) {
        switch essence {
        case "application/vnd.safetensors": self = .safetensors
        case "application/x-npy": self = .npy
        case "application/x-npz", "application/zip": self = .npz
        default: return nil
        }
    }

    /// The binary formats.
    static let binary = allCases.filter { $0 != .json }

    /// The media types of requests.
    static let mediaTypes = allCases.map { $0.mediaType }
}
