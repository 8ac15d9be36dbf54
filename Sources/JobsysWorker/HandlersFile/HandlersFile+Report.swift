import JobsysCore
import JobsysJSON
import JobsysProcess
import Logging

extension JobRegistry {
    /// Reads a handlers file as the worker's start would, and looks for the programs that it names.
    ///
    /// - Parameters:
    ///   - path: Where the file is.
    ///   - environment: The environment that the worker would have.
    /// - Returns: A line for each type: what runs it, and its policy.
    /// - Throws: All that is wrong with the file, or, if that is nothing, the programs and folders that are not there.
    func report(onHandlersFile path: String, environment: [String: String]) throws(HandlersFileError) -> String {
        let file = try HandlersFile(path: path, codeTypes: codeTypes, environment: environment)
        let missing = file.missingPrograms(environment: environment)
        guard missing.isEmpty else { throw HandlersFileError(file: path, problems: missing) }
        return file.report(policy: policy)
    }

    /// The types of the worker's own code, whether it offers all of them or not.
    fileprivate var codeTypes: Set<String> { Set(types).union([DrillHandler().name.description]) }
}

extension WorkerConfiguration {
    /// Reads the handlers file, if there is one; `handlers` are those of the worker's own code.
    ///
    /// A program that is not there yet is no reason to stop: its jobs fail with class `SYSTEM` until it is.
    func readHandlersFile(
        beside handlers: JobRegistry,
        environment: [String: String]
    ) throws(HandlersFileError) -> HandlersFile? {
        guard let path = handlersFile else { return nil }
        let file = try HandlersFile(path: path, codeTypes: handlers.codeTypes, environment: environment)
        for problem in file.missingPrograms(environment: environment) {
            let what = HandlersFileError(file: path, problems: [problem])
            Logger.current.warning("a handler's program is not there", error: what)
        }
        return file
    }
}

extension HandlersFile {
    /// A line for each type: what runs it, and its policy; a last one for the rules of the inbox, if there are any.
    func report(policy: (_ type: String) -> JobPolicy) -> String {
        let width = handlers.map(\.type.count).max() ?? 0
        var lines = handlers.map { handler in
            let type = handler.type + String(repeating: " ", count: width - handler.type.count)
            return "\(type)  \(handler.kind)  \(handler.policy.applied(to: policy(handler.type)).summary)\n"
        }
        if handlers.isEmpty { lines.append("no handlers\n") }
        lines += inbox.map { "inbox: \(JSONValue.object($0.match).serializedString) becomes \($0.type)\n" }
        return lines.joined()
    }

    /// What a look at the programs and folders finds wrong, in the order of the file.
    func missingPrograms(environment: [String: String]) -> [HandlersFileError.Problem] {
        handlers.compactMap { handler in
            guard case .command(let target) = handler.kind else { return nil }
            let variables = CommandEnvironment.variables(of: target, from: environment)
            do throws(ProgramProblem) {
                _ = try target.programPath(environment: variables)
                return nil
            } catch {
                return HandlersFileError.Problem("\(error)", path: "handlers.\(handler.type)", place: handler.place)
            }
        }
    }
}

extension HandlersFile.Kind: CustomStringConvertible {
    var description: String {
        switch self {
        case .http(let target): "http     \(target.url)"
        case .command(let target): "command  \(target)"
        case .code: "code     the worker's own"
        }
    }
}
