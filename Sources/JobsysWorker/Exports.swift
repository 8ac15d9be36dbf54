// A handler's file imports JobsysWorker alone.
@_exported public import JobsysHandlers
