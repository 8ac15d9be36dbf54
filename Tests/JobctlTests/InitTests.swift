import ArgumentParser
import FoundationEssentials
import Testing

@testable import jobctl

@Suite("A new project")
struct InitTests {
    /// Runs the body with an empty folder, which is taken away after it.
    private func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "init-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        do {
            try await body(folder)
        } catch {
            try FileManager.default.removeItem(atPath: folder)
            throw error
        }
        try FileManager.default.removeItem(atPath: folder)
    }

    private func name(_ text: String) throws -> ProjectName { try #require(ProjectName(argument: text)) }

    @Test(
        "has its name, its job type and its modules' names from its folder",
        arguments: [
            ("thumbs", "thumbs", "thumbs.greet", "Thumbs"),
            ("/a/b/My-jobs_2/", "My-jobs_2", "my-jobs_2.greet", "MyJobs2"),
            ("./x.y", "x.y", "x.y.greet", "XY"),
        ]
    )
    func names(argument: String, text: String, type: String, capitalized: String) throws {
        let name = try name(argument)
        #expect(name.text == text)
        #expect(name.jobType == type)
        #expect(name.capitalized == capitalized)
    }

    @Test(
        "is refused a name that no module or job type can begin with",
        arguments: [
            "", "/", ".", "..", "1st", "-x", "a b", "ä", "jobsys", "JobsysWorker", String(repeating: "a", count: 41),
        ]
    )
    func badNames(argument: String) {
        #expect(ProjectName(argument: argument) == nil)
    }

    @Test(
        "is whole, whatever it is written in, and its README has the commands that are printed",
        arguments: ProjectLanguage.allCases
    )
    func files(language: ProjectLanguage) async throws {
        try await withFolder { folder in
            let project = try language.project(try name("\(folder)/thumbs"), .checkout("/srv/jobsys"))
            try project.write(to: "\(folder)/thumbs")
            for (path, text) in project.files {
                #expect(try String(contentsOfFile: "\(folder)/thumbs/\(path)", encoding: .utf8) == text, "\(path)")
                #expect(text.hasSuffix("\n") && !text.hasSuffix("\n\n"), "\(path)")
                #expect(!text.contains(" \n"), "\(path)")
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["thumbs"])
            let readme = try #require(project.files["README.md"])
            for step in project.steps {
                #expect(readme.contains(step.commands.joined(separator: "\n")))
                #expect(
                    project.nextSteps(in: "thumbs").joined(separator: "\n")
                        .contains(step.commands.joined(separator: "\n"))
                )
            }
        }
    }

    @Test("has a compose file whose worker is set up as those of this repository")
    func compose() throws {
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
        let ours = try String(contentsOfFile: "\(root)/docker-compose.yml", encoding: .utf8).split(separator: "\n")
            .map { $0.drop { $0 == " " } }
        let project = try ProjectLanguage.swift.project(try name("thumbs"), .checkout(root))
        let theirs = try #require(project.files["compose.yaml"]?.split(separator: "environment:\n").last)
        let end = try #require(theirs.firstRange(of: "    depends_on:"))
        let settings = theirs[..<end.lowerBound]
            .split(separator: "\n").map { $0.drop { $0 == " " } }
        #expect(settings.count == 11)
        for setting in settings { #expect(ours.contains(setting), "\(setting)") }
    }

    @Test("does not take the place of what is there, except for an empty folder")
    func occupied() async throws {
        try await withFolder { folder in
            let project = try ProjectLanguage.command.project(try name("thumbs"), .unknown)
            let place = "\(folder)/thumbs"
            try "kept".write(toFile: place, atomically: false, encoding: .utf8)
            #expect(throws: ProjectFailure.self) { try project.write(to: place) }
            #expect(try String(contentsOfFile: place, encoding: .utf8) == "kept")

            try FileManager.default.removeItem(atPath: place)
            try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: false)
            try "kept".write(toFile: "\(place)/x", atomically: false, encoding: .utf8)
            #expect(throws: ProjectFailure.self) { try project.write(to: place) }
            #expect(try FileManager.default.contentsOfDirectory(atPath: place) == ["x"])

            try FileManager.default.removeItem(atPath: "\(place)/x")
            try project.write(to: place)
            #expect(try Set(FileManager.default.contentsOfDirectory(atPath: place)) == Set(project.files.keys))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["thumbs"])
        }
    }

    @Test("leaves nothing behind where it cannot be written")
    func unwritable() async throws {
        try await withFolder { folder in
            try "a file".write(toFile: "\(folder)/file", atomically: false, encoding: .utf8)
            let project = try ProjectLanguage.command.project(try name("thumbs"), .unknown)
            let failure = #expect(throws: ProjectFailure.self) { try project.write(to: "\(folder)/file/thumbs") }
            #expect(failure.map { $0.description.hasPrefix("\(folder)/file/thumbs cannot be written: ") } == true)
            #expect(failure?.exitCode.rawValue == 73)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["file"])
        }
    }

    @Test("takes jobsys from a checkout, or from a repository")
    func origins() async throws {
        func command(_ arguments: String...) throws -> InitCommand {
            try #require(try Jobctl.parseAsRoot(["init", "thumbs"] + arguments) as? InitCommand)
        }
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
        let fromOption = try command("--jobsys", "\(root)/Tests/..").origin(["JOBSYS_CHECKOUT": "/no/such/folder"])
        #expect(fromOption == .checkout(root))
        #expect(try command().origin(["JOBSYS_CHECKOUT": root]) == .checkout(root))
        for language in ["python", "node", "http", "command"] {
            #expect(try command("--language", language).origin([:]) == .unknown)
        }
        #expect(throws: (any Error).self) { try command().origin([:]) }
        #expect(throws: (any Error).self) { try command("--jobsys", "/no/such/folder").origin([:]) }
        #expect(throws: (any Error).self) { try command("--jobsys", "\(root)/Tests").origin([:]) }
        #expect(throws: (any Error).self) { try command("--language", "cobol") }

        let checkout = try ProjectLanguage.swift.project(try name("thumbs"), .checkout("/srv/jobsys"))
        #expect(checkout.files["Package.swift"]?.contains(#".package(name: "jobsys", path: "/srv/jobsys")"#) == true)
        let origin = try JobsysOrigin("https://example.com/teams/jobs-fork.git", saidBy: "--jobsys")
        let repository = try ProjectLanguage.swift.project(try name("thumbs"), origin)
        let manifest = try #require(repository.files["Package.swift"])
        #expect(manifest.contains(#".package(url: "https://example.com/teams/jobs-fork.git", branch: "main")"#))
        #expect(manifest.contains(#".product(name: "JobsysWorker", package: "jobs-fork")"#))
    }
}
