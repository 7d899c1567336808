// SPDX-License-Identifier: Apache-2.0

import HTTP
import HTTPTypes

/// The explorer page: one HTML document, at several paths, and the files that it loads.
///
/// Its scripts show the view that belongs to the path, from the documents and results of the service.
enum Page {
    /// The path below which the files are served.
    static let filesPath = "/page"

    /// The views that have no loss, by path.
    static let views = ["/check", "/compare", "/data", "/service"]

    /// The HTML document.
    static let document = PageFile.named("index.html")

    static func content(of file: PageFile) -> StaticDocument {
        StaticDocument(file.bytes, file.mediaType, fields: fields)
    }

    /// Whether a client prefers HTML to JSON, as a browser does for the address of a page.
    static func isPreferred(by head: RequestHead) -> Bool {
        guard !head.fields.isEmpty(.accept), let accept = head.fields[.accept] else { return false }
        let list = WeightedList(accept)
        let weight = list.weight(of: "text/html") ?? 0
        return weight > 0 && weight >= list.weight(of: "application/json") ?? 0
    }

    /// The fields of the document and of its files.
    ///
    /// Nothing but these files is loaded, nothing else runs, and no other site can frame the page. A
    /// browser asks each time whether a file has changed, so that it never mixes two versions.
    private static let fields: ResponseFields = [
        .cacheControl: "no-cache",
        .vary: "Accept, Accept-Encoding",
        .contentSecurityPolicy:
            "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        .xContentTypeOptions: "nosniff",
        .referrerPolicy: "no-referrer",
        .crossOriginOpenerPolicy: "same-origin",
        .crossOriginResourcePolicy: "same-origin",
    ]
}

extension HTTPField.Name {
    /// The Referrer Policy of W3C.
    fileprivate static let referrerPolicy = HTTPField.Name.parse("Referrer-Policy")
    /// Section 7.1.3 of the HTML Standard.
    fileprivate static let crossOriginOpenerPolicy =
        HTTPField.Name.parse("Cross-Origin-Opener-Policy")
}
