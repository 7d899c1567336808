// SPDX-License-Identifier: Apache-2.0

/// The limits that control groups impose on a process (Linux documentation, "Control Group v2" and
/// "Control Groups version 1").
struct ControlGroups {
    /// The limit on processor time as a number of cores, rounded up; `nil` means unlimited.
    let cores: Int?
    /// The memory limit in bytes; `nil` means unlimited.
    let memoryBytes: Int?

    static let ofThisProcess = ControlGroups(
        groups: SmallFile.text("/proc/self/cgroup") ?? "",
        file: { SmallFile.text("/sys/fs/cgroup/" + $0) }
    )

    /// Reads the limits.
    ///
    /// - Parameters:
    ///   - groups: The content of `/proc/self/cgroup`, one line for each hierarchy.
    ///   - file: Returns the content of a file below `/sys/fs/cgroup`; `nil` if it does not exist.
    init(groups: String, file: (String) -> String?) {
        var cores: [Int] = []
        var bytes: [Int] = []
        for line in groups.split(separator: "\n") {
            // "0::/path" in version 2, "4:memory:/path" in version 1.
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { continue }
            for group in Self.ancestors(of: parts[2]) {
                if parts[1].isEmpty {
                    for root in ["", "unified/"] {
                        cores += Self.cores(quota: file(root + group + "cpu.max"))
                        bytes += Self.bytes(file(root + group + "memory.max"))
                    }
                } else {
                    let root = "\(parts[1])/\(group)"
                    cores += Self.cores(
                        quota: file(root + "cpu.cfs_quota_us"),
                        period: file(root + "cpu.cfs_period_us")
                    )
                    bytes += Self.bytes(file(root + "memory.limit_in_bytes"))
                }
            }
        }
        self.cores = cores.min()
        memoryBytes = bytes.min()
    }

    /// Returns a group and its ancestors as path prefixes.
    ///
    /// In a container the path may be that of the host, of which only the root is visible.
    private static func ancestors(of path: Substring) -> [String] {
        var ancestors = [""]
        for step in path.split(separator: "/") {
            ancestors.append("\(ancestors.last ?? "")\(step)/")
        }
        return ancestors
    }

    /// Parses `$MAX $PERIOD`, from one file or two; "max" and -1 mean unlimited.
    private static func cores(quota: String?, period: String? = nil) -> [Int] {
        let numbers = "\(quota ?? "") \(period ?? "")".split { $0 == " " || $0 == "\n" }
        guard numbers.count == 2, let quota = Int(numbers[0]), let period = Int(numbers[1]),
            quota > 0, period > 0
        else { return [] }
        return [max(1, (quota + period - 1) / period)]
    }

    /// Parses a number or "max"; version 1 represents unlimited as a number beyond any machine.
    private static func bytes(_ text: String?) -> [Int] {
        guard let text, let bytes = Int(text.split(separator: "\n").first ?? ""), bytes > 0,
            bytes < 1 << 60
        else { return [] }
        return [bytes]
    }
}
