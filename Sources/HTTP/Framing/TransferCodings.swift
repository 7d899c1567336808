// SPDX-License-Identifier: Apache-2.0

/// The transfer codings of a request, from all its Transfer-Encoding lines.
struct TransferCodings: Sendable {
    private var hasLine = false
    private var last = Coding.none
    private var hasUnknown = false
    private var isInvalid = false
    private var count = 0

    /// The maximum number of codings that are parsed; no legitimate request has as many.
    private static let maximumCount = 16

    private enum Coding {
        case none
        case chunked
        case unknown
    }

    /// Whether the request has the field at all, even an empty one.
    var isPresent: Bool { hasLine }

    /// Parses the value of one line: a list of codings, in which empty elements are tolerated.
    mutating func add(_ bytes: Span<UInt8>) {
        hasLine = true
        FieldList.forEach(in: bytes) { element in
            // Nothing may follow chunked (RFC 9112 section 7.1), not even itself.
            if last == .chunked { isInvalid = true }
            last = element.equalsIgnoringCase("chunked") ? .chunked : .unknown
            if last == .unknown { hasUnknown = true }
            count += 1
            if count > Self.maximumCount { isInvalid = true }
            return !isInvalid
        }
    }

    /// Throws unless the only coding is chunked, as the last one (RFC 9112 sections 6.1 and 6.3).
    func check(version: Version) throws(Refusal) {
        guard version == .http11 else { throw .transferEncodingInHTTP10 }
        guard last == .chunked, !isInvalid else { throw .invalidTransferEncoding }
        guard !hasUnknown else { throw .unknownTransferCoding }
    }
}
