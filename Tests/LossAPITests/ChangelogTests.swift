// SPDX-License-Identifier: Apache-2.0

import LossFunctions
import Testing

@Suite("The changelog")
struct ChangelogTests {
    @Test("has releases with sections, as Keep a Changelog 1.1.0 describes, none of them empty")
    func form() throws {
        let lines = try text("CHANGELOG.md").split(separator: "\n")
        let headings = lines.enumerated().filter { $1.hasPrefix("#") }
        #expect(headings.first?.element == "# Changelog")
        #expect(headings.dropFirst().first?.element == "## [Unreleased]")
        var sections: Set<Substring> = []
        for (index, heading) in headings.dropFirst() {
            if heading.hasPrefix("## ") {
                let isRelease =
                    heading.wholeMatch(of: /## \[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d/) != nil
                #expect(isRelease || heading == "## [Unreleased]", "\(heading)")
                sections = []
            } else {
                #expect(Self.sections.contains(heading), "\(heading)")
                #expect(sections.insert(heading).inserted, "\(heading) occurs twice")
                #expect(lines.dropFirst(index + 1).first?.hasPrefix("- ") == true, "\(heading)")
            }
        }
    }

    @Test("names every revision of the numbers, the current one in its latest entry")
    func numerics() throws {
        let named = try text("CHANGELOG.md").matches(of: /Numerics revision (\d+):/).map { $0.1 }
        #expect(named.first == "\(LossPartial.currentNumerics)")
        #expect(Set(named).count == LossPartial.currentNumerics)
    }

    private static let sections: Set<Substring> = [
        "### Added", "### Changed", "### Deprecated", "### Removed", "### Fixed", "### Security",
    ]
}
