import FoundationEssentials
package import HTTPTypes

/// The credential that a process has: an API key, or a token of whoever signs people in.
package struct Credential: Sendable {
    private let token: String

    /// Takes a credential.
    ///
    /// - Throws: ``ClientSettingError`` for a text that cannot be one; it is not shown.
    package init(_ token: String, of source: String = "the token") throws(ClientSettingError) {
        guard (1...8192).contains(token.utf8.count), token.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw ClientSettingError(
                description: "\(source): expected a credential of visible characters, without spaces"
            )
        }
        self.token = token
    }

    /// Reads `JOBSYS_TOKEN`, or the file that `JOBSYS_TOKEN_FILE` names; nil if neither is set.
    ///
    /// There is no option for it: what stands on a command line, every process on the machine can read.
    ///
    /// - Throws: ``ClientSettingError`` for a file that cannot be read, or a text that cannot be a credential.
    package init?(environment: [String: String]) throws(ClientSettingError) {
        if let token = environment.setting("JOBSYS_TOKEN") {
            try self.init(token, of: "JOBSYS_TOKEN")
        } else if let path = environment.setting("JOBSYS_TOKEN_FILE") {
            try self.init(file: path, of: "JOBSYS_TOKEN_FILE")
        } else {
            return nil
        }
    }

    /// Reads a file that has a credential and nothing else.
    ///
    /// - Throws: ``ClientSettingError`` for a file that cannot be read, or a text that cannot be a credential.
    package init(file path: String, of source: String) throws(ClientSettingError) {
        let text: String
        do {
            text = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw ClientSettingError(description: "\(source): \(path) cannot be read")
        }
        try self.init(text.trimmed, of: "\(source): \(path)")
    }

    /// What goes with each request.
    package var headers: HTTPFields { [.authorization: "Bearer \(token)"] }
}

extension Credential: CustomStringConvertible, CustomReflectable {
    /// No part of it.
    package var description: String { "[redacted]" }

    /// Nothing that a dump could show.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
