// SPDX-License-Identifier: Apache-2.0

import ContentCoding
import HTTP
import HTTPTypes

/// The media types and codings accepted for a JSON body.
enum MediaType {
    static let accepted = "application/json"
    private static let acceptedText = Array(accepted.utf8)

    /// The maximum length of a Content-Type; no accepted type is longer.
    private static let longest = 256

    /// The problem with a request's media type or content coding, or `nil`.
    static func problem(with head: RequestHead) -> Problem? {
        let fields = head.fields
        if !fields.hasSingleValue(.contentType, equalTo: acceptedText),
            let type = fields[.contentType],
            let problem = problem(type: type)
        {
            return problem
        }
        guard !fields.isEmpty(.contentEncoding), let value = fields[.contentEncoding],
            AppliedCoding(value) == .unsupported
        else { return nil }
        return Problem(
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

    private static func problem(type: String) -> Problem? {
        guard !isAccepted(type) else { return nil }
        return Problem(
            .unsupportedMediaType,
            "Content-Type is \(type.quoted), but must be application/json in UTF-8. With curl: "
                + "--header 'Content-Type: application/json'.",
            allowed: [accepted]
        )
    }

    /// Whether this is a JSON media type, or the default of `curl --data`, or of `fetch` and aiohttp
    /// with a string.
    private static func isAccepted(_ type: String) -> Bool {
        guard type.utf8.count <= longest else { return false }
        let parts = type.lowercased().split(separator: ";").map { part in
            part.drop { $0 == " " || $0 == "\t" }.prefix { $0 != " " && $0 != "\t" }
        }
        guard let essence = parts.first else { return false }
        let isJSON =
            essence == "application/json" || essence == "text/json"
            || essence == "application/x-www-form-urlencoded" || essence == "text/plain"
            || essence.hasPrefix("application/") && essence.hasSuffix("+json")
        let charset = parts.dropFirst().first { $0.hasPrefix("charset=") }
        let isUTF8 = charset.map { ["charset=utf-8", "charset=\"utf-8\""].contains($0) } ?? true
        return isJSON && isUTF8
    }
}
