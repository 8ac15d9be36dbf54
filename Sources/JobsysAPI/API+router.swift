import HTTPTypes
package import Hummingbird
package import JobsysCore
package import JobsysObservability
package import JobsysServiceRuntime
import JobsysTime
package import Logging

/// Builds the routes of the API over any store and queue.
///
/// - Parameters:
///   - store: Where jobs are recorded.
///   - control: Where people intervene in what becomes of them.
///   - catalog: Where they are listed.
///   - queue: Where their messages go.
///   - workflows: What opens workflows and carries them on; nil without any.
///   - directory: Where workers and types are listed, and types paused and limited.
///   - cache: What is known of the directory without asking; without one, nothing is.
///   - readiness: What `/readyz` asks.
///   - stats: What `/stats` answers, and `/metrics` too.
///   - schedules: Where schedules are kept.
///   - keys: Where API keys are kept.
///   - audit: Where changes are noted.
///   - authentication: Whether requests have to show a credential.
///   - figures: Counts what becomes of jobs, for the figures of all processes.
///   - board: Where those are read; nil if nothing is counted.
///   - limiter: How often somebody may ask; nil if that is not limited.
///   - quota: How many jobs of a tenant may be open; nil if that is not limited.
///   - options: Limits and clocks.
///   - logger: Is told of every request.
/// - Returns: A router that answers every request, and every error with a problem document.
package func buildRouter(
    store: any JobStore,
    control: any JobControl,
    catalog: any JobCatalog,
    queue: any JobSender,
    workflows: WorkflowEngine? = nil,
    directory: any WorkerDirectory,
    cache: DirectoryCache? = nil,
    readiness: Readiness,
    stats: (any StatsSource)? = nil,
    schedules: any ScheduleStore,
    keys: any APIKeyStore,
    audit: any AuditTrail,
    authentication: Authentication = .off,
    figures: FigureCounter? = nil,
    board: FigureBoard? = nil,
    limiter: RateLimiter? = nil,
    quota: OpenJobsQuota? = nil,
    options: APIOptions = APIOptions(),
    logger: Logger = .current
) -> Router<APIRequestContext> {
    let bodyReader = BodyReader(options)
    let submissionMeter = SubmissionMeter(figures: figures)
    let cache = cache ?? DirectoryCache(directory, clock: options.clock, now: options.now)
    let submitter = JobSubmitter(
        store: store,
        queue: queue,
        meter: submissionMeter,
        now: options.now,
        makeID: options.makeJobID
    )
    let access = JobAccess(
        store: store,
        submitter: submitter,
        supervisor: JobSupervisor(
            store: control,
            queue: queue,
            workflows: workflows,
            figures: figures,
            now: options.now
        ),
        watcher: JobWatcher(store: store, clock: options.clock),
        catalog: catalog,
        cache: cache,
        quota: quota
    )
    let jobs = JobController(
        jobs: access,
        bodyReader: bodyReader,
        now: options.now,
        makeTrace: options.makeTrace,
        clock: options.clock,
        offers: OfferCheck(cache: cache, unknownTypes: options.unknownTypes),
        limiter: limiter
    )
    let workflowRoutes = workflows.map { engine in
        WorkflowController(
            engine: engine,
            bodyReader: bodyReader,
            now: options.now,
            makeTrace: options.makeTrace,
            offers: jobs.offers,
            limiter: limiter
        )
        .routes
    }
    let interventions = InterventionController(jobs: access, bodyReader: bodyReader)
    let lists = CatalogController(jobs: access, now: options.now)
    let workers = DirectoryController(directory: directory, cache: cache, bodyReader: bodyReader, now: options.now)
    let keyRoutes = KeyController(
        store: keys,
        authentication: authentication,
        stage: options.stage,
        bodyReader: bodyReader,
        now: options.now
    )
    let scheduleRoutes = ScheduleController(
        editor: ScheduleEditor(store: schedules, submitter: submitter, now: options.now),
        offers: jobs.offers,
        bodyReader: bodyReader,
        now: options.now,
        makeTrace: options.makeTrace
    )
    let signIns = SignInLimiter(elapsed: stopwatch(options.clock))
    let pages = ConsolePages(isOpen: authentication.isOff)
    let consoleSystem = ConsoleSystem(
        pages: pages,
        authentication: authentication,
        signIns: signIns,
        jobs: access,
        lists: lists,
        workers: workers,
        board: board
    )
    let consoleJobs = ConsoleJobs(pages: pages, jobs: jobs, lists: lists)
    let livePages = LivePages(
        consoleSystem.livePages.merging(consoleJobs.livePages) { first, _ in first },
        elapsed: stopwatch(options.clock)
    )
    let routes =
        jobs.routes + lists.routes + (workflowRoutes ?? []) + interventions.routes + workers.routes
        + scheduleRoutes.routes + keyRoutes.routes
        + AuditController(trail: audit).routes
        + ConsoleAdministration(pages: pages, keys: keyRoutes, trail: audit).routes + [OpenAPIDocument.route]
        + consoleSystem.routes + consoleJobs.routes + ConsoleEvents(livePages, clock: options.clock).routes
        + [ConsoleTheme.route, APIDocumentation.route]
    let router = Router(context: APIRequestContext.self, options: .autoGenerateHeadEndpoints)
    router.add(
        middleware: RequestMiddleware(
            routes: RouteTable(routes),
            log: RequestLog(logger: logger, meter: options.requestMeter),
            origins: options.origins,
            proxies: options.proxies,
            stopwatch: stopwatch(options.clock),
            makeRequestID: options.makeRequestID
        )
    )
    router.add(middleware: ConsoleMiddleware(pages: pages, routes: RouteTable(routes)))
    router.add(
        middleware: AccessMiddleware(
            table: AccessTable(routes),
            authentication: authentication,
            signIns: signIns,
            limiter: limiter,
            auditor: Auditor(trail: audit, now: options.now)
        )
    )
    for route in routes {
        router.on(RouterPath(route.path), method: route.method, use: route.respond)
    }
    router.addHealthRoutes(readiness)
    router.addStatsRoute(stats)
    router.addMetricsRoute((stats.map { [$0] } ?? []) + [submissionMeter, options.requestMeter])
    return router
}

extension RouteTable {
    /// The routes of the API and of the probes.
    fileprivate init(_ routes: [Route]) {
        self.init()
        for route in routes { add(route.method, route.path) }
        for path in HealthPath.all { add(.get, path) }
    }
}

extension AccessTable {
    /// What was decided on the routes of the API and of the probes.
    ///
    /// A load balancer and an orchestrator ask whether the service is well, and have no credential. What it counts is for
    /// who runs it.
    fileprivate init(_ routes: [Route]) {
        self.init()
        for route in routes { add(route.method, route.path, route.access, change: route.change) }
        for path in [HealthPath.liveness, HealthPath.readiness] { add(.get, path, .open) }
        for path in [HealthPath.stats, HealthPath.metrics] { add(.get, path, .needs(.readSystem)) }
    }
}
