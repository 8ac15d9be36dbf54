import Dispatch
import Synchronization

/// A request that waits for its script: a connection's thread blocks on it, a handler's task resolves it.
final class ScriptedExchange: Sendable {
    let request: ReceivedRequest
    private let script = Mutex<Script?>(nil)
    private let resolved = DispatchSemaphore(value: 0)

    init(_ request: ReceivedRequest) {
        self.request = request
    }

    /// Only the first script counts.
    func resolve(_ script: Script) {
        let isFirst = self.script.withLock { current in
            guard current == nil else { return false }
            current = script
            return true
        }
        if isFirst { resolved.signal() }
    }

    /// Blocks until there is a script; may be called once.
    func waitForScript() -> Script {
        resolved.wait()
        return script.withLock { $0 } ?? .closeWithoutAnswer
    }
}
