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

    /// The media types that clients send unless they are told another: they name no format, but are JSON
    /// unless the query names another.
    private static let defaults: Set<Substring> = [
        "application/x-www-form-urlencoded", "text/plain",
    ]

    /// The maximum length of a Content-Type; no accepted type is longer.
    private static let longest = 256

    /// The format of the body of a request.
    ///
    /// - Throws: A problem if it is not supported.
    static func format(of head: RequestHead) throws(Problem) -> BodyFormat {
        let fields = head.fields
        guard !fields.hasSingleValue(.contentType, equalTo: json) else { return .json }
        guard let type = fields[.contentType] else { return try named(by: head) ?? .json }
        guard type.utf8.count <= longest else { throw unsupported(type) }
        let parts = type.lowercased().split(separator: ";").map { part in
            part.drop { $0 == " " || $0 == "\t" }.prefix { $0 != " " && $0 != "\t" }
        }
        guard let essence = parts.first else { throw unsupported(type) }
        if isJSON(parts) {
            return defaults.contains(essence) ? try named(by: head) ?? .json : .json
        }
        if let format = BodyFormat(mediaType: essence) {
            guard !format.isTable || isUTF8(parts), !parts.contains("header=absent") else {
                throw unsupported(type)
            }
            return format
        }
        guard essence == bytes else { throw unsupported(type) }
        guard let format = try named(by: head) else {
            let names = BodyFormat.others.map { $0.rawValue }
            throw Problem(
                .unsupportedMediaType,
                "Content-Type is \(type.quoted), which names no format: add "
                    + "\(names.map { "?format=\($0)" }.alternatives), or send Content-Type: "
                    + "\(BodyFormat.others.map { $0.mediaType }.alternatives).",
                allowed: BodyFormat.mediaTypes
            )
        }
        return format
    }

    /// The format that the query names; `nil` if it names none.
    private static func named(by head: RequestHead) throws(Problem) -> BodyFormat? {
        guard let name = try ContentFormats.value(of: "format", in: head.query) else { return nil }
        guard let format = BodyFormat(rawValue: name) else {
            let names = BodyFormat.allCases.map { $0.rawValue }
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
