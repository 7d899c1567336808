// SPDX-License-Identifier: Apache-2.0

extension Refusal {
    /// Returns a sentence that states the error and what would be accepted.
    ///
    /// - Parameters:
    ///   - limits: The limits that apply to the request.
    ///   - length: The Content-Length of the request; `nil` if it is unknown.
    /// - Returns: One or more sentences in English.
    package func sentence(limits: Limits, length: Int? = nil) -> String {
        switch self {
        case .tlsNotSupported:
            "This port serves plain HTTP, but the client began a TLS handshake: use http:// instead of"
                + " https://, or a proxy in front of the server that terminates TLS."
        case .invalidRequestLine:
            "The request line must be a method, a target and a version, separated by single spaces."
        case .invalidMethod:
            "The method must be a token: letters, digits and !#$%&'*+-.^_`|~ only."
        case .methodTooLong:
            "The method must end with a space within the first \(limits.requestLineBytes) bytes."
        case .invalidVersion:
            "The version must be HTTP/1.1 or HTTP/1.0, in capitals; HTTP/1.2 to HTTP/1.9 are"
                + " treated as HTTP/1.1."
        case .unsupportedVersion:
            "This server supports HTTP/1.1 and HTTP/1.0 only."
        case .requestLineTooLong:
            "The request line must not exceed \(limits.requestLineBytes) bytes."
        case .invalidTarget:
            "The target must be a path such as /v1/losses or an http:// URL; percent-encode"
                + " characters that are not allowed in a URL."
        case .asteriskWithoutOptions:
            "The target * is valid with OPTIONS only."
        case .invalidPercentEncoding:
            "Every % in the target must be followed by two hexadecimal digits."
        case .invalidPathCharacter:
            "The decoded path must be valid UTF-8 without control characters."
        case .connectNotSupported:
            "This server is not a proxy: CONNECT is not supported."
        case .bareCarriageReturn:
            "Every carriage return must be followed by a line feed."
        case .bareLineFeed:
            "Lines must end with a carriage return and a line feed, not with a line feed alone."
        case .controlCharacter:
            "The head must not contain control characters."
        case .foldedField:
            "Field lines must not be folded: no line of the head may begin with white space."
        case .invalidFieldName:
            "Every field line must be a name, a colon and a value; names consist of letters, digits"
                + " and !#$%&'*+-.^_`|~ only."
        case .whitespaceBeforeColon:
            "White space is not allowed between a field name and its colon."
        case .headTooLarge:
            "The field lines of a request must not exceed \(limits.headBytes) bytes; the same limit"
                + " applies to its trailers."
        case .tooManyFields:
            "A request may have up to \(limits.fieldCount) field lines and as many trailer lines."
        case .missingHost:
            "An HTTP/1.1 request must have a Host field."
        case .severalHosts:
            "A request must have exactly one Host field."
        case .invalidHost:
            "Host must be a single name or address, optionally followed by a colon and a port."
        case .severalContentTypes:
            "A request must have at most one Content-Type field."
        case .ambiguousFieldName:
            "Content_Length and Transfer_Encoding are refused, because some servers treat _ as -:"
                + " remove these fields."
        case .unknownExpectation:
            "The only supported expectation is 100-continue."
        case .invalidContentLength:
            "Content-Length must be one whole number in decimal digits without leading zeros."
        case .severalContentLengths:
            "A request must have at most one Content-Length field."
        case .contentLengthAndTransferEncoding:
            "A request must have either Content-Length or Transfer-Encoding, not both."
        case .invalidTransferEncoding:
            "The last transfer coding must be chunked, applied once and without parameters."
        case .unknownTransferCoding:
            "The only supported transfer coding is chunked."
        case .transferEncodingInHTTP10:
            "Transfer-Encoding is not allowed in HTTP/1.0: send Content-Length, or use HTTP/1.1."
        case .invalidChunkSize:
            "A chunk must begin with its size in hexadecimal digits, directly followed by the line"
                + " end or by an extension."
        case .invalidChunkExtension:
            "A chunk extension must have the form ;name, ;name=token or ;name=\"string\"."
        case .invalidChunkEnd:
            "The data of a chunk must have the stated size and be followed by a line end."
        case .wastefulChunks:
            "The chunks carry far more framing than data: send larger chunks without extensions."
        case .invalidTrailer:
            "Every trailer line must be a name, a colon and a value, without control characters."
        case .bodyTooLarge:
            (length.map { "The body has \($0)\($0 == .max ? " or more" : "") bytes, which exceeds" }
                ?? "The body, as sent or after decompression, exceeds")
                + " the limit of \(limits.bodyBytes) bytes (--body-bytes): raise the limit of the"
                + " server, or send the elements in parts and merge the results by their"
                + " normalizer."
        case .streamTooLong:
            "The body exceeds the limit\(limits.streamBytes > 0 ? " of \(limits.streamBytes) bytes" : "")"
                + " (--stream-bytes) of a body of which only sums are kept: send the rows in parts and"
                + " merge the results by their normalizer."
        case .incompleteRequest:
            "The connection was closed before the request was complete."
        case .headTimeout:
            "The head of a request must be complete within \(limits.headTime)."
        case .bodyTimeout:
            "A body must not pause for longer than \(limits.bodyStallTime), and must arrive at"
                + " \(limits.bodyMinimumRate) bytes per second or more on average."
        case .tooManyConnections:
            "All \(limits.connections) connections are in use: try again shortly."
        case .excessiveMemory:
            "The numbers of this request, of its computation and of its response need more than the"
                + " \(limits.memoryBytes) bytes of memory that the server may use for all requests"
                + " (--memory-bytes): send fewer numbers at once, or request fewer outputs."
        case .memoryExhausted:
            "All \(limits.memoryBytes) bytes of memory for requests and responses are in use: try"
                + " again shortly."
        case .tooManyWaiting:
            "\(limits.waitingJobs) requests are already waiting: try again shortly."
        case .draining:
            "The server is shutting down and accepts no more large requests: try another server."
        }
    }
}
