@_exported public import struct JobsysJSON.FieldPath
@_exported public import struct JobsysJSON.JSONNumber
@_exported public import struct JobsysJSON.JSONObject
// What handlers' code sees of the modules below: JSON values, times, traces and loggers, and no more names than that.
@_exported public import enum JobsysJSON.JSONValue
@_exported public import struct JobsysObservability.TraceContext
@_exported public import struct JobsysTime.Timestamp
@_exported public import struct Logging.Logger
