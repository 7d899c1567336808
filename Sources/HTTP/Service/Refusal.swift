// SPDX-License-Identifier: Apache-2.0

package import HTTPTypes

/// A reason for which a connection itself refuses a request, before any route is consulted.
///
/// Each case states one fact about one request. The connection is closed afterwards unless the
/// request was read to its end, because after an ambiguous request the start of the next one is
/// unknown. The raw value is a stable slug for the `type` of a problem document.
package enum Refusal: String, Error, Hashable, Sendable, CaseIterable {
    // The request line, RFC 9112 section 3.
    case tlsNotSupported = "tls-not-supported"
    case invalidRequestLine = "invalid-request-line"
    case invalidMethod = "invalid-method"
    case methodTooLong = "method-too-long"
    case invalidVersion = "invalid-version"
    case unsupportedVersion = "unsupported-version"
    case requestLineTooLong = "request-line-too-long"
    case invalidTarget = "invalid-target"
    case asteriskWithoutOptions = "asterisk-without-options"
    case invalidPercentEncoding = "invalid-percent-encoding"
    case invalidPathCharacter = "invalid-path-character"
    case connectNotSupported = "connect-not-supported"

    // Lines and fields, RFC 9112 sections 2.2 and 5.
    case bareCarriageReturn = "bare-carriage-return"
    case bareLineFeed = "bare-line-feed"
    case controlCharacter = "control-character"
    case foldedField = "folded-field"
    case invalidFieldName = "invalid-field-name"
    case whitespaceBeforeColon = "whitespace-before-colon"
    case headTooLarge = "head-too-large"
    case tooManyFields = "too-many-fields"
    case missingHost = "missing-host"
    case severalHosts = "several-hosts"
    case invalidHost = "invalid-host"
    case severalContentTypes = "several-content-types"
    case ambiguousFieldName = "ambiguous-field-name"
    case unknownExpectation = "unknown-expectation"

    // Framing, RFC 9112 sections 6 and 7.
    case invalidContentLength = "invalid-content-length"
    case severalContentLengths = "several-content-lengths"
    case contentLengthAndTransferEncoding = "content-length-and-transfer-encoding"
    case invalidTransferEncoding = "invalid-transfer-encoding"
    case unknownTransferCoding = "unknown-transfer-coding"
    case transferEncodingInHTTP10 = "transfer-encoding-in-http-1-0"
    case invalidChunkSize = "invalid-chunk-size"
    case invalidChunkExtension = "invalid-chunk-extension"
    case invalidChunkEnd = "invalid-chunk-end"
    case wastefulChunks = "wasteful-chunks"
    case invalidTrailer = "invalid-trailer"
    case bodyTooLarge = "body-too-large"
    case streamTooLong = "stream-too-long"
    case incompleteRequest = "incomplete-request"

    // Time and resources.
    case headTimeout = "head-timeout"
    case bodyTimeout = "body-timeout"
    case excessiveMemory = "excessive-memory"
    case tooManyConnections = "too-many-connections"
    case memoryExhausted = "memory-exhausted"
    case tooManyWaiting = "too-many-waiting"
    case draining = "draining"

    /// The stable slug in kebab-case.
    package var code: String { rawValue }

    /// The status of the response.
    package var status: HTTPResponse.Status {
        switch self {
        case .headTimeout, .bodyTimeout: .requestTimeout
        case .bodyTooLarge, .streamTooLong, .excessiveMemory: .contentTooLarge
        case .requestLineTooLong: .uriTooLong
        case .unknownExpectation: .expectationFailed
        case .headTooLarge, .tooManyFields: .requestHeaderFieldsTooLarge
        case .unknownTransferCoding, .connectNotSupported: .notImplemented
        case .tooManyConnections, .memoryExhausted, .tooManyWaiting, .draining: .serviceUnavailable
        case .unsupportedVersion: .init(code: 505, reasonPhrase: "HTTP Version Not Supported")
        default: .badRequest
        }
    }

    /// Whether the request would have been admitted at a less busy time.
    var isOverload: Bool { self == .memoryExhausted || self == .tooManyWaiting }

    /// Seconds after which a retry may succeed (RFC 9110 section 10.2.3).
    package var retryAfter: Int? {
        status == .serviceUnavailable ? 1 : nil
    }
}
