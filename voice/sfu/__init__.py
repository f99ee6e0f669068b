"""The media core: forwards the sound and pictures of rooms, encoded, in mediasoup's terms.

`Endpoint.listen` opens the process's UDP port; `endpoint.create_router` is a room's media;
`router.create_transport` a client's way in or out; on it `produce` and `consume`. Everything closes
what is below it, once. No Django and no people: who may do what is decided above.
"""
