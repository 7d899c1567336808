// SPDX-License-Identifier: Apache-2.0

package import ContentCoding
import HTTP

extension Coding {
    /// Decodes content.
    ///
    /// - Parameters:
    ///   - bytes: The content.
    ///   - size: The number of bytes to decode at a time.
    ///   - limit: The maximum number of decoded bytes.
    /// - Returns: The decoded bytes.
    /// - Throws: The reason why the content cannot be decoded.
    package func decode(
        _ bytes: [UInt8],
        by size: Int = .max,
        limit: Int = 64 * 1_024 * 1_024
    ) throws(Inflater.Fault) -> [UInt8] {
        let inflater = Inflater(self)
        var decoded: [UInt8] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = Array(rest.prefix(size))
            rest = rest.dropFirst(part.count)
            var index = 0
            while let piece = try inflater.next(part.span, from: &index, limit: limit) {
                decoded += piece.bytes.dropFirst(BodySegment.headroom)
            }
        }
        try inflater.end()
        return decoded
    }
}
