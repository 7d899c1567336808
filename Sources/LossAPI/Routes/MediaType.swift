// SPDX-License-Identifier: Apache-2.0

import ContentCoding
import HTTP
import HTTPTypes

/// The media types and codings accepted for a body.
enum MediaType {
    /// The media types of requests, as the value of an Accept-Post field.
    static let accepted = BodyFormat.mediaTypes.joined(separator: ", ")
    private static let json = Array(BodyFormat.json.mediaType.utf8)

    /// The media type of bytes in any format, which the query names.
    private static let bytes = "application/octet-stream"

    /// The maximum length of a Content-Type; no accepted type is longer.
    private static let longest = 256

    /// The format of the body of a request.
    ///
    /// - Throws: A problem if it is not supported.
    static func format(of head: RequestHead) throws(Problem) -> BodyFormat {
        let fields = head.fields
        guard !fields.hasSingleValue(.contentType, equalTo: json), let type = fields[.contentType]
        else { return .json }
        guard type.utf8.count <= longest else { throw unsupported(type) }
        let parts = type.lowercased().split(separator: ";").map { part in
            part.drop { $0 == " " || $0 == "\t" }.prefix { $0 != " " && $0 != "\t" }
        }
        if isJSON(parts) { return .json }
        guard let essence = parts.first else { throw unsupported(type) }
        if let format = BodyFormat(mediaType: essence) {
            guard !format.isTable || isUTF8(parts), !parts.contains("header=absent") else {
                throw unsupported(type)
            }
            return format
        }
        guard essence == bytes else { throw unsupported(type) }
        let names = BodyFormat.others.map { $0.rawValue }
        guard let name = try ContentFormats.value(of: "format", in: head.query) else {
            throw Problem(
                .unsupportedMediaType,
                "Content-Type is \(type.quoted), which names no format: add "
                    + "\(names.map { "?format=\($0)" }.alternatives), or send Content-Type: "
                    + "\(BodyFormat.others.map { $0.mediaType }.alternatives).",
                allowed: BodyFormat.mediaTypes
            )
        }
        guard names.contains(name), let format = BodyFormat(rawValue: name) else {
            throw Problem(notAllowed: name, for: "format", at: nil, allowed: names)
        }
        return format
    }

    /// Throws a problem if the content coding of a request is not supported.
    static func checkCoding(of head: RequestHead) throws(Problem) {
        let fields = head.fields
        guard !fields.isEmpty(.contentEncoding), let value = fields[.contentEncoding],
            AppliedCoding(value) == .unsupported
        else { return }
        throw Problem(
            .unsupportedContentCoding,
            "Content-Encoding is \(value.quoted), but must be one of \(Coding.accepted).",
            allowed: Coding.allCases.map { $0.rawValue } + ["identity"]
        )
    }

    /// The content coding of a body, or `nil`.
    static func coding(of head: RequestHead) -> Coding? {
        guard !head.fields.isEmpty(.contentEncoding),
            case .one(let coding) = AppliedCoding(head.fields[.contentEncoding])
        else { return nil }
        return coding
    }

    private static func unsupported(_ type: String) -> Problem {
        let names = BodyFormat.allCases.map { format in
            switch format {
            case .json, .ndjson: format.mediaType + " in UTF-8"
            case .csv: format.mediaType + " in UTF-8 with a header"
            case .safetensors, .npy, .npz: format.mediaType
            }
        }
        return Problem(
            .unsupportedMediaType,
            "Content-Type is \(type.quoted), but must be \(names.alternatives). With curl: "
                + "--header 'Content-Type: application/json'.",
            allowed: BodyFormat.mediaTypes
        )
    }

    /// Whether this is a JSON media type, or the default of `curl --data`, or of `fetch` and aiohttp
    /// with a string; the parts are the type and its parameters.
    private static func isJSON(_ parts: [Substring]) -> Bool {
        guard let essence = parts.first else { return false }
        let isJSON =
            essence == "application/json" || essence == "text/json"
            || essence == "application/x-www-form-urlencoded" || essence == "text/plain"
            || essence.hasPrefix("application/") && essence.hasSuffix("+json")
        return isJSON && isUTF8(parts)
    }

    /// Whether the parameters of a type name no coding of text but UTF-8.
    private static func isUTF8(_ parts: [Substring]) -> Bool {
        let charset = parts.dropFirst().first { $0.hasPrefix("charset=") }
        return charset.map { ["charset=utf-8", "charset=\"utf-8\""].contains($0) } ?? true
    }
}
