import JobsysCore
import JobsysProcess
import Logging

extension JobRegistry {
    /// Adds what a handlers file says: handlers, and the policies of types that the worker's own code runs.
    ///
    /// - Parameters:
    ///   - file: The file; none of its handlers has a type that is there already.
    ///   - environment: The worker's environment.
    mutating func register(_ file: HandlersFile, environment: [String: String]) {
        let logger = Logger.current
        let watcher = ProcessWatcher { failure in
            logger.warning("programs are started unwatched", error: failure)
        }
        for handler in file.handlers {
            let policy = handler.policy.applied(to: policy(ofType: handler.type))
            switch handler.kind {
            case .http:
                // Its handler is registered here.
                break
            case .command(let target):
                register(
                    CommandHandler(
                        type: handler.type,
                        target: target,
                        policy: policy,
                        environment: environment,
                        watcher: watcher
                    )
                )
            case .code:
                changePolicies { if $0 == handler.type { $1 = policy } }
            }
        }
    }
}
