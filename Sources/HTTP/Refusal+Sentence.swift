// SPDX-License-Identifier: Apache-2.0

extension Refusal {
    /// What is wrong and what would be accepted, for whoever has to mend the request.
    ///
    /// - Parameters:
    ///   - limits: The bounds that the request has not kept.
    ///   - length: How many bytes the body has by its head; nil where that does not tell.
    /// - Returns: Sentences in English.
    package func sentence(limits: Limits, length: Int? = nil) -> String {
        switch self {
        case .invalidRequestLine:
            "The first line must be a method, a target and a version, with one space between each."
        case .invalidMethod:
            "The method must be a token: letters, digits and !#$%&'*+-.^_`|~ only."
        case .methodTooLong:
            "There must be a space within the first \(limits.requestLineBytes) bytes, behind the method."
        case .invalidVersion:
            "The version must be HTTP/1.1 or HTTP/1.0, in capitals; HTTP/1.2 to HTTP/1.9 are answered as"
                + " HTTP/1.1."
        case .unsupportedVersion:
            "This server speaks HTTP/1.1 and HTTP/1.0."
        case .requestLineTooLong:
            "The request line may have \(limits.requestLineBytes) bytes."
        case .invalidTarget:
            "The target must be a path like /v1/losses or an http:// URL, and may contain only the"
                + " characters of a URL; encode all others with %."
        case .asteriskWithoutOptions:
            "The target * goes with OPTIONS only."
        case .invalidPercentEncoding:
            "Every % in the target must be followed by two hexadecimal digits."
        case .invalidPathCharacter:
            "The decoded path must be UTF-8 without control characters."
        case .connectNotSupported:
            "This server is no proxy: CONNECT is not supported."
        case .bareCarriageReturn:
            "A carriage return must be followed by a line feed."
        case .bareLineFeed:
            "Lines must end with a carriage return and a line feed, not with a line feed alone."
        case .controlCharacter:
            "The head must not contain control characters."
        case .foldedField:
            "A field must stand on one line: no line of the head may begin with white space."
        case .invalidFieldName:
            "Every field line must be a name, a colon and a value; a name consists of letters,"
                + " digits and !#$%&'*+-.^_`|~ only."
        case .whitespaceBeforeColon:
            "There must be no white space between a field name and its colon."
        case .headTooLarge:
            "The fields of a request, and its trailers, may have \(limits.headBytes) bytes altogether."
        case .tooManyFields:
            "A request may have \(limits.fieldCount) field lines and as many trailer lines."
        case .missingHost:
            "An HTTP/1.1 request must have a Host field."
        case .severalHosts:
            "A request must have one Host field, not several."
        case .invalidHost:
            "The host must be one name or address, with a port if need be, and nothing else."
        case .severalContentTypes:
            "A request must have one Content-Type, not several."
        case .ambiguousFieldName:
            "Some take Content_Length and Transfer_Encoding for the names with a hyphen: leave them"
                + " out."
        case .unknownExpectation:
            "The only expectation this server can meet is 100-continue."
        case .invalidContentLength:
            "Content-Length must be one whole number in decimal digits, without a leading zero."
        case .severalContentLengths:
            "A request must have one Content-Length, not several."
        case .contentLengthAndTransferEncoding:
            "A request must have Content-Length or Transfer-Encoding, not both."
        case .invalidTransferEncoding:
            "The last transfer coding must be chunked, once and without parameters."
        case .unknownTransferCoding:
            "The only transfer coding this server reads is chunked."
        case .transferEncodingInHTTP10:
            "HTTP/1.0 has no Transfer-Encoding: send Content-Length, or use HTTP/1.1."
        case .invalidChunkSize:
            "A chunk must begin with its size in hexadecimal digits, directly followed by the line"
                + " end or by an extension."
        case .invalidChunkExtension:
            "A chunk extension must be ;name, ;name=token or ;name=\"string\"."
        case .invalidChunkEnd:
            "The data of a chunk must be as long as its size says and be followed by a line end."
        case .wastefulChunks:
            "The chunks carry far more framing than data: send larger chunks without extensions."
        case .invalidTrailer:
            "Every trailer line must be a name, a colon and a value, without control characters."
        case .bodyTooLarge:
            (length.map { "The body has \($0) bytes, but may have" } ?? "A body may have")
                + " \(limits.bodyBytes) bytes (--body-bytes): start the server with a higher limit, or"
                + " send the elements in parts and merge the answers by their normalizer."
        case .incompleteRequest:
            "The connection was closed before the request was complete."
        case .headTimeout:
            "The head of a request must be complete within \(limits.headTime)."
        case .bodyTimeout:
            "A body may pause for \(limits.bodyStallTime) and must bring"
                + " \(limits.bodyMinimumRate) bytes a second on average."
        case .tooManyConnections:
            "All \(limits.connections) connections are in use: try again shortly."
        case .excessiveMemory:
            "The numbers of this request and of its answer need more than the \(limits.memoryBytes)"
                + " bytes of memory that the server may use for all requests (--memory-bytes): send"
                + " fewer numbers at once, or ask for fewer outputs."
        case .memoryExhausted:
            "All \(limits.memoryBytes) bytes for bodies and answers are in use: try again shortly."
        case .tooManyWaiting:
            "\(limits.waitingJobs) requests are waiting already: try again shortly."
        case .draining:
            "The server is shutting down and takes no more large requests: try again elsewhere."
        }
    }
}
