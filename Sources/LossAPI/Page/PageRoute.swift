// SPDX-License-Identifier: Apache-2.0

import HTTP
import LossFunctions

/// A path that only the page has.
enum PageRoute {
    /// The page at a path of its own, which is in ``Page/views``.
    case view(String)
    /// The page of a loss or penalty.
    case entry(CatalogueList)
    case file(PageFile)
    /// The page of a loss or penalty that does not exist.
    case unknown(Problem)

    /// The route of the segments of a path; `nil` if the page has no such path.
    static func find(_ segments: [String]) -> PageRoute? {
        guard segments.count == 2, !segments[1].isEmpty else { return nil }
        if segments[0] == Page.filesPath.dropFirst() {
            return PageFile.named(segments[1]).map { .file($0) }
        }
        guard let list = CatalogueList(rawValue: segments[0]) else { return nil }
        do throws(Problem) {
            _ = try Route.find(segments[1], in: list)
            return .entry(list)
        } catch {
            return .unknown(error)
        }
    }

    /// The name of the route in metrics and logs.
    var name: RouteName {
        switch self {
        case .view(let path): RouteName(path)
        case .entry(.losses): RouteName("/losses/{loss}")
        case .entry(.penalties): RouteName("/penalties/{penalty}")
        case .file: RouteName(Page.filesPath + "/{file}")
        case .unknown: .none
        }
    }
}

extension Route {
    /// The file of the page that a client gets; `nil` if it gets something else.
    func pageFile(for head: RequestHead) -> PageFile? {
        switch self {
        case .page(.view), .page(.entry): Page.document
        case .page(.file(let file)): file
        case .index, .problems, .problem, .page(.unknown):
            Page.isPreferred(by: head) ? Page.document : nil
        default: nil
        }
    }

    /// The problem that the page explains; `nil` if it shows something that exists.
    var pageProblem: Problem? {
        if case .page(.unknown(let problem)) = self { problem } else { nil }
    }
}
