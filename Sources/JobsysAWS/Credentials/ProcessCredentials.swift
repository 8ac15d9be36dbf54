import JobsysObservability
import JobsysProcess
import JobsysSigV4

/// The credentials that a program of the profile's `credential_process` writes.
///
/// It is run without a shell, so nothing in the command is expanded; it gets half a minute, and may write 64 KiB.
/// Source: https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
struct ProcessCredentials: CredentialsProvider, Redacted {
    private static let provider = "credential process"

    let command: String
    let environment: [String: String]
    var timeout: Duration = .seconds(30)

    func credentials() async throws -> AWSCredentials {
        guard let words = [String](command: command), !words.isEmpty else {
            throw failure(.misconfigured, "the command is empty, or a quotation mark in it has no end")
        }
        switch try await run(words) {
        case .ended(.exit(0), let output, _):
            return try CredentialsDocument(processOutput: output, provider: Self.provider).credentials
        case .ended(let end, _, let errors):
            let text = String(decoding: errors, as: UTF8.self)
            let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
            let said = Redactor.standard.excerpt(of: line, maxBytes: 500)
            throw failure(.refused, "\(words[0]) ended with \(end): \(said)")
        case .timedOut:
            throw failure(.unavailable, "\(words[0]) did not end within \(timeout)")
        case .tooLong:
            throw failure(.unreadable, "\(words[0]) wrote more than 64 KiB")
        case .cancelled:
            throw CancellationError()
        }
    }

    private func run(_ words: [String]) async throws -> ProcessRun.Outcome {
        do {
            let run = ProcessRun(words, environment: environment, timeout: timeout)
            return try await withTaskCancellationHandler {
                try await BlockingWork.run { try run.run() }
            } onCancel: {
                run.cancel()
            }
        } catch {
            throw failure(.misconfigured, "\(words[0]) cannot be run: \(error)")
        }
    }

    private func failure(_ code: CredentialsError.Code, _ message: String) -> CredentialsError {
        CredentialsError(code, provider: Self.provider, message)
    }
}
