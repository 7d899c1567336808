// SPDX-License-Identifier: Apache-2.0

/// The origin of a web page, spelt exactly as browsers send it in the Origin field.
///
/// That is the ASCII serialization of an origin (RFC 6454 section 6.2, URL Standard): `http` or
/// `https`, a host in lower case, a port unless it is the default, and nothing else. Of the hosts
/// that the URL Standard allows, only those are accepted that a page can be loaded from: IP
/// addresses, and names of letters, digits, hyphens and underscores of the lengths that DNS permits.
/// Labels that begin with `xn--` are not decoded.
package struct Origin: Hashable, Sendable {
    package let text: String

    /// The reason that a text is not an origin, as a sentence that gives the right spelling.
    package struct Fault: Error, Equatable, CustomStringConvertible {
        package let description: String

        init(_ description: String) { self.description = description }
    }

    /// Checks the spelling of an origin.
    package init(_ text: String) throws(Fault) {
        let canonical = try Self.canonical(text)
        guard text == canonical else {
            throw Fault("browsers send the origin \(text.quoted) as \(canonical).")
        }
        self.text = text
    }

    /// Returns the serialization of the origin of a URL.
    private static func canonical(_ url: String) throws(Fault) -> String {
        let quoted = url.quoted
        guard url != "null" else {
            throw Fault(
                "null is the origin of every sandboxed page and local file, so it cannot be allowed "
                    + "by itself: use * for all origins."
            )
        }
        guard url.allSatisfy({ $0.isASCII }) else {
            throw Fault(
                "browsers send the host of \(quoted) in ASCII, with labels that begin with xn--, as "
                    + "location.origin in the console of a browser shows it."
            )
        }
        guard let colon = url.firstRange(of: "://") else {
            throw Fault(
                "\(quoted) must begin with http:// or https://, as in https://example.org or "
                    + "http://localhost:3000."
            )
        }
        let scheme = url[..<colon.lowerBound].lowercased()
        guard let defaultPort = ["http": 80, "https": 443][scheme] else {
            throw Fault("\(quoted) must begin with http:// or https://.")
        }
        let authority = url[colon.upperBound...].prefix { !"/?#\\".contains($0) }
        // A user and password end with the last @.
        let place = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        let end =
            place.first == "[" ? place.firstIndex(of: "]") ?? place.endIndex : place.startIndex
        let mark = place[end...].firstIndex(of: ":") ?? place.endIndex
        let host = try OriginHost.canonical(place[..<mark], of: quoted)
        guard mark < place.endIndex else { return "\(scheme)://\(host)" }
        let digits = place[place.index(after: mark)...]
        guard digits.allSatisfy({ $0.isNumber }), let port = Int(digits.isEmpty ? "0" : digits),
            digits.isEmpty || 1...65_535 ~= port
        else { throw Fault("the port of \(quoted) must be a number from 1 to 65535.") }
        let isPlain = digits.isEmpty || port == defaultPort
        return "\(scheme)://\(host)" + (isPlain ? "" : ":\(port)")
    }
}
