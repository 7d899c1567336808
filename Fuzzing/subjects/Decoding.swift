// SPDX-License-Identifier: Apache-2.0

package import ContentCoding
import HTTP

extension Coding {
    /// Takes the coding off content.
    ///
    /// - Parameters:
    ///   - bytes: The content.
    ///   - size: How many bytes of it come at once.
    ///   - limit: How many decoded bytes there may be.
    /// - Returns: The decoded bytes.
    /// - Throws: What is wrong with the content.
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
