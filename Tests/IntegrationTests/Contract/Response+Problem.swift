// SPDX-License-Identifier: Apache-2.0

import Testing

extension Response {
    /// Expects a problem of this status and type, with the members that every problem must have.
    ///
    /// The type is given by its last path segment. Returns the document.
    @discardableResult
    func expectProblem(
        _ status: Int,
        _ slug: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> JSON {
        #expect(self.status == status, "\(text)", sourceLocation: sourceLocation)
        #expect(contentType == "application/problem+json", sourceLocation: sourceLocation)
        let problem = try json()
        #expect(problem["type"] == .string("/problems/\(slug)"), sourceLocation: sourceLocation)
        #expect(problem["status"] == .number(Double(status)), sourceLocation: sourceLocation)
        #expect(problem["title"]?.string?.isEmpty == false, sourceLocation: sourceLocation)
        #expect(problem["detail"]?.string?.isEmpty == false, sourceLocation: sourceLocation)
        return problem
    }
}
