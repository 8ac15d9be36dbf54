import FoundationEssentials
package import HTTPTypes

/// The credential that a process has: an API key, as its environment says.
package struct Credential: Sendable {
    private let token: String

    /// Takes a credential.
    ///
    /// - Throws: ``CredentialProblem`` for a text that cannot be one; it is not shown.
    package init(_ token: String, of source: String = "the token") throws(CredentialProblem) {
        guard (1...8192).contains(token.utf8.count), token.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw CredentialProblem(
                description: "\(source): expected a credential of visible characters, without spaces"
            )
        }
        self.token = token
    }

    /// Reads `JOBSYS_TOKEN`, or the file that `JOBSYS_TOKEN_FILE` names; nil if neither is set.
    ///
    /// There is no option for it: what stands on a command line, every process on the machine can read.
    ///
    /// - Throws: ``CredentialProblem`` for a file that cannot be read, or a text that cannot be a credential.
    package init?(environment: [String: String]) throws(CredentialProblem) {
        func setting(_ name: String) -> String? {
            environment[name].map(Self.trim).flatMap { $0.isEmpty ? nil : $0 }
        }
        if let token = setting("JOBSYS_TOKEN") {
            try self.init(token, of: "JOBSYS_TOKEN")
        } else if let path = setting("JOBSYS_TOKEN_FILE") {
            let text: String
            do {
                text = try String(contentsOfFile: path, encoding: .utf8)
            } catch {
                throw CredentialProblem(description: "JOBSYS_TOKEN_FILE: \(path) cannot be read")
            }
            try self.init(Self.trim(text), of: "JOBSYS_TOKEN_FILE: \(path)")
        } else {
            return nil
        }
    }

    /// What goes with each request.
    package var headers: HTTPFields { [.authorization: "Bearer \(token)"] }

    private static func trim(_ text: String) -> String {
        let start = text.drop(while: \.isWhitespace)
        return String(start.reversed().drop(while: \.isWhitespace).reversed())
    }
}

extension Credential: CustomStringConvertible, CustomReflectable {
    /// No part of it.
    package var description: String { "[redacted]" }

    /// Nothing that a dump could show.
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// Why there is no credential; it does not show what was found.
package struct CredentialProblem: Error, CustomStringConvertible {
    /// What is wrong, and with which variable.
    package let description: String
}
