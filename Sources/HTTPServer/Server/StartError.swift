// SPDX-License-Identifier: Apache-2.0

/// The reason that a server cannot start.
package enum StartError: Error, Hashable, Sendable {
    /// Another process listens on the port.
    case portInUse(host: String, port: Int)
    /// The port requires privileges.
    case portForbidden(port: Int)
    /// The port is not a number from 0 to 65535.
    case portOutOfRange(Int)
    /// The name does not resolve to an address of this machine.
    case unknownHost(String)
    /// The process may open fewer descriptors than it needs.
    case tooFewDescriptors(limit: Int, needed: Int)
    case system(SystemError)
}

extension StartError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .portInUse(let host, let port): "port \(port) of \(host) is already in use"
        case .portForbidden(let port): "port \(port) requires privileges; use a port above 1023"
        case .portOutOfRange(let port): "\(port) is not a port; use a number from 0 to 65535"
        case .unknownHost(let host): "\(host) is not an address of this machine"
        case .tooFewDescriptors(let limit, let needed):
            "the limit of \(limit) descriptors (ulimit -n) is too low; \(needed) or more are needed"
        case .system(let error): error.description
        }
    }
}
