// SPDX-License-Identifier: Apache-2.0

import ContentCoding
import Formats
import HTTP
import HTTPTypes

/// The formats of a request and of its result.
struct ContentFormats: Equatable, Sendable {
    let request: BodyFormat
    let result: ResultFormat
    /// Whether the client wants the results of rows while it sends others, and they can be sent so.
    var streamsRows = false

    /// The format that most requests and results have.
    static let json = ContentFormats(request: .json, result: .json)

    /// The fields of a query that select formats: `format` that of a body whose Content-Type names none,
    /// `dtype` the precision of a result in a binary format.
    static let queryFields = ["format", "dtype"]

    /// The values of Accept that many clients send.
    private static let usualAccept = ["*/*", "application/json"].map { Array($0.utf8) }

    /// The field of a query that chooses the columns of a table.
    static let columns = "columns"

    /// The fields of the query that are of the formats rather than of the loss.
    var ownQueryFields: [String] { Self.queryFields + (request.isTable ? [Self.columns] : []) }

    /// Selects the formats of a request and its result (RFC 9110, section 12.5.1).
    ///
    /// - Throws: A problem if the request is in no supported format, or its result in no accepted one.
    static func negotiate(_ head: RequestHead) throws(Problem) -> ContentFormats {
        let request = try MediaType.format(of: head)
        let fields = head.fields
        if request == .json, head.query == nil,
            fields.isEmpty(.accept)
                || usualAccept.contains(where: { fields.hasSingleValue(.accept, equalTo: $0) })
        {
            return json
        }
        let wantsRows = request.isTable && prefersStreaming(head)
        let result = try resultFormat(
            of: request,
            accept: fields[.accept],
            usual: request.isTable && !wantsRows ? .json : request
        )
        if let name = try value(of: "format", in: head.query), name != request.rawValue {
            throw Problem(
                .conflictingOptions,
                "format in the query is \(name.quoted), but Content-Type names "
                    + "\(request.rawValue): omit format. That of the result follows Accept."
            )
        }
        let precision = try precision(of: head, result)
        return ContentFormats(
            request: request,
            result: ResultFormat(format: result, precision: precision),
            streamsRows: wantsRows && result.isTable && canStream(head)
        )
    }

    /// Whether a client prefers a response that begins before its request has ended (RFC 7240).
    private static func prefersStreaming(_ head: RequestHead) -> Bool {
        guard !head.fields.isEmpty(.prefer), let preferences = head.fields[.prefer] else {
            return false
        }
        return ListElements(preferences).contains { element in
            let name = element.prefix { $0 != ";" && $0 != " " && $0 != "\t" }
            return name.lowercased() == ResultRows.preference
        }
    }

    /// Whether a response may begin before its request has ended: HTTP/1.0 has no chunks, and a coding works on
    /// larger parts.
    private static func canStream(_ head: RequestHead) -> Bool {
        guard head.version != .http10, MediaType.coding(of: head) == nil else { return false }
        if case .required = Negotiation(head.fields[.acceptEncoding]) { return false }
        return true
    }

    /// The acceptable format that the client prefers; among several the usual one.
    ///
    /// A request in JSON, or in a table, whose Accept names no format gets a result in JSON, which clients
    /// expect whatever their libraries send, unless they prefer rows.
    private static func resultFormat(
        of request: BodyFormat,
        accept: String?,
        usual: BodyFormat
    ) throws(Problem) -> BodyFormat {
        guard let accept, !accept.isEmpty else { return usual }
        let list = WeightedList(accept)
        let formats = [usual] + BodyFormat.allCases.filter { $0 != usual }
        var best = (format: usual, weight: 0)
        for format in formats {
            let general = format == usual ? list.weight(of: "application/octet-stream") : nil
            let weight =
                list.weight(of: format.mediaType)
                ?? format.synonyms.lazy.compactMap { list.weight(of: $0) }.first ?? general
                ?? list.weight(of: format == .csv ? "text/*" : "application/*")
                ?? list.weight(of: "*/*") ?? 0
            if weight > best.weight { best = (format, weight) }
        }
        guard best.weight > 0 || request == .json else {
            throw Problem(
                .notAcceptableFormat,
                "Accept is \(accept.quoted), but a result can be "
                    + "\(BodyFormat.mediaTypes.alternatives).",
                allowed: BodyFormat.mediaTypes
            )
        }
        return best.format
    }

    /// Throws a problem unless the client accepts JSON, the only format of some results.
    static func checkAcceptsJSON(_ head: RequestHead) throws(Problem) {
        guard let accept = head.fields[.accept], !accept.isEmpty else { return }
        let list = WeightedList(accept)
        let json = BodyFormat.json.mediaType
        let weight =
            list.weight(of: json) ?? list.weight(of: "application/*") ?? list.weight(of: "*/*")
        guard weight ?? 0 == 0 else { return }
        throw Problem(
            .notAcceptableFormat,
            "Accept is \(accept.quoted), but the result is \(json).",
            allowed: [json]
        )
    }

    /// The precision of the numbers of the result.
    private static func precision(
        of head: RequestHead,
        _ result: BodyFormat
    ) throws(Problem) -> Precision {
        guard let text = try value(of: "dtype", in: head.query) else { return .double }
        let allowed = Precision.allCases.map { $0.rawValue }
        guard let precision = Precision(rawValue: text) else {
            throw Problem(notAllowed: text, for: "dtype", at: nil, allowed: allowed)
        }
        guard result.isBinary || precision == .double else {
            throw Problem(
                .conflictingOptions,
                "dtype=\(text) applies to a result in a binary format, but this one is "
                    + "\(result == .json ? "JSON" : result.mediaType): omit "
                    + "dtype, or send Accept: \(BodyFormat.binary.map { $0.mediaType }.alternatives)."
            )
        }
        return precision
    }

    /// The value of a field of a query; `nil` if there is none.
    static func value(of name: String, in query: String?) throws(Problem) -> String? {
        guard let query else { return nil }
        return try QueryFields(query).fields.first { $0.name == name }?.value
    }
}
