import HTTPTypes
import Testing

@testable import JobsysHTTP

@Suite struct ProxySettingsTests {
    @Test(
        "Each scheme has its variable, lower case first, and those for all where there is none",
        arguments: [
            (["https_proxy": "a", "HTTPS_PROXY": "b"], nil, "http://a:80"),
            (["HTTPS_PROXY": "b", "all_proxy": "c"], "http://c:80", "http://b:80"),
            (["ALL_PROXY": "socks5h://d"], "socks5h://d:1080", "socks5h://d:1080"),
            (["HTTP_PROXY": "https://e/"], "https://e:443", nil),
            (["HTTP_PROXY": "e", "REQUEST_METHOD": "GET"], nil, nil),
            (["http_proxy": "e", "REQUEST_METHOD": "GET"], "http://e:80", nil),
            (["http_proxy": "", "HTTPS_PROXY": ""], nil, nil),
            (["all_proxy": "socks://c", "http_proxy": "a", "HTTPS_PROXY": "b"], "http://a:80", "http://b:80"),
            (["all_proxy": "socks5://c", "ALL_PROXY": "socks://d"], "socks5://c:1080", "socks5://c:1080"),
            (["http_proxy": "a", "HTTP_PROXY": "socks://d"], "http://a:80", nil),
        ] as [([String: String], String?, String?)]
    )
    func variables(environment: [String: String], http: String?, https: String?) throws {
        let settings = try ProxySettings(environment: environment)
        #expect(settings.proxy(for: request("http", "host.test"))?.url == http)
        #expect(settings.proxy(for: request("https", "host.test"))?.url == https)
    }

    @Test(
        "A value that is no proxy is refused by the variable's name, without the value",
        arguments: [
            "ftp://secret", "http://", "http://secret:port", "http://a:99999", "http://se cret", "http://secret/path",
            "http://u:%zz@secret", "http://u:%00@secret", "http://[::1",
        ]
    )
    func malformed(url: String) {
        let error = #expect(throws: ProxySettingsError.self) { try ProxySettings(environment: ["HTTPS_PROXY": url]) }
        #expect(error?.key == "HTTPS_PROXY")
        #expect(error.map { "\($0)".contains("secret") } == false)
    }

    @Test("What stands for all is refused only where it is needed", arguments: [[:], ["http_proxy": "a"]])
    func malformedForAll(others: [String: String]) {
        let environment = others.merging(["all_proxy": "socks://secret"]) { $1 }
        let error = #expect(throws: ProxySettingsError.self) { try ProxySettings(environment: environment) }
        #expect(error?.key == "all_proxy")
    }

    @Test("User and password are decoded, and appear nowhere")
    func credentials() throws {
        let proxy = try #require(Proxy(url: "http://us%3Aer:pa%25ss@proxy.test:3128"))
        #expect(proxy.user == "us:er")
        #expect(proxy.password == "pa%ss")
        #expect(proxy.url == "http://proxy.test:3128")
        var dumped = ""
        dump(ProxySettings(https: proxy), to: &dumped)
        for text in ["\(proxy)", String(reflecting: proxy), dumped] {
            #expect(text.contains("proxy.test"))
            #expect(!text.contains("us:er") && !text.contains("pa%ss"))
        }
    }

    @Test(
        "What NO_PROXY lists is reached without a proxy",
        arguments: [
            ("host.test", "host.test"), ("host.test", "a.b.host.test"), (".host.test", "host.test"),
            ("x, HOST.test:8443", "host.test:8443"), ("a b", "b"), ("*", "anything.test"), ("host.test", "host.test."),
            ("10.0.0.0/8", "10.9.8.7"), ("10.0.0.7", "10.0.0.7:80"), ("fd00::/12", "[fd0a::1]"),
            ("fd00::1", "[fd00::1]"),
            ("[fd00::1]:443", "[fd00:0::1]:443"), ("10.128.0.0/9", "10.129.0.1"),
        ]
    )
    func exception(list: String, authority: String) {
        #expect(settings(list).proxy(for: request("https", authority)) == nil)
    }

    @Test(
        "What NO_PROXY does not list is reached through the proxy",
        arguments: [
            ("", "host.test"), ("host.test", "ghost.test"), ("host.test:8443", "host.test"), ("est", "host.test"),
            ("10.0.0.0/8", "11.0.0.1"), ("10.128.0.0/9", "10.1.0.1"), ("10.0.0.0/40", "10.0.0.1"),
            ("0.0.1", "10.0.0.1"),
            ("10.0.0.0/8", "host.test"), ("/,:,[", "host.test"), ("0.0.0.0/0", "[fd00::1]"),
        ]
    )
    func noException(list: String, authority: String) {
        #expect(settings(list).proxy(for: request("https", authority)) != nil)
    }

    @Test(
        "This machine is never asked through a proxy",
        arguments: ["localhost:4566", "localhost.", "127.0.0.1:9001", "127.8.8.8", "[::1]:80", "[0:0::1]"]
    )
    func neverProxied(authority: String) {
        #expect(settings("").proxy(for: request("http", authority)) == nil)
    }

    private func settings(_ exceptions: String) -> ProxySettings {
        let proxy = Proxy(url: "http://proxy.test:3128")
        return ProxySettings(http: proxy, https: proxy, exceptions: exceptions)
    }

    private func request(_ scheme: String, _ authority: String) -> HTTPRequest {
        HTTPRequest(method: .get, scheme: scheme, authority: authority, path: "/")
    }
}
