"""The media process: rooms of `voice.sfu`, driven over a control WebSocket by web processes.

`seats` is who sits in a room and what they send and get, `publication`,
`subscription` and `watching` their connections by SDP, `house` all rooms of the process, `desk`
the methods that web processes call, `server` their WebSocket, `process` the whole with its lease,
`supervisor` starts processes anew that ended. No permissions here: who may do what was decided
before it is asked. Nothing but `process` knows the database.
"""
