// SPDX-License-Identifier: Apache-2.0

/// Parses the field lines of a request and interprets those that affect the connection.
struct FieldSection: Sendable {
    /// The offset of the section within the message.
    private let start: Int
    private var positions = RequestFields.Positions()
    private var hasHost = false
    private var contentLength: Int?
    private var codings = TransferCodings()
    private var closes = false
    private var keepsAlive = false
    private var expectation = Expectation.none

    private enum Expectation {
        case none
        case continuation
        case unknown
    }

    /// Creates a section whose first line begins at `start`.
    init(start: Int) {
        self.start = start
    }

    /// Parses one line: `field-name ":" OWS field-value OWS`, RFC 9112 section 5.
    mutating func add(_ bytes: Span<UInt8>, in line: Range<Int>) throws(Refusal) {
        // A known name is valid, so only unknown names are checked letter by letter.
        guard let colon = bytes.firstColon(in: line),
            let field = KnownField.find(bytes.extracting(line.lowerBound..<colon))
        else { return try Self.check(bytes, in: line) }
        let value = bytes.trimming(colon + 1..<line.upperBound)
        positions.record(field, value)
        try record(field, bytes.extracting(value))
    }

    /// Combines a request line and the fields into a head.
    ///
    /// - Parameters:
    ///   - line: The request line.
    ///   - message: The message up to the end of the head.
    /// - Returns: The head.
    /// - Throws: A contradiction between them.
    func head(_ line: RequestLine, of message: [UInt8]) throws(Refusal) -> RequestHead {
        // RFC 9112 section 3.2.
        guard hasHost || line.version == .http10 else { throw .missingHost }
        // In HTTP/1.0 an expectation is ignored, RFC 9110 section 10.1.1.
        guard expectation != .unknown || line.version == .http10 else { throw .unknownExpectation }
        return RequestHead(
            method: line.method,
            target: line.target,
            version: line.version,
            fields: RequestFields(message: message, start: start, positions: positions),
            framing: try framing(version: line.version),
            expectsContinue: expectation == .continuation && line.version == .http11,
            keepsAlive: !closes && (keepsAlive || line.version == .http11)
        )
    }

    /// RFC 9112 section 6.3.
    private func framing(version: Version) throws(Refusal) -> Framing {
        guard codings.isPresent else {
            guard let contentLength, contentLength > 0 else { return .none }
            return .length(contentLength)
        }
        // Parties that disagree on which one applies allow request smuggling.
        guard contentLength == nil else { throw .contentLengthAndTransferEncoding }
        try codings.check(version: version)
        return .chunked
    }

    private mutating func record(_ field: KnownField, _ value: Span<UInt8>) throws(Refusal) {
        switch field {
        case .host:
            guard !hasHost else { throw .severalHosts }
            guard Host.isValid(value) else { throw .invalidHost }
            hasHost = true
        case .contentLength:
            guard contentLength == nil else { throw .severalContentLengths }
            contentLength = try ContentLength.parse(value)
        case .transferEncoding:
            codings.add(value)
        case .connection:
            FieldList.forEach(in: value) { option in
                if option.equalsIgnoringCase("close") { closes = true }
                if option.equalsIgnoringCase("keep-alive") { keepsAlive = true }
                return true
            }
        case .expect:
            FieldList.forEach(in: value) { element in
                let isKnown = element.equalsIgnoringCase("100-continue")
                if expectation != .unknown { expectation = isKnown ? .continuation : .unknown }
                return expectation != .unknown
            }
        case .contentType:
            // Several values would make the type ambiguous.
            guard !positions.isRepeated(.contentType) else { throw .severalContentTypes }
        case .accept, .cookie, .userAgent, .authorization, .cacheControl,
            .ifNoneMatch, .acceptEncoding, .acceptLanguage, .contentEncoding, .requestID,
            .traceParent, .origin, .prefer, .requestedMethod, .inferenceHeaderLength:
            break
        }
    }

    /// Throws unless a line begins with a name and a colon.
    private static func check(_ bytes: Span<UInt8>, in line: Range<Int>) throws(Refusal) {
        // Obsolete line folding (RFC 9112 section 5.2) or white space before the first field
        // (section 2.2): both have been used to hide fields.
        guard !bytes[line.lowerBound].isWhitespace else { throw .foldedField }
        guard let end = line.first(where: { !bytes[$0].isTokenCharacter }) else {
            throw .invalidFieldName
        }
        if bytes[end] == UInt8(ascii: ":"), end > line.lowerBound {
            return try checkAmbiguity(bytes.extracting(line.lowerBound..<end))
        }
        let next = bytes.trimming(end..<line.upperBound).lowerBound
        guard next > end, next < line.upperBound, bytes[next] == UInt8(ascii: ":") else {
            throw .invalidFieldName
        }
        throw .whitespaceBeforeColon
    }

    /// Throws for a name that an intermediary may mistake for a field that frames the content.
    private static func checkAmbiguity(_ name: Span<UInt8>) throws(Refusal) {
        guard name.count == 14 || name.count == 17 else { return }
        if name.equalsIgnoringCase("content_length") || name.equalsIgnoringCase("transfer_encoding")
        {
            throw .ambiguousFieldName
        }
    }
}
