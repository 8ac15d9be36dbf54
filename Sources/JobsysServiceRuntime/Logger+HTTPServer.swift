public import Logging
public import NIOCore

extension Logger {
    /// Logs that a server listens, and on which port.
    public func reportListening(on channel: any Channel) {
        info("listening", metadata: ["http.port": "\(channel.localAddress?.port ?? 0)"])
    }

    /// The logger to give to an HTTP server, whose own messages about starting and stopping are worth `debug` only.
    public var forHTTPServer: Logger {
        var logger = self
        if logger.logLevel == .info {
            logger.logLevel = .notice
        }
        return logger
    }
}
