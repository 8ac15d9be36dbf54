import ArgumentParser
import Testing

@testable import jobctl

@Suite("The arguments of jobctl")
struct ArgumentTests {
    @Test(
        "that contradict each other are refused",
        arguments: [
            ["redrive"], ["redrive", "x", "--all"], ["redrive", "--all", "--payload", "1"],
            ["redrive", "x", "--dry-run"],
            ["redrive", "x", "--class", "SYSTEM"], ["redrive", "x", "--type", "t"],
            ["redrive", "--all", "--rate", "0"],
            ["list", "--limit", "0"], ["incidents", "--limit", "-1"], ["submit", "t"], ["show"],
            ["submit", "t", "--payload", "{"], ["submit", "t", "--payload", "@/no/such/file"],
            ["cancel", "x", "--url", "nowhere"], ["cancel", "x", "--output", "xml"],
        ]
    )
    func refused(arguments: [String]) {
        #expect(throws: (any Error).self) { try Jobctl.parseAsRoot(arguments) }
    }

    @Test(
        "that go together are taken",
        arguments: [
            ["redrive", "x", "--payload", "null"], ["redrive", "--all"],
            ["redrive", "--all", "--class", "SYSTEM", "--since", "s", "--until", "u", "--type", "t", "--dry-run"],
            ["submit", "t", "--payload", "{}", "--wait"], ["list", "--status", "PENDING", "--output", "json"],
        ]
    )
    func taken(arguments: [String]) throws {
        _ = try Jobctl.parseAsRoot(arguments)
    }
}
