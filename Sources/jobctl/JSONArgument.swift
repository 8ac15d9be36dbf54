import ArgumentParser
import FoundationEssentials
import JobsysJSON

/// A JSON value on the command line, or `@` and the file that has it.
struct JSONArgument: Sendable, Hashable {
    /// The value.
    let value: JSONValue

    /// Reads the argument.
    ///
    /// - Throws: `ValidationError` if the file cannot be read, or what it says is no JSON.
    init(_ text: String) throws {
        do {
            if text.hasPrefix("@") {
                value = try JSONValue(parsing: Array(try Data(contentsOf: URL(filePath: String(text.dropFirst())))))
            } else {
                value = try JSONValue(parsing: text)
            }
        } catch let error as JSONError {
            throw ValidationError("The payload is not JSON: \(error)")
        } catch {
            throw ValidationError("The payload cannot be read from \(text.dropFirst()): \(error)")
        }
    }

    /// What the help says of it.
    static let help: ArgumentHelp = "What the handler is given: JSON, or @FILE to read it from a file."
}
