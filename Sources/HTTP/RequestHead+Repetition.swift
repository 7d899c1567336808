// SPDX-License-Identifier: Apache-2.0

/// Clients that keep a connection send the same head again and again, but for the length of what
/// follows it. To see that it is the same takes a tenth of the instructions of reading it.
extension RequestHead {
    /// Longer heads are not kept to be compared with: memory that a connection at rest takes.
    private static let longestKept = 1_024

    /// Whether it is worth keeping for the next request of its connection.
    var isWorthKeeping: Bool { 1...Self.longestKept ~= wireBytes }

    /// How many bytes it came in.
    var wireBytes: Int { fields.message.count }

    /// The head that a message begins with, if that is this one in the same number of bytes and at
    /// most the digits of its Content-Length are others; nil where it has to be read.
    func repeated(in message: ArraySlice<UInt8>) -> RequestHead? {
        let kept = fields.message
        let known = kept.span
        let bytes = message.span
        guard bytes.count >= known.count else { return nil }
        guard case .length(let length) = framing else {
            return bytes.extracting(first: known.count).equals(known) ? self : nil
        }
        let place = fields.places[.contentLength]
        let behind = place.upperBound..<known.count
        guard
            bytes.extracting(first: place.lowerBound)
                .equals(known.extracting(first: place.lowerBound)),
            bytes.extracting(behind).equals(known.extracting(behind)),
            let given = ContentLength.short(bytes.extracting(place))
        else { return nil }
        return given == length ? self : with(length: given, in: Array(message.prefix(known.count)))
    }

    /// The same with a content of another length.
    private func with(length: Int, in message: [UInt8]) -> RequestHead {
        RequestHead(
            method: method,
            target: target,
            version: version,
            fields: fields.written(as: message),
            framing: .length(length),
            expectsContinue: expectsContinue,
            keepsAlive: keepsAlive
        )
    }
}
