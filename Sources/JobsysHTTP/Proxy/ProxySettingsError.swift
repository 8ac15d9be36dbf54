/// A variable that names no proxy; its value is not repeated, because it may contain a password.
public struct ProxySettingsError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The variable.
    public let key: String

    /// What is wrong, in one line.
    public var description: String {
        "\(key) must be a URL such as http://proxy.example:3128, with the scheme http, https, socks5 or socks5h"
    }
}
