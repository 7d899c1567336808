// SPDX-License-Identifier: Apache-2.0

/// Reuse of the previous head: clients that keep a connection open repeat the head, except for
/// the length of the content, and comparing heads takes a tenth of the instructions of parsing
/// them.
extension RequestHead {
    /// The maximum length in bytes of a head that is kept, which costs memory on idle connections.
    private static let maximumReusableBytes = 1_024

    /// Whether to keep the head for comparison with the next request.
    var isReusable: Bool { 1...Self.maximumReusableBytes ~= wireBytes }

    /// The length of the head in bytes, as received.
    var wireBytes: Int { fields.message.count }

    /// Returns the head at the beginning of `message` if it equals this one except for the digits
    /// of its Content-Length; `nil` if it must be parsed.
    func repeated(in message: ArraySlice<UInt8>) -> RequestHead? {
        let kept = fields.message
        let known = kept.span
        let bytes = message.span
        guard bytes.count >= known.count else { return nil }
        guard case .length(let length) = framing else {
            return bytes.extracting(first: known.count).equals(known) ? self : nil
        }
        let position = fields.positions[.contentLength]
        let behind = position.upperBound..<known.count
        guard
            bytes.extracting(first: position.lowerBound)
                .equals(known.extracting(first: position.lowerBound)),
            bytes.extracting(behind).equals(known.extracting(behind)),
            let given = ContentLength.short(bytes.extracting(position))
        else { return nil }
        return given == length ? self : with(length: given, in: Array(message.prefix(known.count)))
    }

    /// Returns a copy with another content length.
    private func with(length: Int, in message: [UInt8]) -> RequestHead {
        RequestHead(
            method: method,
            target: target,
            version: version,
            fields: fields.relocated(to: message),
            framing: .length(length),
            expectsContinue: expectsContinue,
            keepsAlive: keepsAlive
        )
    }
}
