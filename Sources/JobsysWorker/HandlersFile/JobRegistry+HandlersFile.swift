import JobsysCore
import JobsysProcess
import Logging

extension JobRegistry {
    /// Adds what a handlers file says: handlers, and the policies of types that the worker's own code runs.
    ///
    /// - Parameters:
    ///   - file: The file; none of its handlers has a type that is there already.
    ///   - environment: The worker's environment.
    ///   - endpoints: What runs the jobs of the types that the file has under `http`.
    mutating func register(_ file: HandlersFile, environment: [String: String], endpoints: HTTPEndpoints? = nil) {
        let logger = Logger.current
        let watcher = ProcessWatcher { failure in
            logger.warning("programs are started unwatched", error: failure)
        }
        for handler in file.handlers {
            let policy = handler.policy.applied(to: policy(ofType: handler.type))
            switch handler.kind {
            case .http(let target):
                guard let endpoints, let endpoint = endpoints.byType[handler.type] else { continue }
                register(
                    HTTPHandler(
                        type: handler.type,
                        policy: policy,
                        endpoint: endpoint,
                        callbacks: endpoints.callbacks,
                        heartbeat: target.heartbeat
                    )
                )
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
