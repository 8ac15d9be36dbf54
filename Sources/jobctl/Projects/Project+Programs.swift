extension Project {
    /// An HTTP endpoint in Python, with nothing but its standard library.
    static func endpointInPython(_ name: ProjectName, _ origin: JobsysOrigin) -> Project {
        endpoint(
            name,
            origin,
            language: "Python",
            files: ["endpoint.py": pythonEndpoint, "test_endpoint.py": pythonEndpointTest],
            test: "python3 -m unittest",
            start: "python3 endpoint.py"
        )
    }

    /// An HTTP endpoint in JavaScript, with nothing but what Node has.
    static func endpointInNode(_ name: ProjectName, _ origin: JobsysOrigin) -> Project {
        endpoint(
            name,
            origin,
            language: "Node",
            files: ["endpoint.mjs": nodeEndpoint, "endpoint.test.mjs": nodeEndpointTest],
            test: "node --test",
            start: "node endpoint.mjs"
        )
    }

    private static func endpoint(
        _ name: ProjectName,
        _ origin: JobsysOrigin,
        language: String,
        files: [String: String],
        test: String,
        start: String
    ) -> Project {
        let handlers = """
            # What a worker posts jobs to. Every key is explained in docs/handlers.md and docs/http-handlers.md of jobsys.
            handlers:
              \(name.jobType):
                http:
                  url: http://127.0.0.1:9000/
                  # Where others than the worker can reach the endpoint, have requests signed, and check the signatures:
                  # secrets: ["env:WEBHOOK_SECRET"]
                # The attempts last for some minutes, so that a deploy of the endpoint fails no job.
                policy: {timeout: 30s, maxAttempts: 8, backoff: {base: 4s, limit: 2m}}

            """
        let environment = ". \(origin.folder)/.run/dev.env"
        var project = Project(
            summary: "an HTTP endpoint in \(language) with one job type, \(name.jobType)",
            files: files.merging(["handlers.yaml": handlers]) { $1 },
            steps: [
                Step(text: "Test the endpoint:", commands: [test]),
                Step(text: "Start it:", commands: [start], goesOn: true),
                worker(environment),
                submission(name, environment),
            ]
        )
        project.addReadme(
            title: name.text,
            about: [
                "An HTTP endpoint that runs jobs of type `\(name.jobType)`: a worker of jobsys posts each of them to it."
            ],
            more: [
                """
                The answer's status says what became of the attempt, and a JSON body is the job's result: \
                `docs/http-handlers.md` of jobsys has the whole of it.
                """
            ]
        )
        return project
    }

    /// A program that is started anew for each job.
    static func command(_ name: ProjectName, _ origin: JobsysOrigin) -> Project {
        let handlers = """
            # What a worker starts for each job. Every key is explained in docs/handlers.md of jobsys.
            handlers:
              \(name.jobType):
                command: ["python3", "greet.py"]
                directory: .
                policy: {timeout: 30s}

            """
        let environment = ". \(origin.folder)/.run/dev.env"
        var project = Project(
            summary: "a program with one job type, \(name.jobType)",
            files: ["greet.py": pythonCommand, "handlers.yaml": handlers],
            steps: [
                Step(
                    text: "Run the program by hand:",
                    commands: [#"echo '{"name": "Ada"}' | python3 greet.py"#]
                ),
                worker(environment),
                submission(name, environment),
            ]
        )
        project.addReadme(
            title: name.text,
            about: [
                "A program that runs jobs of type `\(name.jobType)`: a worker of jobsys starts it for each of them."
            ],
            more: [
                """
                What it writes to standard output is the job's result, and its exit status says what became of the attempt: \
                `docs/handlers.md` of jobsys has the whole of it.
                """
            ]
        )
        return project
    }

    private static func worker(_ environment: String) -> Step {
        Step(
            text: "Where scripts/dev of jobsys runs, start a worker that goes by handlers.yaml:",
            commands: [environment, "HANDLERS_FILE=$PWD/handlers.yaml svc-worker"],
            goesOn: true
        )
    }

    private static let pythonEndpoint = #"""
        """Runs jobs: a worker of jobsys posts each one here. python3 endpoint.py [PORT]"""

        import json
        import sys
        from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


        class Refused(Exception):
            """The job itself is wrong, and is not tried again."""


        def greet(parameters):
            """Runs a job. It may run more than once: the field Idempotency-Key is the same each time."""
            name = parameters.get("name") if isinstance(parameters, dict) else None
            if not name:
                raise Refused("/name is missing")
            return {"greeting": f"Hello, {name}!"}


        class Endpoint(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                try:
                    self.answer(200, greet(json.loads(body)))
                except (Refused, json.JSONDecodeError) as error:
                    self.answer(422, {"message": str(error)})
                except Exception as error:
                    # Tried again.
                    self.answer(500, {"message": f"{type(error).__name__}: {error}"})

            def answer(self, status, document):
                body = json.dumps(document).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)


        if __name__ == "__main__":
            port = int(sys.argv[1]) if len(sys.argv) > 1 else 9000
            ThreadingHTTPServer(("127.0.0.1", port), Endpoint).serve_forever()

        """#

    private static let pythonEndpointTest = #"""
        import json
        import threading
        import unittest
        from http.server import ThreadingHTTPServer
        from urllib.error import HTTPError
        from urllib.request import Request, urlopen

        from endpoint import Endpoint


        class EndpointTest(unittest.TestCase):
            def setUp(self):
                self.server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
                threading.Thread(target=self.server.serve_forever, daemon=True).start()
                self.addCleanup(self.server.server_close)
                self.addCleanup(self.server.shutdown)

            def post(self, body):
                try:
                    with urlopen(Request(f"http://127.0.0.1:{self.server.server_port}/", body)) as answer:
                        return answer.status, json.load(answer)
                except HTTPError as error:
                    with error:
                        return error.code, json.load(error)

            def test_greets_by_name(self):
                self.assertEqual(self.post(b'{"name": "Ada"}'), (200, {"greeting": "Hello, Ada!"}))

            def test_refuses_what_has_no_name(self):
                for body in [b"{}", b"[]", b'{"name": ""}', b"no JSON"]:
                    self.assertEqual(self.post(body)[0], 422)


        if __name__ == "__main__":
            unittest.main()

        """#

    private static let nodeEndpoint = #"""
        // Runs jobs: a worker of jobsys posts each one here. node endpoint.mjs [PORT]

        import { createServer } from "node:http";
        import { fileURLToPath } from "node:url";

        /** The job itself is wrong, and is not tried again. */
        class Refused extends Error {}

        /** Runs a job. It may run more than once: the field Idempotency-Key is the same each time. */
        async function greet(parameters) {
          if (!parameters?.name) throw new Refused("/name is missing");
          return { greeting: `Hello, ${parameters.name}!` };
        }

        export const endpoint = createServer(async (request, response) => {
          try {
            let body = "";
            for await (const part of request.setEncoding("utf8")) body += part;
            answer(response, 200, await greet(JSON.parse(body)));
          } catch (error) {
            // 500 is tried again.
            answer(response, error instanceof Refused || error instanceof SyntaxError ? 422 : 500, { message: error.message });
          }
        });

        function answer(response, status, document) {
          response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(document));
        }

        if (process.argv[1] === fileURLToPath(import.meta.url)) {
          endpoint.listen(Number(process.argv[2] ?? 9000), "127.0.0.1");
        }

        """#

    private static let nodeEndpointTest = #"""
        import assert from "node:assert";
        import { after, before, test } from "node:test";
        import { endpoint } from "./endpoint.mjs";

        before(() => new Promise((resolve) => endpoint.listen(0, "127.0.0.1", resolve)));
        after(() => endpoint.close());

        async function post(body) {
          const answer = await fetch(`http://127.0.0.1:${endpoint.address().port}/`, { method: "POST", body });
          return [answer.status, await answer.json()];
        }

        test("greets by name", async () => {
          assert.deepEqual(await post('{"name": "Ada"}'), [200, { greeting: "Hello, Ada!" }]);
        });

        test("refuses what has no name", async () => {
          for (const body of ["{}", "[]", "null", '{"name": ""}', "no JSON"]) {
            assert.equal((await post(body))[0], 422);
          }
        });

        """#

    private static let pythonCommand = #"""
        """Runs a job: its payload comes on standard input, and its result goes to standard output."""

        import json
        import os
        import sys

        job = json.load(sys.stdin)
        # It may run more than once: JOBSYS_JOB_ID is the same each time.
        name = job.get("name") if isinstance(job, dict) else None
        if not name:
            # The last line is the failure's message, and the status its class: the job is wrong, and is not tried again.
            print("/name is missing", file=sys.stderr)
            sys.exit(os.EX_DATAERR)

        if descriptor := os.environ.get("JOBSYS_PROGRESS_FD"):
            with os.fdopen(int(descriptor), "w") as progress:
                print("0.5 thinking of a greeting", file=progress)

        print(json.dumps({"greeting": f"Hello, {name}!"}))

        """#
}
